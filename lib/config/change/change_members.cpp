// Members that come, go, or change in place, and in which order.
#include <algorithm>
#include <map>
#include <utility>

#include "config/change/change_parts.hpp"
#include "config/values/device_name.hpp"
#include "config/values/key_text.hpp"

namespace lagoon::config {
namespace {

using control::Administration;

bool same_source(const PortSource& a, const PortSource& b) {
  const auto* const one = std::get_if<DevicePort>(&a);
  const auto* const other = std::get_if<DevicePort>(&b);
  if (one == nullptr || other == nullptr) return a == b;
  const auto arguments = [](const DevicePort& port) {
    return std::string_view{port.devargs}.substr(device_of(port.devargs).size());
  };
  return canonical_device(one->devargs) == canonical_device(other->devargs) &&
         arguments(*one) == arguments(*other);
}

// Whether both can't be there at once.
bool in_the_way(const PortSource& a, const PortSource& b) {
  const std::vector<std::string_view> interfaces = interfaces_of(a);
  for (const std::string_view interface : interfaces_of(b))
    if (std::ranges::find(interfaces, interface) != interfaces.end()) return true;
  const auto* const one = std::get_if<DevicePort>(&a);
  const auto* const other = std::get_if<DevicePort>(&b);
  if (one != nullptr && other != nullptr)
    return canonical_device(one->devargs) == canonical_device(other->devargs);
  return std::holds_alternative<WirePort>(a) && a == b;
}

bool in_the_way(const MemberNew& come, const MemberGone& gone) {
  if (come.lag == gone.lag && come.member.name == gone.member.name) return true;
  return in_the_way(come.member.source, gone.member.source);
}

ChangeAction administrate(const std::string& member, Administration administration) {
  switch (administration) {
    case Administration::enabled:
      return EnableMember{member};
    case Administration::drained:
      return DrainMember{member};
    case Administration::disabled:
      return DisableMember{member};
  }
  return EnableMember{member};
}

// What a member that stays can't change in place: "lacp.port-priority: 200, was 100".
std::string changes_by_return(const Member& before, const Member& after) {
  if (!same_source(before.source, after.source)) return yaml_of(after) + ", was " + yaml_of(before);
  std::string words;
  const std::vector<KeyText> old_keys = keys_of(before);
  const std::vector<KeyText> new_keys = keys_of(after);
  for (std::size_t i = 0; i < new_keys.size(); ++i) {
    const std::string& key = new_keys[i].key;
    if (new_keys[i] == old_keys[i] || key == "weight" || key == "state" || key.starts_with("expect."))
      continue;
    words += (words.empty() ? "" : ", ") + new_keys[i].key + ": " + new_keys[i].value + ", was " +
             old_keys[i].value;
  }
  return words;
}

std::string words_of(const lldp::ExpectedNeighbor& expected) {
  if (expected == lldp::ExpectedNeighbor{}) return "anybody";
  return (expected.system.empty() ? "any system" : expected.system) +
         (expected.port.empty() ? "" : " port " + expected.port);
}

void change_in_place(const std::string& lag, const Member& before, const Member& after,
                     std::vector<ChangeStep>& steps) {
  const std::string start = lag_words(lag) + "member '" + after.name + "': ";
  if (before.weight != after.weight)
    steps.push_back({lag,
                     WeighMember{after.name, after.weight},
                     WeighMember{after.name, before.weight},
                     {start + "weight " + yaml_or("auto", after.weight) + " (was " +
                      yaml_or("auto", before.weight) + ")"}});
  if (before.expect != after.expect)
    steps.push_back(
        {lag,
         ExpectNeighbor{after.name, after.expect},
         ExpectNeighbor{after.name, before.expect},
         {start + "expect " + words_of(after.expect) + " (was " + words_of(before.expect) + ")"}});
  if (before.administration != after.administration)
    steps.push_back({lag,
                     administrate(after.name, after.administration),
                     administrate(after.name, before.administration),
                     {start + "state " + std::string{control::name_of(after.administration)} + " (was " +
                      std::string{control::name_of(before.administration)} + ")"}});
}

ChangeStep step_of(const MemberNew& come) {
  return {come.lag,
          AddMember{come.member},
          RemoveMember{come.member.name},
          {lag_words(come.lag) + "add member '" + come.member.name + "' " + yaml_of(come.member)}};
}

ChangeStep step_of(const MemberGone& gone) {
  std::string words = lag_words(gone.lag) + "remove member '" + gone.member.name + "'";
  if (!gone.why.empty()) words += ", which comes back: " + gone.why;
  return {gone.lag, RemoveMember{gone.member.name}, AddMember{gone.member}, {std::move(words)}};
}

}  // namespace

void compare_members(const Lag& running, const Lag& wanted, MemberChanges& changes) {
  const auto named = [](const Lag& lag, const std::string& name) {
    const auto found = std::ranges::find(lag.members, name, &Member::name);
    return found == lag.members.end() ? nullptr : &*found;
  };
  for (const Member& before : running.members) {
    const Member* const after = named(wanted, before.name);
    std::string why = after != nullptr ? changes_by_return(before, *after) : std::string{};
    if (after != nullptr && why.empty()) {
      change_in_place(wanted.name, before, *after, changes.in_place);
      continue;
    }
    changes.gone.push_back({wanted.name, before, std::move(why)});
    if (after != nullptr) changes.come.push_back({wanted.name, *after});
  }
  for (const Member& after : wanted.members)
    if (named(running, after.name) == nullptr) changes.come.push_back({wanted.name, after});
}

MemberSteps order_members(const Config& running, MemberChanges changes, std::size_t room) {
  MemberSteps steps;
  room = std::min(room, changes.come.size());  // (more is never needed, and it is counted up)
  std::map<std::string, std::size_t> counts;
  for (const Lag& lag : running.lags) counts[lag.name] = lag.members.size();
  const auto add = [&](const MemberNew& come, std::vector<ChangeStep>& to) {
    to.push_back(step_of(come));
    ++counts[come.lag];
    if (room > 0) --room;
  };
  const auto take_away = [&](const MemberGone& gone) {
    steps.after.push_back(step_of(gone));
    --counts[gone.lag];
    ++room;
  };
  std::erase_if(changes.come, [&](const MemberNew& come) {
    const auto hinders = [&](const MemberGone& gone) { return in_the_way(come, gone); };
    const bool free =
        room > 0 && counts[come.lag] < kMembersMax && std::ranges::none_of(changes.gone, hinders);
    if (free) add(come, steps.before);
    return free;
  });
  for (const MemberNew& come : changes.come) {
    bool made_way = false;
    std::erase_if(changes.gone, [&](const MemberGone& gone) {
      if (!in_the_way(come, gone)) return false;
      take_away(gone);
      return made_way = true;
    });
    // (else it is room that it waits for)
    if (!made_way && (room == 0 || counts[come.lag] >= kMembersMax)) {
      auto next = std::ranges::find(changes.gone, come.lag, &MemberGone::lag);
      if (next == changes.gone.end()) next = changes.gone.begin();
      if (next != changes.gone.end()) {
        take_away(*next);
        changes.gone.erase(next);
      }
    }
    add(come, steps.after);
  }
  for (const MemberGone& gone : changes.gone) take_away(gone);
  return steps;
}

}  // namespace lagoon::config
