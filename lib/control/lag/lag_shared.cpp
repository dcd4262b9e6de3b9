// A LAG that two boxes have, and one that follows its uplinks (docs/cluster.md).
#include <bit>
#include <string>
#include <utility>

#include "control/lag/lag_parts.hpp"

namespace lagoon::control {

void share(Lag& of, const ShareOrder& order, Instant now) {
  LagParts& lag = *of.parts_;
  if (lag.share.order == order) return;
  lag.share.order = order;
  if (lag.aggregator) lag.aggregator->change(lag.lacp_config(), now);
  lag.tell_neighbors();
  settle(lag, now);
}

void share_said(Lag& of, std::string_view to, std::string_view why, std::string sentence, Instant now) {
  of.parts_->journal.note({.at = now,
                           .of_lag = true,
                           .kind = "cluster",
                           .from = "",
                           .to = to,
                           .why = why,
                           .evidence = std::move(sentence)});
}

void uplinks_changed(Lag& of, bool up, std::string words, Instant now) {
  LagParts& lag = *of.parts_;
  if (lag.share.uplinks_up == up) return;
  lag.share.uplinks_up = up;
  lag.journal.note({.at = now,
                    .of_lag = true,
                    .kind = "uplinks",
                    .from = up ? "down" : "up",
                    .to = up ? "up" : "down",
                    .why = "link",
                    .evidence = std::move(words)});
  if (lag.aggregator) lag.aggregator->change(lag.lacp_config(), now);
  settle(lag, now);
}

ShareFitness fitness_of(const Lag& of) {
  const LagParts& lag = *of.parts_;
  ShareFitness fitness{.uplinks = lag.share.uplinks_up};
  if (!lag.aggregator || lag.closing) return fitness;
  fitness.members_carrying =
      static_cast<std::uint8_t>(std::popcount(lag.aggregator->distributing() & lag.works()));
  const MemberSet usable = lag.usable();
  for (const MemberIndex m : lag.roster.order()) {
    const lacp::PortView port = lag.aggregator->port(m);
    if (!contains(usable, m) || port.receive != lacp::ReceiveState::current ||
        port.selected == lacp::Selected::unselected)
      continue;
    if (fitness.members_ready++ == 0) {
      fitness.partner = port.partner.system;
      fitness.partner_priority = port.partner.system_priority;
      fitness.partner_key = port.partner.key;
    }
  }
  return fitness;
}

bool told(const Lag& of) noexcept {
  const LagParts& lag = *of.parts_;
  return lag.outbox.empty() && (!lag.aggregator || lag.aggregator->told());
}

}  // namespace lagoon::control
