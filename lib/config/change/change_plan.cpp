#include "config/change/change_plan.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

#include "config/change/change_parts.hpp"
#include "config/values/candidates.hpp"
#include "config/values/key_text.hpp"

namespace lagoon::config {
namespace {

void add_options(std::vector<ChangeStep>& steps, const std::string& lag, std::vector<OptionChange> changes) {
  if (changes.empty()) return;
  SetOptions set;
  SetOptions undo{.options = {}, .back = true};
  std::vector<std::string> words;
  for (OptionChange& change : changes) {
    if (change.set.value != change.before)
      words.push_back(lag_words(lag) + "set " + change.set.key + ": " + change.set.value + " (was " +
                      change.before + ")");
    undo.options.push_back({change.set.key, std::move(change.before)});
    set.options.push_back(std::move(change.set));
  }
  steps.push_back({lag, std::move(set), std::move(undo), std::move(words)});
}

// Whether the LAG with all members of the first portion takes the options now: one that names a member which
// only comes after another has gone waits for it.
bool takes(const Config& running, const std::vector<ChangeStep>& before, const std::string& lag,
           const std::vector<OptionChange>& changes) {
  Config config = running;
  for (const ChangeStep& step : before)
    if (!rehearse(config, step.lag, step.action)) return false;
  SetOptions set;
  for (const OptionChange& change : changes) set.options.push_back(change.set);
  return rehearse(config, lag, set).has_value();
}

void append(std::vector<OptionChange>& to, std::vector<OptionChange> more) {
  std::ranges::move(more, std::back_inserter(to));
}

struct Differences {
  std::vector<std::pair<std::string, OptionChanges>> options;  // by LAG
  MemberChanges members;
};

std::vector<ChangeStep> ordered(const Config& running, Differences all, std::size_t room) {
  MemberSteps members = order_members(running, all.members, room);
  const auto touched = [&](const std::string& lag) {
    return std::ranges::any_of(all.members.gone, [&](const MemberGone& m) { return m.lag == lag; }) ||
           std::ranges::any_of(all.members.come, [&](const MemberNew& m) { return m.lag == lag; });
  };
  for (auto& [lag, changes] : all.options) {
    if (touched(lag)) continue;
    append(changes.main, std::exchange(changes.first, {}));
    append(changes.main, std::exchange(changes.last, {}));
  }
  std::vector<ChangeStep> steps;
  const auto loosen = [&](const std::string& lag, OptionChanges& changes) {
    if (changes.first.empty()) return;
    if (takes(running, {}, lag, changes.first))
      add_options(steps, lag, std::move(changes.first));
    else
      append(changes.last, std::move(changes.first));
    changes.first.clear();
  };
  for (auto& [lag, changes] : all.options) loosen(lag, changes);
  std::ranges::move(members.before, std::back_inserter(steps));
  const std::vector<ChangeStep> until_now = steps;
  for (auto& [lag, changes] : all.options) {
    if (takes(running, until_now, lag, changes.main)) {
      add_options(steps, lag, std::move(changes.main));
    } else {
      append(changes.main, std::move(changes.last));
      changes.last = std::move(changes.main);
    }
  }
  std::ranges::move(all.members.in_place, std::back_inserter(steps));
  std::ranges::move(members.after, std::back_inserter(steps));
  for (auto& [lag, changes] : all.options) add_options(steps, lag, std::move(changes.last));
  return steps;
}

Lag* named(Config& config, const std::string& name) {
  const auto found = std::ranges::find(config.lags, name, &Lag::name);
  return found == config.lags.end() ? nullptr : &*found;
}

// Takes all steps on paper: what would fail is refused now, and nothing has to be taken back later.
void rehearse_all(const Config& running, const Config& wanted, ChangePlan& plan, Refusals& refusals) {
  Config config = running;
  const auto path_of = [&](const std::string& lag) {
    const auto at = std::ranges::find(wanted.lags, lag, &Lag::name) - wanted.lags.begin();
    return item_path("lags", static_cast<std::size_t>(at));
  };
  for (const ChangeStep& step : plan.steps) {
    if (const auto done = rehearse(config, step.lag, step.action); !done)
      return refusals.add(path_of(step.lag), lag_words(step.lag) + done.error().detail);
    if (const Lag& lag = *named(config, step.lag); lag.members.empty() && !lag.options.automatic)
      return refusals.add(key_path(path_of(step.lag), "members"),
                          step.words.front() +
                              ": this would leave the LAG without any member for a while; "
                              "change one member after the other, or restart lagoond with this "
                              "file");
  }
  for (const Lag& lag : wanted.lags) {
    const Lag& reached = *named(config, lag.name);
    if (keys_of(reached) != keys_of(lag))
      refusals.add(path_of(lag.name),
                   lag_words(lag.name) + "can't become this while it runs; restart lagoond with this file");
    if (control::row_of(lag.options.mode).by_order &&
        !std::ranges::equal(reached.members, lag.members, {}, &Member::name, &Member::name))
      refusals.add(key_path(path_of(lag.name), "members"),
                   lag_words(lag.name) + "in mode " + std::string{control::name_of(lag.options.mode)} +
                       " the first member goes before the others, and while it runs a new one can only come "
                       "last; restart lagoond with this file");
  }
}

}  // namespace

ChangePlan plan_change(const Config& running, const Config& as_written, const SourceMap& source,
                       std::size_t room) {
  Config wanted = as_written;
  place_candidates(wanted, &running);
  ChangePlan plan;
  Refusals refusals{source, plan.refusals};
  refuse_fixed(running, wanted, refusals);
  Differences all;
  for (std::size_t i = 0; i < wanted.lags.size(); ++i) {
    const auto before = std::ranges::find(running.lags, wanted.lags[i].name, &Lag::name);
    if (before == running.lags.end()) continue;
    all.options.emplace_back(before->name,
                             compare_options(*before, wanted.lags[i], item_path("lags", i), refusals));
    compare_members(*before, wanted.lags[i], all.members);
  }
  if (plan.refused()) return plan;
  plan.steps = ordered(running, std::move(all), room);
  rehearse_all(running, wanted, plan, refusals);
  return plan;
}

void print(std::ostream& out, std::string_view file, const ChangePlan& plan) {
  if (plan.refused()) return print(out, file, plan.refusals);
  if (plan.steps.empty()) out << "nothing changes\n";
  std::size_t number = 0;
  for (const ChangeStep& step : plan.steps)
    for (const std::string& words : step.words) out << ++number << ". " << words << '\n';
}

}  // namespace lagoon::config
