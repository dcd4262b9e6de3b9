// What follows from a LAG's parts after each input. Each step of settle() reads what the ones before came to.
#include <algorithm>
#include <string>
#include <utility>

#include "control/lag/lag_parts.hpp"
#include "options/load_options.hpp"
#include "wire/lldp/lldpdu.hpp"

namespace lagoon::control {

namespace {

// Stands for the speed of a port that never said one, in a LAG where no other did either.
constexpr BitsPerSecond kAssumedSpeed = mbps(10'000);
// More than any link has; the arithmetic of weights is exact up to it.
constexpr BitsPerSecond kCapacityMax = mbps(10'000'000);

[[nodiscard]] bool hears_partner(lacp::ReceiveState state) noexcept {
  return state == lacp::ReceiveState::current || state == lacp::ReceiveState::expired;
}

[[nodiscard]] lacp::UnselectedReason why_left_out(const LagParts& lag, MemberIndex m) noexcept {
  if (contains(lag.hold_out.held(), m)) return lacp::UnselectedReason::held_out;
  if (contains(lag.unserved, m)) return lacp::UnselectedReason::unserved;
  if (contains(lag.roster.candidates(), m)) return lacp::UnselectedReason::candidate;
  return lacp::UnselectedReason::none;
}

// Members at whose other end LLDP shows a Lagoon or a SONiC.
[[nodiscard]] MemberSet know_retry_counts(const LagParts& lag) {
  MemberSet known = 0;
  for (const MemberIndex m : lag.roster.order()) {
    const lldp::Agent* const agent = lag.neighbors.agent(m);
    if (agent == nullptr) continue;
    for (const lldp::Neighbor& neighbor : agent->neighbors()) {
      const auto& description = neighbor.said.system_description;
      const bool sonic = description && wire::text_of(*description).find("SONiC") != std::string::npos;
      if (neighbor.said.lagoon || sonic) known |= set_of(m);
    }
  }
  return known;
}

// What the Partner sent before it hears that a member is in STANDBY from now on is still taken.
void take_the_rest(LagParts& lag, Instant now) {
  const MemberSet before = std::exchange(lag.collected, lag.aggregator->collecting());
  for_each(before & ~lag.collected & lag.roster.members(), [&](MemberIndex m) {
    if (lag.aggregator->port(m).selected == lacp::Selected::standby && lag.links.up(m))
      lag.fall_quiet(m, now);
  });
}

void tell_aggregator(LagParts& lag, Instant now) {
  if (!lag.aggregator) return;
  expel_strangers(lag, now);
  for (const MemberIndex m : lag.roster.order()) {
    LinkState link = lag.links.port(m);
    link.up = lag.links.up(m);
    const lacp::PortView before = lag.aggregator->port(m);
    if (!(link == before.link)) lag.aggregator->link_changed(m, link, now);
    if (const auto why = why_left_out(lag, m); why != before.left_out)
      lag.aggregator->set_left_out(m, why, now);
  }
  lag.aggregator->set_works(lag.works(), now);
  lag.aggregator->set_retry_neighbors(know_retry_counts(lag));
  take_the_rest(lag, now);
  for (const MemberIndex m : lag.roster.order())
    lag.links.watch(m, contains(lag.aggregator->distributing(), m), now);
  lag.journal.note_events(*lag.aggregator);
}

// Who is disabled or leaves goes now, unless another one is to have its place first.
void say_farewells(LagParts& lag, Instant now) {
  for (const MemberIndex m : lag.roster.order()) {
    if (!lag.roster.owes_farewell(m) || contains(lag.being_replaced(), m)) continue;
    lag.roster.owe_farewell(m, false);
    if (lag.roster.leaving(m)) {
      lag.roster.leave(m, now);
      lag.say_farewell(m);
    } else if (const auto last = lag.sessions.farewell(m)) {
      lag.outbox.push(m, *last);
    }
    lag.fall_quiet(m, now);
  }
}

// A session begins by itself when LACP has the member distributing; without LACP when its link works. Before
// that it answers: Open vSwitch speaks no LACP before its BFD is Up. What BFD finds is no part of that.
void tell_sessions(LagParts& lag, Instant now) {
  if (!lag.sessions.enabled() || lag.closing) return;
  MemberSet wanted = 0;
  for (const MemberIndex m : lag.roster.order()) {
    if (lag.aggregator ? contains(lag.aggregator->distributing(), m) : lag.links.works(m))
      wanted |= set_of(m);
    if (lag.aggregator) lag.sessions.partner_changes(m, lag.aggregator->port(m).counters.partner_changes);
  }
  const MemberSet may = lag.roster.enabled() | lag.roster.drained() | lag.being_replaced();
  lag.sessions.follow(lag.links.ports_up() & may, wanted, now);
  lag.journal.note_sessions(lag.sessions, now);
}

[[nodiscard]] OutcomeInput outcome_input(const LagParts& lag, Instant now) {
  const LagOptions& options = lag.options;
  OutcomeInput in{.mode = options.mode,
                  .enabled = lag.roster.enabled(),
                  .listening = lag.roster.listening(),
                  .falling_quiet = lag.roster.falling_quiet(),
                  .works = lag.works(),
                  .min_links = lacp::min_links_of(options.lacp),
                  .max_links = options.lacp.max_links,
                  .reselect = options.active.reselect,
                  .all_members_active = options.active.all_members_active,
                  .strict = options.lacp_extras.strict,
                  .forwards = lag.share.forwards(),
                  .before = lag.outcome,
                  .chosen = lag.chosen,
                  .now = now};
  if (options.lacp_extras.fallback && !lag.closing && lag.share.held_back() == lacp::UnselectedReason::none)
    in.fallback_delay = options.lacp_extras.fallback_delay;
  for (const MemberIndex m : lag.roster.order()) {
    const MemberSettings& settings = lag.roster.settings(m);
    in.order.push_back(m);
    in.rank[m.value()] = {.primary = settings.name == options.active.primary,
                          .priority = settings.priority,
                          .port_priority = settings.lacp.port_priority,
                          .link = lag.links.port(m)};
    if (lag.links.up(m) && !contains(lag.hold_out.held() | lag.unserved | lag.roster.candidates(), m))
      in.up |= set_of(m);
    if (lag.aggregator && hears_partner(lag.aggregator->port(m).receive)) in.partner_heard |= set_of(m);
  }
  if (lag.aggregator) {
    in.collecting = lag.aggregator->collecting();
    in.distributing = lag.aggregator->distributing();
  }
  return in;
}

void update_outcome(LagParts& lag, Instant now) {
  OutcomeInput in = outcome_input(lag, now);
  in.chosen = lag.chosen = choose(in);
  lag.links.set_active(lag.chosen.active, now);
  in.works = lag.works();
  lag.outcome = decide(in);
}

void active_changed(LagParts& lag, std::optional<MemberIndex> before, std::string_view why, Instant now) {
  const auto active = lag.chosen.active;
  if (before && active) ++lag.failovers;
  lag.journal.note_active(before, active, lag.usable(), why, now);
  lag.announcements.announce(active, lag.outcome.distributing, now);
}

[[nodiscard]] std::uint32_t capacity_of(const LagParts& lag, MemberIndex member) {
  if (const auto& weight = lag.roster.settings(member).weight)
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(
        to_mbps(BitsPerSecond{*weight * lag.options.weighted.unit.value()}), 1, to_mbps(kCapacityMax)));
  BitsPerSecond speed = lag.links.port(member).speed;
  // Not known yet. Assuming the fastest of the others' keeps their buckets where they are once it is.
  if (speed.value() == 0)
    for (const MemberIndex other : lag.roster.order()) speed = std::max(speed, lag.links.port(other).speed);
  if (speed.value() == 0) speed = kAssumedSpeed;
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, to_mbps(speed)));
}

void tell_balancers(LagParts& lag, Instant now) {
  Capacities capacities{};
  for (const MemberIndex m : lag.roster.order()) capacities[m.value()] = capacity_of(lag, m);
  lag.loads.members_changed(capacities, lag.outcome.distributing, now);
  if (lag.receive)
    lag.receive->members_changed({.usable = lag.outcome.distributing,
                                  .address = lag.announcements.addresses().member,
                                  .capacity = capacities,
                                  .active = lag.outcome.active,
                                  .lag = lag.announcements.addresses().lag},
                                 now);
}

// Drained and replaced members still carry what has not found its way to others. Their Partner goes on
// collecting.
[[nodiscard]] MemberSet lingering(const LagParts& lag) {
  if (lag.row().choice == Choice::active_backup) return 0;
  const MemberSet agreed = lag.aggregator ? lag.aggregator->collecting() : ~MemberSet{0};
  return (lag.roster.drained() | lag.replaced()) & lag.works() & agreed;
}

void add_watches(const LagParts& lag, TableInput& in) {
  using table::Watch;
  if (lag.links.monitors_targets()) {
    in.watch_received = Watch::arp | Watch::neighbor;
    in.probe_base = lag.probe_base;
  }
  if (lag.receive) {
    in.watch_received = in.watch_received | Watch::arp;
    in.divert_sent = Watch::arp;
  }
  if (lag.sessions.enabled()) {
    in.watch_received = in.watch_received | Watch::bfd;
    in.options.bfd_port = lag.options.bfd.session.port;
  }
  if (lag.row().has_active) in.watch_sent = Watch::membership;
}

}  // namespace

void settle(LagParts& lag, Instant now, std::string_view why) {
  lag.roster.expire(now);
  static_cast<void>(lag.let_replaced_go(now));
  tell_aggregator(lag, now);
  say_farewells(lag, now);
  tell_sessions(lag, now);
  const auto active_before = lag.chosen.active;
  const bool was_up = lag.outcome.up;
  const bool was_fallback = lag.outcome.fallback;
  update_outcome(lag, now);
  lag.announcements.assign(lag.roster, lag.chosen.active);
  if (lag.chosen.active != active_before) active_changed(lag, active_before, why, now);
  tell_balancers(lag, now);
  lag.journal.note_links(lag.links, lag.outcome.distributing, now);
  lag.journal.note_hold_out(lag.hold_out, lag.options.lacp_extras.flood_limit, now);
  if (lag.aggregator && lag.options.unequal_speed) lag.journal.note_partner_keys(*lag.aggregator, now);
  if (lag.outcome.fallback != was_fallback) lag.journal.note_fallback(lag.outcome.fallback, now);
  if (lag.outcome.up != was_up) {
    lag.changed = now;
    if (!lag.aggregator)
      lag.journal.note_up(lag.outcome.up, lag.usable(), lacp::min_links_of(lag.options.lacp).needed(was_up),
                          now);
  }
  // (a member that does not send now, for whatever reason, is part of the aggregation all the same)
  lag.neighbors.follow(lag.links.ports_up(),
                       lag.aggregator ? lag.aggregator->collecting() : lag.roster.listening());
  lag.moves.input_changed();
}

TableInput table_input(const LagParts& lag) {
  const Outcome& outcome = lag.outcome;
  TableInput in{.collecting = outcome.collecting,
                .distributing = outcome.distributing,
                .standby = outcome.standby,
                .active = outcome.active,
                .capacity = lag.loads.capacities(),
                .lingering = lingering(lag),
                .withdrawn = lag.roster.withdrawn(),
                .replaced = lag.replaced(),
                .distribution = distribution_of(lag.options),
                .placed = lag.moves.placed(),
                .options = lag.options.fast,
                .own = lag.announcements.addresses().lag,
                .address = lag.announcements.addresses().member};
  if (lag.share.order) {
    in.stands_by = !lag.share.forwards();
    in.validity = lag.share.order->validity;
    in.authority = lag.share.order->authority;
  }
  for (const MemberIndex m : lag.roster.order()) in.order.push_back(m);
  if (lag.row().distribution == table::Distribution::adaptive)
    in.own_address_only = in.collecting & ~(outcome.active ? set_of(*outcome.active) : 0);
  add_watches(lag, in);
  lag.loads.add_to(in);
  return in;
}

}  // namespace lagoon::control
