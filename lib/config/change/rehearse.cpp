#include "config/change/rehearse.hpp"

#include <algorithm>
#include <utility>

#include "config/change/change_plan.hpp"
#include "config/command/define_option.hpp"
#include "config/rules/judge.hpp"
#include "config/values/candidates.hpp"

namespace lagoon::config {
namespace {

Result<Lag*> find_lag(Config& config, const std::string& name) {
  const auto found = std::ranges::find(config.lags, name, &Lag::name);
  if (found == config.lags.end()) return fail(Errc::no_such_thing, "no LAG '" + name + "'");
  return &*found;
}

// What an action makes of a LAG, whatever the rules say.
struct Effect {
  Config& config;
  Lag& lag;
  LagState state = LagState::runs;

  [[nodiscard]] Result<Member*> member(const std::string& name) const {
    const auto found = std::ranges::find(lag.members, name, &Member::name);
    if (found == lag.members.end())
      return fail(Errc::no_such_thing, "LAG '" + lag.name + "' has no member '" + name + "'");
    return &*found;
  }
  template <typename Change>
  [[nodiscard]] Result<void> of_member(const std::string& name, Change change) const {
    const auto found = member(name);
    if (!found) return std::unexpected{found.error()};
    change_member(config, lag, name, change);
    return {};
  }
  [[nodiscard]] Result<void> administrate(const std::string& name, control::Administration to) const {
    return of_member(name, [to](Member& m) { m.administration = to; });
  }

  Result<void> operator()(const AddMember& add) const {
    lag.members.push_back(add.member);
    return {};
  }
  Result<void> operator()(const RemoveMember& remove) const {
    const auto found = member(remove.member);
    if (!found) return std::unexpected{found.error()};
    lag.members.erase(lag.members.begin() + (*found - lag.members.data()));
    return {};
  }
  Result<void> operator()(const EnableMember& m) const {
    return administrate(m.member, control::Administration::enabled);
  }
  Result<void> operator()(const DrainMember& m) const {
    return administrate(m.member, control::Administration::drained);
  }
  Result<void> operator()(const DisableMember& m) const {
    return administrate(m.member, control::Administration::disabled);
  }
  Result<void> operator()(const WeighMember& m) const {
    return of_member(m.member, [&m](Member& member) { member.weight = m.weight; });
  }
  Result<void> operator()(const ExpectNeighbor& m) const {
    return of_member(m.member, [&m](Member& member) { member.expect = m.expected; });
  }
  Result<void> operator()(const ActivateMember& m) const {
    if (state == LagState::stopped)
      return fail(Errc::busy, "no member is active while the port is stopped; set primary instead");
    return of_member(m.member, [](Member&) {});
  }
  Result<void> operator()(const MoveBuckets& m) const {
    if (state == LagState::stopped)
      return fail(Errc::busy, "no member has buckets while the port is stopped");
    for (const std::string& name : {m.of, m.to})
      if (!name.empty()) LAGOON_TRY(of_member(name, [](Member&) {}));
    return {};
  }
  Result<void> operator()(const SetOption& set) const {
    return state == LagState::runs ? set_option(lag, set.key, set.value)
                                   : define_option(lag, set.key, set.value);
  }
  Result<void> operator()(const SetOptions& set) const {
    return set_options(lag, set.options, set.back ? Rules::unchecked : Rules::checked);
  }
};

}  // namespace

Result<void> rehearse(Config& config, const std::string& name, const ChangeAction& action) {
  const auto lag = find_lag(config, name);
  if (!lag) return std::unexpected{lag.error()};
  return std::visit(Effect{config, **lag}, action);
}

Result<Config> with(const Config& before, const Command& command, LagState state) {
  Config after = before;
  const auto lag = find_lag(after, command.lag);
  if (!lag) return std::unexpected{lag.error()};
  const auto* const adds = std::get_if<AddMember>(&command.action);
  if ((*lag)->options.automatic && (adds != nullptr || std::holds_alternative<RemoveMember>(command.action)))
    return fail(Errc::not_supported,
                "LAG '" + (*lag)->name +
                    "' finds its members by itself; change members: from in its file and "
                    "reload it, or disable a member");
  const bool known = adds != nullptr && std::ranges::find((*lag)->members, adds->member.name,
                                                          &Member::name) != (*lag)->members.end();
  LAGOON_TRY(std::visit(Effect{after, **lag, state}, command.action));
  auto judged = judge(before, after, state == LagState::runs ? Readiness::runs : Readiness::unfinished);
  if (!judged)
    return fail(known ? Errc::already_exists : judged.error().code, std::move(judged).error().detail);
  return after;
}

}  // namespace lagoon::config
