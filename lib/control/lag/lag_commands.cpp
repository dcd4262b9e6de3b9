// What operators do with a Lag while it runs, and what is done to its members.
#include <string>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "control/lag/lag_parts.hpp"
#include "options/load_options.hpp"

namespace lagoon::control {

namespace {

// A Partner that was told three things in the last second hears the fourth after it.
constexpr Duration kFarewell = 1500ms;
constexpr std::uint32_t kWeightMost = 1'000'000;
constexpr std::string_view kGone = "its interface is gone";
constexpr std::string_view kRefused = "its interface is back, and can't be used";

}  // namespace

void LagParts::insert(MemberIndex index, MemberSettings settings, Instant now) {
  roster.add(index, std::move(settings));
  journal.begin(index, now);
  links.add(index, now);
  sessions.add(index, roster.settings(index).address);
  neighbors.add(index, roster.settings(index).name, roster.settings(index).address, now);
  if (!aggregator) return;
  const MemberSettings& member = roster.settings(index);
  aggregator->add_port(index, member.lacp, now);
  aggregator->set_enabled(index, member.administration != Administration::disabled, now);
  aggregator->set_drained(index, member.administration == Administration::drained, now);
}

void LagParts::tell_neighbors() {
  neighbors.set_aggregate(options.lacp.lag_number + 1U);
  neighbors.set_announced(options.announce_addresses);
  neighbors.set_bfd(options.bfd.enabled);
  // (of IEEE 802.3: with the header and the FCS)
  constexpr std::uint16_t kBesideMtu = 18;
  neighbors.set_frame_size(options.port.mtu
                               ? std::optional{static_cast<std::uint16_t>(*options.port.mtu + kBesideMtu)}
                               : std::nullopt);
}

void LagParts::say_farewell(MemberIndex member) {
  if (const auto last = neighbors.farewell(member)) outbox.push(member, *last);
  if (const auto last = sessions.farewell(member)) outbox.push(member, *last);
}

MemberSet LagParts::being_replaced() const {
  MemberSet set = 0;
  if (!aggregator) return set;
  for (const MemberIndex m : roster.order())
    if (aggregator->port(m).swap != lacp::Swap::none) set |= set_of(m);
  return set;
}

bool LagParts::let_replaced_go(Instant now) {
  const MemberSet waiting = replaced();
  if (waiting == 0 || !moves.have_left(waiting, options.move, now)) return false;
  aggregator->moved_off(waiting, now);
  return true;
}

void LagParts::fall_quiet(MemberIndex member, Instant now) {
  const bool told = !aggregator || aggregator->has_left(member);
  roster.fall_quiet(member, now + (told ? kGrace : kFarewell));
}

Result<MemberIndex> Lag::add_member(MemberSettings member, Instant now) {
  LagParts& lag = *parts_;
  if (lag.roster.find(member.name))
    return fail(Errc::already_exists, "LAG '" + lag.name + "' has a member '" + member.name + "' already");
  const auto index = lag.roster.free_index();
  if (!index)
    return fail(Errc::no_resources,
                "LAG '" + lag.name + "' has " + std::to_string(kMembersMax) + " members; remove one first");
  lag.insert(*index, std::move(member), now);
  lag.journal.note(
      {.at = now, .member = *index, .kind = "member", .from = "", .to = "added", .why = "command"});
  settle(lag, now);
  return *index;
}

void Lag::leave_member(MemberIndex member, Instant now) {
  LagParts& lag = *parts_;
  LAGOON_CHECK(contains(lag.roster.members(), member));
  if (lag.roster.leaving(member)) return;
  lag.roster.leave(member, now);
  // (a candidate has nothing under way, and another LAG may wait for it)
  if (lag.roster.settings(member).candidate)
    lag.say_farewell(member);
  else
    lag.roster.owe_farewell(member, true);
  if (lag.aggregator) lag.aggregator->leave(member, now);
  lag.journal.note(
      {.at = now, .member = member, .kind = "member", .from = "", .to = "leaving", .why = "command"});
  settle(lag, now, "command");
}

bool Lag::may_close(MemberIndex member, Instant now) const noexcept {
  const LagParts& lag = *parts_;
  const auto leaving = lag.roster.leaving(member);
  if (!leaving || lag.roster.owes_farewell(member) || lag.roster.falls_quiet(member)) return false;
  const bool told = !lag.aggregator || !lag.links.up(member) || lag.aggregator->has_left(member) ||
                    lag.roster.settings(member).candidate;
  return told || now >= *leaving + kFarewell;
}

void Lag::forget_member(MemberIndex member, Instant now) {
  LagParts& lag = *parts_;
  LAGOON_CHECK(contains(lag.roster.members(), member) && lag.roster.leaving(member));
  lag.journal.note(
      {.at = now, .member = member, .kind = "member", .from = "leaving", .to = "removed", .why = "command"});
  if (lag.aggregator) lag.aggregator->remove_port(member, now);
  lag.moves.forget(member);
  lag.loads.forget(member);
  lag.links.remove(member, now);
  lag.slow_frames.forget(member);
  lag.hold_out.forget(member);
  lag.neighbors.remove(member);
  lag.sessions.remove(member);
  lag.wiring.forget(member);
  lag.announcements.forget(member);
  lag.roster.remove(member);
  if (lag.chosen.active == member) lag.chosen.active.reset();
  if (lag.chosen.pinned == member) lag.chosen.pinned.reset();
  settle(lag, now);
}

Result<void> Lag::administrate(MemberIndex member, Administration administration, Instant now) {
  LagParts& lag = *parts_;
  LAGOON_CHECK(contains(lag.roster.members(), member));
  if (lag.roster.leaving(member))
    return fail(Errc::busy, "member '" + lag.roster.settings(member).name + "' is being removed");
  const Administration before = lag.roster.administrate(member, administration);
  if (before == administration) return {};
  if (lag.aggregator) {
    lag.aggregator->set_enabled(member, administration != Administration::disabled, now);
    lag.aggregator->set_drained(member, administration == Administration::drained, now);
  }
  lag.roster.owe_farewell(member, administration == Administration::disabled);
  lag.journal.note({.at = now,
                    .member = member,
                    .kind = "administration",
                    .from = name_of(before),
                    .to = name_of(administration),
                    .why = "command"});
  settle(lag, now, "command");
  return {};
}

Result<void> Lag::weigh(MemberIndex member, std::optional<std::uint32_t> weight, Instant now) {
  LagParts& lag = *parts_;
  LAGOON_CHECK(contains(lag.roster.members(), member));
  if (weight && (*weight == 0 || *weight > kWeightMost))
    return fail(Errc::invalid_argument,
                "a weight is a whole number from 1 to " + std::to_string(kWeightMost) + ", or auto");
  if (!lag.roster.weigh(member, weight)) return {};
  lag.journal.note({.at = now,
                    .member = member,
                    .kind = "weight",
                    .from = "",
                    .to = weight ? "set" : "auto",
                    .why = "command"});
  settle(lag, now, "command");
  return {};
}

Result<void> Lag::activate(MemberIndex member, Instant now) {
  LagParts& lag = *parts_;
  LAGOON_CHECK(contains(lag.roster.members(), member));
  if (!lag.row().has_active)
    return fail(Errc::not_supported, "mode " + std::string{lag.row().name} +
                                         " has no active member; those with one are active-backup, failover, "
                                         "balance-tlb and balance-alb");
  if (!contains(lag.usable(), member))
    return fail(Errc::busy,
                "member '" + lag.roster.settings(member).name + "' can't be active: it does not work now");
  lag.chosen.pinned = member;
  settle(lag, now, "command");
  return {};
}

Result<BucketsPlaced> Lag::place_buckets(const BucketChoice& which, std::optional<MemberIndex> to,
                                         Instant now) {
  LagParts& lag = *parts_;
  if (!has_buckets(lag.options))
    return fail(Errc::not_supported, "LAG '" + lag.name + "' has mode " + std::string{lag.row().name} +
                                         ", in which no bucket of the flow hash chooses the member");
  if (to && !contains(lag.outcome.distributing, *to))
    return fail(Errc::busy, "member '" + lag.roster.settings(*to).name + "' does not distribute now");
  BucketsPlaced done = lag.moves.place(which, to);
  if (done.chosen == 0) return done;
  lag.journal.note({.at = now,
                    .member = to.value_or(MemberIndex{}),
                    .of_lag = !to,
                    .kind = "buckets",
                    .from = "",
                    .to = to ? "placed" : "released",
                    .why = "command"});
  settle(lag, now, "command");
  return done;
}

Result<void> Lag::change(const LagOptions& options, Instant now) {
  LagParts& lag = *parts_;
  if (options.mode != lag.options.mode)
    return fail(Errc::not_supported, "the mode of a running LAG is fixed (" + std::string{lag.row().name} +
                                         "); change it in the configuration and start again");
  if (options.distribute != lag.options.distribute ||
      options.weighted.conversations != lag.options.weighted.conversations)
    return fail(Errc::not_supported,
                "distribute and conversations of a running LAG are fixed: its workers have their memory; "
                "change them in the configuration and start again");
  if (!(options.active == lag.options.active)) lag.chosen.pinned.reset();
  const std::uint16_t lag_number = lag.options.lacp.lag_number;
  lag.options = options;
  lag.options.lacp.lag_number = lag_number;
  if (lag.aggregator) lag.aggregator->change(lag.lacp_config(), now);
  lag.links.set_options(lag.options, now);
  lag.hold_out.set_options(lag.options.lacp_extras);
  lag.neighbors.set_options(lag.options.lldp, now);
  // (a peer that is not told takes all members for dead, and waits for us)
  if (lag.sessions.enabled() && !lag.options.bfd.enabled)
    for (const MemberIndex m : lag.roster.order())
      if (const auto last = lag.sessions.farewell(m)) lag.outbox.push(m, *last);
  lag.sessions.set_options(lag.options.bfd, now);
  lag.tell_neighbors();
  lag.loads.set_options(lag.options, now);
  lag.announcements.options_changed(now);
  settle(lag, now, "command");
  return {};
}

Result<void> Lag::set_address(const MacAddress& address, Instant now) {
  LagParts& lag = *parts_;
  if (address.is_zero() || address.is_group())
    return fail(Errc::invalid_argument, to_string(address) + " is no address of a station");
  if (lag.row().addresses == Addresses::fail_over_mac &&
      lag.options.active.fail_over_mac == failover::FailOverMac::active)
    return fail(Errc::not_supported,
                "the address of LAG '" + lag.name +
                    "' is its active member's (fail-over-mac: active), and can't be set");
  lag.options.mac = address;
  lag.options.mac_from.clear();
  if (!lag.announcements.set_address(address)) return {};
  lag.journal.note({.at = now,
                    .of_lag = true,
                    .kind = "address",
                    .from = "",
                    .to = "set",
                    .why = "command",
                    .evidence = to_string(address)});
  settle(lag, now, "command");
  lag.announcements.announce(lag.chosen.active, lag.outcome.distributing, now);
  return {};
}

bool is_being_replaced(const Lag& lag, MemberIndex member) {
  return contains(lag.parts_->being_replaced(), member);
}

void expect_neighbor(Lag& lag, MemberIndex member, const lldp::ExpectedNeighbor& who) {
  LAGOON_CHECK(contains(lag.parts_->roster.members(), member));
  lag.parts_->roster.expect(member, who);
}

void Lag::address_refused(MemberIndex member, Instant now) {
  parts_->journal.note(
      {.at = now, .member = member, .kind = "address", .from = "", .to = "refused", .why = "port"});
}

void interface_changed(Lag& of, MemberIndex member, const InterfaceNews& news, Instant now) {
  LagParts& lag = *of.parts_;
  if (!contains(lag.roster.members(), member)) return;
  const auto note = [&](std::string_view from, std::string_view to, std::string_view why,
                        std::string evidence) {
    lag.journal.note({.at = now,
                      .member = member,
                      .kind = "interface",
                      .from = from,
                      .to = to,
                      .why = why,
                      .evidence = std::move(evidence)});
  };
  switch (news.kind) {
    case InterfaceNews::Kind::gone:
      note("there", "gone", news.why, "its port carries nothing until an interface of that name is there");
      lag.links.lose(member, {.words = kGone}, now);
      break;
    case InterfaceNews::Kind::refused:
      note("gone", "refused", "not_taken", news.evidence);
      lag.links.lose(member, {.words = kRefused, .obstacle = news.evidence}, now);
      break;
    case InterfaceNews::Kind::back:
      note("gone", "there", "taken", "its address is " + to_string(news.address));
      lag.roster.set_address(member, news.address);
      lag.neighbors.readdress(member, news.address);
      lag.sessions.add(member, news.address);
      lag.links.find_again(member);
      break;
  }
  settle(lag, now);
}

}  // namespace lagoon::control
