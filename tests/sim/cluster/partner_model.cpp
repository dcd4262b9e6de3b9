#include "partner_model.hpp"

#include <algorithm>

namespace lagoon::sim::cluster {

void PartnerModel::heard(std::size_t port, const Pdu& pdu, Instant now) {
  Port& p = ports_.at(port);
  if (!p.up) return;
  p.actor = pdu;
  p.heard = now;
}

void PartnerModel::carrier(std::size_t port, bool up, Instant now) {
  Port& p = ports_.at(port);
  if (p.up && !up) p.down_since = now;
  p.up = up;
}

std::optional<lagoon::cluster::SystemId> PartnerModel::choose() const {
  if (kind_ == Kind::linux_bond) {
    const auto stays = [&](const Port& p) { return p.actor && chosen_ && p.actor->id == *chosen_; };
    if (std::ranges::any_of(ports_, stays)) return chosen_;
    for (const std::size_t port : {prefers_, 1 - prefers_})
      if (ports_.at(port).actor) return ports_.at(port).actor->id;
    return std::nullopt;
  }
  std::optional<lagoon::cluster::SystemId> best;
  for (const Port& p : ports_)
    if (p.actor && (!best || p.actor->id < *best)) best = p.actor->id;
  return best;
}

bool PartnerModel::settle(Instant now) {
  bool news = false;
  const Duration after_loss = kind_ == Kind::linux_bond ? kDefaulted : kExpired;
  for (Port& p : ports_)
    if (p.actor && (now - p.heard >= kDefaulted || (!p.up && now - p.down_since >= after_loss)))
      p.actor.reset();
  chosen_ = choose();
  for (Port& p : ports_) {
    const bool current = p.up && p.actor && now - p.heard < kExpired;
    const bool selected = current && chosen_ && p.actor->id == *chosen_;
    const bool enabled = selected && p.actor->sync;
    news |= selected != p.selected || enabled != p.enabled;
    p.selected = selected;
    p.enabled = enabled;
  }
  return news;
}

// (Open vSwitch's bits say that it collects before it is asked to)
Pdu PartnerModel::says(std::size_t port) const {
  const Port& p = ports_.at(port);
  Pdu pdu{.sync = p.selected};
  if (p.actor) {
    pdu.id = p.actor->id;
    pdu.echo_sync = p.actor->sync;
  }
  pdu.collecting = kind_ == Kind::open_vswitch ? p.selected : p.enabled;
  return pdu;
}

}  // namespace lagoon::sim::cluster
