// A whole configuration as one transaction: steps in order, and all taken back when one fails.
#include <bsd/stdlib.h>
#include <rte_ethdev.h>

#include <algorithm>
#include <utility>

#include "dpdk/engine/engine_commands.hpp"

namespace lagoon::dpdk {

namespace {

std::string words_of(const config::ChangeStep& step) {
  const bool many = std::holds_alternative<config::SetOptions>(step.action);
  return many ? "LAG '" + step.lag + "': options" : step.words.front();
}

config::ChangePlan refused_plan(const Error& error) {
  config::ChangePlan plan;
  plan.refusals.add(std::nullopt, error.detail);
  return plan;
}

}  // namespace

config::ChangePlan Engine::plan(const config::Config& wanted, const config::SourceMap& source) {
  const auto lock = parts_->begin_command();
  if (!lock) return refused_plan(lock.error());
  return parts_->plan(wanted, source);
}

ApplyOutcome Engine::apply(const config::Config& wanted, const config::SourceMap& source,
                           const std::function<void(const config::ChangePlan&)>& announce) {
  const auto lock = parts_->begin_command();
  if (!lock) return {.plan = refused_plan(lock.error())};
  ApplyOutcome outcome{.plan = parts_->plan(wanted, source)};
  if (announce) announce(outcome.plan);
  if (!outcome.plan.refused()) parts_->apply(wanted, outcome);
  parts_->note_configuration();
  return outcome;
}

config::ChangePlan Engine::Parts::plan(const config::Config& wanted, const config::SourceMap& source) const {
  const std::size_t ports_now = rte_eth_dev_count_total();
  return config::plan_change(config, wanted, source,
                             pool_size.ports_most - std::min(pool_size.ports_most, ports_now));
}

Result<std::string> Engine::Parts::take(const std::string& name, const config::ChangeAction& action,
                                        const config::Config& before) {
  const auto position = position_of(name);
  if (!position) return fail(Errc::no_such_thing, "no LAG '" + name + "'");
  const std::size_t lag = *position;
  Commands commands_of_lag{*this, lag};
  const auto set_options = [&](const config::SetOptions& set) -> Result<std::string> {
    config::Lag changed = config.lags[lag];
    LAGOON_TRY(config::set_options(changed, set.options,
                                   set.back ? config::Rules::unchecked : config::Rules::checked));
    // A random seed is drawn once: what comes back has the one that it had.
    if (changed.options.random_seed && !config.lags[lag].options.random_seed)
      changed.options.fast.hash.seed =
          before.lags[lag].options.random_seed ? before.lags[lag].options.fast.hash.seed : arc4random();
    const auto remarks = commands_of_lag.change(std::move(changed));
    if (!remarks) return remarks;
    return std::to_string(set.options.size()) + (set.options.size() == 1 ? " option" : " options") +
           " of LAG '" + name + "' set" + *remarks;
  };
  return std::visit(
      [&]<typename T>(const T& command) {
        if constexpr (std::is_same_v<T, config::SetOptions>)
          return set_options(command);
        else
          return commands_of_lag(command);
      },
      action);
}

void Engine::Parts::apply(const config::Config& wanted, ApplyOutcome& outcome) {
  const config::Config before = config;
  const auto& steps = outcome.plan.steps;
  std::size_t taken = 0;
  while (taken < steps.size() && !outcome.error) {
    auto done = take(steps[taken].lag, steps[taken].action, before);
    if (!done)
      outcome.error = words_of(steps[taken]) + ": " + done.error().detail;
    else {
      outcome.done.push_back(*std::move(done));
      ++taken;
    }
  }
  if (!outcome.error) {
    // (as the file has them: who saves what runs finds it again)
    for (config::Lag& lag : config.lags) {
      const config::Lag& as = *std::ranges::find(wanted.lags, lag.name, &config::Lag::name);
      lag.from = as.from;
      const auto& like = as.listed();
      std::ranges::sort(lag.members, {}, [&](const config::Member& member) {
        return std::ranges::find(like, member.name, &config::Member::name) - like.begin();
      });
    }
    const auto list_candidates = [this] {
      for (std::size_t i = 0; i < lags.size(); ++i) {
        lags[i]->candidates.clear();
        for (const config::Member& candidate : config.lags[i].from)
          lags[i]->candidates.push_back(candidate.name);
      }
    };
    static_cast<void>(tasks.run(list_candidates, kAnswerPatience));
    return;
  }
  bool all_back = true;
  while (taken > 0) {
    const config::ChangeStep& step = steps[--taken];
    auto back = take(step.lag, step.undo, before);
    all_back = all_back && back.has_value();
    outcome.undone.push_back(
        back ? *std::move(back) : "could not be taken back: " + words_of(step) + ": " + back.error().detail);
  }
  if (all_back) config = before;
}

}  // namespace lagoon::dpdk
