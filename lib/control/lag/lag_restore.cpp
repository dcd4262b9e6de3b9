// How a Lag goes on from what another process knew of it.
#include <algorithm>
#include <array>

#include "base/fixed_vector.hpp"
#include "control/lag/lag.hpp"
#include "control/lag/lag_parts.hpp"

namespace lagoon::control {

namespace {

// The index now of each index then; kNoMember: that member is gone.
using IndexNow = std::array<std::uint8_t, kMembersMax>;

template <std::size_t N>
void translate(std::array<std::uint8_t, N>& members, const IndexNow& index_now) {
  for (std::uint8_t& member : members) member = member < kMembersMax ? index_now[member] : kNoMember;
}

[[nodiscard]] LaneWishes translated(const LaneWishes& saved, const IndexNow& index_now) {
  LaneWishes wishes = saved;
  translate(wishes.member, index_now);
  translate(wishes.pin_member, index_now);
  for (std::size_t pin = 0; pin < dist::kPins; ++pin)
    if (wishes.pin_member[pin] == kNoMember) wishes.pins[pin] = {};
  return wishes;
}

[[nodiscard]] const SavedMember* member_of(const SavedLag& saved, std::string_view name) {
  const auto found = std::ranges::find(saved.members, name, &SavedMember::name);
  return found == saved.members.end() ? nullptr : &*found;
}

}  // namespace

SavedLag saved_of(const Lag& whole) {
  const LagParts& lag = *whole.parts_;
  SavedLag out{.name = lag.name,
               .hash_seed = lag.options.fast.hash.seed,
               .up = lag.outcome.up,
               .active = lag.chosen.active,
               .members = {},
               .placed = lag.moves.placed(),
               .wishes = lag.loads.wishes()};
  for (const MemberIndex m : lag.roster.order())
    if (!lag.roster.leaving(m))
      out.members.push_back({.index = m,
                             .name = lag.roster.settings(m).name,
                             .port = lag.aggregator ? lag.aggregator->saved(m) : std::nullopt});
  return out;
}

std::vector<RestoreOutcome> Lag::restore(const SavedLag& saved, std::span<const MemberRestore> members,
                                         Instant now) {
  LagParts& lag = *parts_;
  IndexNow index_now;
  index_now.fill(kNoMember);
  std::vector<RestoreOutcome> outcomes;
  std::vector<lacp::PortRestore> ports;
  for (const MemberRestore& m : members) {
    const MemberSettings& settings = lag.roster.settings(m.member);
    const SavedMember* const before = member_of(saved, settings.name);
    if (before == nullptr) continue;
    index_now[before->index.value()] = m.member.value();
    LinkState link = m.link;
    if (settings.speed) link.speed = *settings.speed;
    std::string_view fault = m.obstacle;
    if (fault.empty() && !link.up) fault = "the link is down";
    if (fault.empty() && lag.aggregator && !before->port) fault = "LACP did not use it";
    if (fault.empty()) lag.links.resume(m.member, link, now);
    if (fault.empty() && lag.aggregator)
      ports.push_back({.port = m.member, .link = link, .saved = *before->port});
    else
      outcomes.push_back({.member = m.member, .fault = fault});
  }
  if (lag.aggregator) lag.aggregator->restore(ports, saved.up, now);
  for (const lacp::PortRestore& port : ports)
    outcomes.push_back({.member = port.port, .fault = name_of(port.fault)});
  if (saved.active && index_now[saved.active->value()] != kNoMember)
    lag.chosen.active = MemberIndex{index_now[saved.active->value()]};
  BucketMembers placed = saved.placed;
  translate(placed, index_now);
  lag.moves.restore(placed);
  settle(lag, now, "restart");
  // (wishes hold for members that distribute)
  lag.loads.restore(translated(saved.wishes, index_now), now);
  for (const RestoreOutcome& outcome : outcomes)
    lag.journal.note({.at = now,
                      .member = outcome.member,
                      .kind = "restart",
                      .from = "",
                      .to = outcome.fault.empty() ? "resumed" : "afresh",
                      .why = outcome.fault});
  settle(lag, now, "restart");
  return outcomes;
}

}  // namespace lagoon::control
