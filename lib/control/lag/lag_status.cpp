// The status of a LAG as a value: each part adds what it knows.
#include <algorithm>
#include <string>

#include "control/lag/evidence.hpp"
#include "control/lag/lag_parts.hpp"

namespace lagoon::control {

namespace {

[[nodiscard]] std::optional<BfdStatus> bfd_status(const LagParts& lag, MemberIndex index) {
  const bfd::Session* const session = lag.sessions.session(index);
  if (session == nullptr) return std::nullopt;
  return BfdStatus{.state = session->state(),
                   .peer_state = session->peer_state(),
                   .diag = session->diag(),
                   .verdict = session->verdict(),
                   .blocks = session->blocks(),
                   .peer = session->peer(),
                   .detection = session->intervals().detection(),
                   .counters = session->counters()};
}

void add_other_end(const LagParts& lag, OtherEndStatus& s, MemberIndex index) {
  for (const Miswiring& what : lag.wiring.standing())
    if (what.member == index) s.wiring.push_back(what);
  s.bfd = bfd_status(lag, index);
  const lldp::Agent* const agent = lag.neighbors.agent(index);
  if (agent == nullptr) return;
  s.lldp = agent->counters();
  s.too_many = agent->too_many_neighbors();
  s.neighbors.assign(agent->neighbors().begin(), agent->neighbors().end());
}

[[nodiscard]] MemberStatus member_status(const LagParts& lag, MemberIndex index, Instant now) {
  const MemberSettings& settings = lag.roster.settings(index);
  const MemberLinks& links = lag.links;
  MemberStatus s;
  s.name = settings.name;
  s.address = settings.address;
  s.carries = lag.announcements.addresses().member[index.value()];
  s.priority = settings.priority;
  s.administration = settings.administration;
  s.link = links.port(index);
  s.hold_out.absence = links.absence(index);
  s.mii = links.debounced(index);
  const bool rests = lag.roster.leaving(index) || settings.administration == Administration::disabled;
  s.works = (!rests || contains(lag.being_replaced(), index)) && links.works(index) &&
            !contains(lag.unserved, index);
  s.active = lag.outcome.active == index;
  s.collecting = contains(lag.outcome.collecting, index);
  s.distributing = contains(lag.outcome.distributing, index);
  if (const auto until = links.held_until(index); until && *until > now) s.held_down_for = *until - now;
  s.holds = links.holds(index);
  s.hold_out.flooded = contains(lag.hold_out.flooded(), index);
  s.hold_out.lacpdus_dropped = lag.hold_out.dropped(index);
  if (const auto until = lag.hold_out.held_until(index); until && *until > now)
    s.hold_out.held_for = *until - now;
  s.hold_out.why = lag.hold_out.why(index);
  s.hold_out.times = lag.hold_out.holds(index);
  s.hold_out.unserved = contains(lag.unserved, index);
  s.hold_out.candidate = settings.candidate;
  s.hold_out.candidacy = settings.candidacy;
  s.health = links.health(index);
  lag.loads.add_to(s, index);
  if (lag.aggregator) {
    s.lacp = lag.aggregator->port(index);
    const lacp::Event standing = lag.aggregator->standing(index, now);
    s.standing = {.why = why_of(standing), .evidence = evidence_of(standing)};
  }
  s.lacp.link = links.port(index);
  // The LAG may hold back (min-links) or go on with (fallback) what the port itself would not.
  s.lacp.collecting = s.collecting;
  s.lacp.distributing = s.distributing;
  lag.moves.add_to(s, index);
  s.link_failures = lag.journal.link_failures(index);
  lag.slow_frames.add_to(s, index);
  add_other_end(lag, s.other_end, index);
  s.since_change = now - std::max(lag.journal.changed(index), s.lacp.last_change);
  return s;
}

[[nodiscard]] std::optional<std::size_t> position_of(std::optional<MemberIndex> member,
                                                     const Roster& roster) noexcept {
  const auto order = roster.order();
  const auto found = member ? std::ranges::find(order, *member) : order.end();
  if (found == order.end()) return std::nullopt;
  return static_cast<std::size_t>(found - order.begin());
}

void add_members(const LagParts& lag, LagStatus& s, Instant now) {
  for (const MemberIndex m : lag.roster.order()) {
    s.members.push_back(member_status(lag, m, now));
    if (s.members.back().distributing) ++s.distributing_members;
  }
}

void add_clients(const LagParts& lag, LagStatus& s) {
  if (!lag.receive) return;
  for (balance::Client client : lag.receive->clients()) {
    const auto position = position_of(client.member, lag.roster);
    if (!position) continue;
    client.member = MemberIndex{static_cast<std::uint8_t>(*position)};
    s.clients.push_back(client);
  }
}

[[nodiscard]] FarEnd far_end_of(const LagParts& lag, MemberIndex m) {
  const lldp::Agent* const agent = lag.neighbors.agent(m);
  const MemberSettings& settings = lag.roster.settings(m);
  FarEnd end{.member = m,
             .name = settings.name,
             .up = lag.links.port(m).up && !lag.roster.leaving(m),
             .in_use = contains(lag.outcome.distributing, m),
             .silent_since = lag.journal.linked(m),
             .expected = &settings.expect};
  if (agent != nullptr) end.neighbors = agent->neighbors();
  if (!lag.aggregator) return end;
  const lacp::PortView port = lag.aggregator->port(m);
  if (port.receive == lacp::ReceiveState::current)
    end.partner = LacpPartner{.system = port.partner.system, .key = port.partner.key};
  end.silent_since = std::max(end.silent_since, port.last_received);
  return end;
}

// Of two Lagoons that want BFD the one with the lower Chassis ID has the lower address.
void find_ends_of_sessions(LagParts& lag, Instant now) {
  for (const MemberIndex m : lag.roster.order()) {
    const lldp::Agent* const agent = lag.neighbors.agent(m);
    if (agent == nullptr || agent->neighbors().size() != 1) continue;
    const wire::Lldpdu& said = agent->neighbors().front().said;
    if (!said.lagoon || !said.lagoon->bfd || said.chassis.value.size() != 6) continue;
    MacAddress theirs;
    for (std::size_t i = 0; i < theirs.octets.size(); ++i)
      theirs.octets[i] = std::to_integer<std::uint8_t>(said.chassis.value[i]);
    if (theirs != lag.lacp_config().system) lag.sessions.other_end(m, theirs > lag.lacp_config().system, now);
  }
}

}  // namespace

LagWiring wiring_of(const Lag& of) {
  const LagParts& lag = *of.parts_;
  LagWiring out{.lag = lag.name,
                .system = lag.lacp_config().system,
                .lacp = lag.aggregator.has_value(),
                .one_system = !lag.row().has_active};
  for (const MemberIndex m : lag.roster.order())
    if (!lag.roster.settings(m).candidate) out.ends.push_back(far_end_of(lag, m));
  return out;
}

void wiring_judged(Lag& of, std::span<const Miswiring> found, Instant now) {
  LagParts& lag = *of.parts_;
  find_ends_of_sessions(lag, now);
  for (const WiringKeeper::News& news : lag.wiring.take(found, now)) lag.journal.note_wiring(news, now);
}

LagStatus status_of(const LagParts& lag, Instant now) {
  LagStatus s;
  s.name = lag.name;
  s.taken = now;
  s.mode = std::string{lag.row().name};
  s.options = lag.options;
  s.hash = std::string{name_of(lag.options.fast.hash.policy)};
  s.hash_seed = lag.options.fast.hash.seed;
  s.address = lag.announcements.addresses().lag;
  s.up = lag.outcome.up;
  s.fallback = lag.outcome.fallback;
  s.uptime = now - lag.changed;
  s.failovers = lag.failovers;
  s.pace.stalls = lag.stalls;
  s.refused.groups = lag.announcements.groups_refused();
  if (lag.receive) s.refused.clients = lag.receive->clients_refused();
  s.system_priority = lag.options.lacp.system_priority;
  s.system = lag.lacp_config().system;
  if (lag.aggregator) s.lag_id = lag.aggregator->lag_id();
  s.active = position_of(lag.outcome.active, lag.roster);
  s.primary = position_of(lag.roster.find(lag.options.active.primary), lag.roster);
  add_members(lag, s, now);
  add_clients(lag, s);
  lag.loads.add_to(s);
  lag.moves.add_to(s);
  std::uint64_t looped = 0;
  for (const MemberStatus& m : s.members) looped += m.lacp.counters.looped;
  lag.slow_frames.add_to(s, looped);
  if (lag.receive) s.drops.push_back({"alb_not_sent", lag.receive->frames_dropped()});
  std::uint64_t flood = 0;
  std::uint64_t held_out = 0;
  for_each(lag.roster.members(), [&](MemberIndex m) {
    flood += lag.hold_out.dropped(m);
    held_out += lag.hold_out.ignored_lacpdus(m);
  });
  s.drops.push_back({"lacpdu_flood", flood});
  s.drops.push_back({"lacpdu_held_out", held_out});
  return s;
}

std::string to_string(const lacp::LagId& id) {
  const auto hex = [](unsigned value, int digits) {
    std::string text;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
      text += "0123456789ABCDEF"[value >> shift & 0xf];
    return text;
  };
  const auto end = [&hex](const lacp::LagIdEnd& e) {
    std::string mac = to_string(e.system);
    for (char& c : mac) c = c == ':' ? '-' : static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
    return "(" + hex(e.system_priority, 4) + "," + mac + "," + hex(e.key, 4) + "," + hex(e.port_priority, 4) +
           "," + hex(e.port_number, 4) + ")";
  };
  return "[" + end(id.first) + "," + end(id.second) + "]";
}

}  // namespace lagoon::control
