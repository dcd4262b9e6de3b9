#include "invariants.hpp"

#include <algorithm>
#include <bit>
#include <string_view>

#include "lacp/port_state.hpp"
#include "station.hpp"

namespace lagoon::sim {

namespace {

using lacp::StateBit;

class Findings {
 public:
  void require(bool holds, std::string_view sentence) {
    if (!holds) found_.emplace_back(sentence);
  }
  void require(bool holds, std::size_t port, std::string_view sentence) {
    if (!holds) found_.push_back("port " + std::to_string(port) + ": " + std::string{sentence});
  }
  [[nodiscard]] std::vector<std::string> take() { return std::move(found_); }

 private:
  std::vector<std::string> found_;
};

void check_port(const Observation& seen, std::size_t i, Findings& findings) {
  const lacp::PortView& port = seen.ports[i].view;
  const lacp::PortState actor{port.actor.state};
  const bool collects = contains(seen.collecting, i);
  const bool distributes = contains(seen.distributing, i);
  findings.require(!actor.has(StateBit::distributing) || actor.has(StateBit::collecting), i,
                   "Distributing without Collecting");
  findings.require(!actor.has(StateBit::collecting) || actor.has(StateBit::synchronization), i,
                   "Collecting without Synchronization");
  findings.require(!collects || actor.has(StateBit::collecting), i, "in collecting(), but says it is not");
  findings.require(!distributes || actor.has(StateBit::distributing), i,
                   "in distributing(), but says it is not");
  findings.require(!collects || port.link.up, i, "collects on a link that is down");
  findings.require(!distributes || port.link.up, i, "distributes on a link that is down");
  findings.require(!distributes || port.selected == lacp::Selected::selected, i,
                   "distributes, but is not SELECTED");
  findings.require(!distributes || !port.drained || port.swap == lacp::Swap::carries, i,
                   "distributes, but is drained");
  findings.require(!collects || port.enabled, i, "collects, but is disabled");
  const lacp::PortState partner{port.partner.state};
  findings.require(!distributes || partner.has(StateBit::synchronization), i,
                   "distributes to a Partner that is not in sync");
  findings.require(
      !distributes || seen.config.mux == lacp::MuxControl::coupled || partner.has(StateBit::collecting), i,
      "distributes to a Partner that does not collect");
}

// By what LACP knows, and by the cabling: with the latter a corrupted identity can't hide a fault. All ports
// are compared with the first.
void check_one_partner(const Observation& seen, Findings& findings) {
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < seen.ports.size(); ++i) {
    if (!contains(seen.collecting | seen.distributing, i)) continue;
    if (!first) first = i;
    const PortObservation& a = seen.ports[*first];
    const PortObservation& b = seen.ports[i];
    findings.require(a.view.lag_id == b.view.lag_id, i,
                     "shares the Aggregator with a port of another LAG ID");
    findings.require(!a.far_station || !b.far_station || a.far_station == b.far_station, i,
                     "shares the Aggregator with a port to another station");
  }
}

void check_table(const Observation& seen, Findings& findings) {
  if (seen.table == nullptr) return;
  findings.require(seen.table->collecting == seen.collecting, "the table collects from other members");
  findings.require(seen.table->distributing == seen.distributing, "the table distributes to other members");
  if (seen.distributing == 0) return;
  findings.require(
      std::ranges::all_of(seen.table->bucket,
                          [&](std::uint8_t member) { return contains(seen.distributing, member); }),
      "the table names a member that does not distribute");
}

}  // namespace

std::vector<std::string> violations(const Observation& seen, Instant now) {
  Findings findings;
  for (std::size_t i = 0; i < seen.ports.size(); ++i) check_port(seen, i, findings);
  check_one_partner(seen, findings);
  check_table(seen, findings);
  findings.require((seen.distributing & ~seen.collecting) == 0,
                   "distributing() is no subset of collecting()");
  findings.require((seen.collecting & ~first_members(seen.ports.size())) == 0, "collecting() names no port");
  findings.require(seen.up == (seen.distributing != 0), "the LAG is up without distributing, or the reverse");
  findings.require(seen.distributing == 0 || std::popcount(seen.distributing) >= seen.config.min_links,
                   "fewer than min-links ports distribute");
  const auto selected = std::ranges::count_if(seen.ports, [](const PortObservation& port) {
    return port.view.selected == lacp::Selected::selected && port.view.swap == lacp::Swap::none &&
           !port.view.drained;
  });
  findings.require(selected <= seen.config.max_links, "more than max-links ports are SELECTED");
  findings.require(std::popcount(seen.distributing) <= seen.config.max_links,
                   "more than max-links ports distribute");
  findings.require(!seen.deadline || *seen.deadline > now, "the deadline is not in the future");
  return findings.take();
}

bool TransmitWindow::sent(Instant now) {
  while (!recent_.empty() && now - recent_.front() >= 1s) recent_.pop_front();
  recent_.push_back(now);
  return recent_.size() <= 3;
}

}  // namespace lagoon::sim
