#include "lldp/neighbor_table.hpp"

#include <algorithm>

#include "base/earliest.hpp"

namespace lagoon::lldp {

std::string_view name_of(Change change) noexcept {
  switch (change) {
    case Change::appeared:
      return "appeared";
    case Change::changed:
      return "changed";
    case Change::expired:
      return "expired";
    case Change::left:
      return "left";
    case Change::lost:
      return "lost";
  }
  return "unknown";
}

// 3.1: the MSAP identifier, which is Chassis ID and Port ID together, is who a neighbour is.
Neighbor* NeighborTable::find(const wire::Lldpdu& pdu) noexcept {
  const auto found = std::find_if(neighbors_.begin(), neighbors_.end(), [&](const Neighbor& neighbor) {
    return neighbor.said.chassis == pdu.chassis && neighbor.said.port == pdu.port;
  });
  return found != neighbors_.end() ? found : nullptr;
}

void NeighborTable::remove(Neighbor& neighbor) noexcept {
  FixedVector<Neighbor, kNeighborsMax> others;
  for (const Neighbor& other : neighbors_)
    if (&other != &neighbor) others.push_back(other);
  neighbors_ = others;
}

std::optional<Event> NeighborTable::heard(const wire::Lldpdu& pdu, const MacAddress& source,
                                          Instant now) noexcept {
  Neighbor* const known = find(pdu);
  if (pdu.ttl_s == 0) {
    if (known == nullptr) return std::nullopt;
    const Event event{.change = Change::left, .neighbor = *known};
    remove(*known);
    return event;
  }
  const Instant until = now + std::chrono::seconds{pdu.ttl_s};
  if (known == nullptr) {
    if (neighbors_.full()) {
      ++too_many_;
      return std::nullopt;
    }
    neighbors_.push_back({.said = pdu, .source = source, .since = now, .heard = now, .until = until});
    return Event{.change = Change::appeared, .neighbor = neighbors_[neighbors_.size() - 1]};
  }
  wire::Lldpdu before = known->said;
  before.ttl_s = pdu.ttl_s;  // (how long it holds is no change of what it says)
  const bool says_else = !(before == pdu) || known->source != source;
  known->said = pdu;
  known->source = source;
  known->heard = now;
  known->until = until;
  if (!says_else) return std::nullopt;
  return Event{.change = Change::changed, .neighbor = *known};
}

Events NeighborTable::expire(Instant now) noexcept {
  Events events;
  FixedVector<Neighbor, kNeighborsMax> left;
  for (const Neighbor& neighbor : neighbors_) {
    if (neighbor.until <= now)
      events.push_back({.change = Change::expired, .neighbor = neighbor});
    else
      left.push_back(neighbor);
  }
  if (!events.empty()) neighbors_ = left;
  return events;
}

Events NeighborTable::lose_all() noexcept {
  Events events;
  for (const Neighbor& neighbor : neighbors_)
    events.push_back({.change = Change::lost, .neighbor = neighbor});
  neighbors_.clear();
  return events;
}

std::optional<Instant> NeighborTable::deadline() const noexcept {
  Earliest earliest;
  for (const Neighbor& neighbor : neighbors_) earliest.add(neighbor.until);
  return earliest.at();
}

}  // namespace lagoon::lldp
