// A LAG that finds its members by itself: what its FormationKeeper looks at, and what follows from its
// verdicts.
#include <string>
#include <utility>

#include "base/check.hpp"
#include "control/lag/lag_parts.hpp"
#include "lacp/port_state.hpp"

namespace lagoon::control {

namespace {

[[nodiscard]] PartnerId partner_of(const lacp::PortView& port) noexcept {
  return {.priority = port.partner.system_priority, .system = port.partner.system, .key = port.partner.key};
}

void note(LagParts& lag, MemberIndex member, bool candidate, std::string_view why, std::string evidence,
          Instant now) {
  lag.journal.note({.at = now,
                    .member = member,
                    .kind = "formation",
                    .from = candidate ? "member" : "candidate",
                    .to = candidate ? "candidate" : "member",
                    .why = why,
                    .evidence = std::move(evidence)});
}

}  // namespace

// A member whose Partner is another than the one that it was taken with is out in this call.
void expel_strangers(LagParts& lag, Instant now) {
  if (!lag.options.automatic || !lag.aggregator) return;
  for (const MemberIndex m : lag.roster.order()) {
    const MemberSettings& settings = lag.roster.settings(m);
    if (settings.candidate || !settings.joined) continue;
    const lacp::PortView port = lag.aggregator->port(m);
    if (port.receive != lacp::ReceiveState::current || partner_of(port) == *settings.joined) continue;
    std::string words = "System " + to_string(port.partner.system) + ", key " +
                        std::to_string(port.partner.key) + " is there now, and it was taken with System " +
                        to_string(settings.joined->system) + ", key " + std::to_string(settings.joined->key);
    note(lag, m, true, "partner_changed", words, now);
    static_cast<void>(lag.roster.set_candidate(m, true, std::move(words)));
    lag.roster.join(m, std::nullopt);
  }
}

PoolLag candidates_of(const Lag& of, std::size_t index, std::vector<PoolPort>& ports) {
  const LagParts& lag = *of.parts_;
  PoolLag pool{.name = lag.name,
               .system = lag.lacp_config().system,
               .automatic = lag.options.automatic && lag.aggregator,
               .options = lag.options.formation,
               .unequal_speed = lag.options.unequal_speed};
  if (!lag.aggregator) return pool;
  for (const MemberIndex m : lag.roster.order()) {
    const lacp::PortView port = lag.aggregator->port(m);
    const bool is_heard = port.receive == lacp::ReceiveState::current;
    if (!pool.automatic) {
      if (is_heard && port.distributing) pool.partner = partner_of(port);
      continue;
    }
    // (it may be on its way to another LAG)
    if (lag.roster.leaving(m)) continue;
    const MemberSettings& settings = lag.roster.settings(m);
    const lldp::Agent* const agent = lag.neighbors.agent(m);
    ports.push_back(
        {.name = settings.name,
         .lag = index,
         .member = m,
         .candidate = settings.candidate,
         .joined = settings.joined,
         .withdrawn = !contains(lag.roster.enabled(), m) || contains(lag.hold_out.held(), m),
         .link = port.link,
         .looped = port.reason == lacp::UnselectedReason::looped,
         .partner = is_heard ? std::optional{partner_of(port)} : std::nullopt,
         .aggregates = is_heard && lacp::PortState{port.partner.state}.has(lacp::StateBit::aggregation)});
    if (agent != nullptr) ports.back().neighbors = agent->neighbors();
  }
  return pool;
}

void formed(Lag& of, MemberIndex member, const FormationKeeper::Verdict& verdict, Instant now) {
  LagParts& lag = *of.parts_;
  LAGOON_CHECK(contains(lag.roster.members(), member));
  if (lag.roster.leaving(member)) return;
  if (verdict.joins) lag.roster.join(member, verdict.joins);
  if (verdict.candidate) lag.roster.join(member, std::nullopt);
  if (!lag.roster.set_candidate(member, verdict.candidate, verdict.candidate ? verdict.words : std::string{}))
    return;
  note(lag, member, verdict.candidate, verdict.why, verdict.words, now);
  settle(lag, now);
}

}  // namespace lagoon::control
