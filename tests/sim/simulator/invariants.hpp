// What must hold of a Lagoon station after every step, whatever the links and the Partner do. A pure function
// of what can be seen, so that a violation can be made up and shown to be detected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "lacp/config.hpp"
#include "lacp/port_view.hpp"
#include "table/port_table.hpp"

namespace lagoon::sim {

struct PortObservation {
  lacp::PortView view{};
  // By the cabling, which LACP can't see; filled in by the simulator. Nothing: no cable, or one that was
  // moved while it had carrier, which a station learns from the next LACPDU only.
  std::optional<std::size_t> far_station{};
};

struct Observation {
  std::vector<PortObservation> ports;  // by member
  std::uint32_t collecting = 0;
  std::uint32_t distributing = 0;
  bool up = false;
  lacp::AggregatorConfig config{};
  std::optional<Instant> deadline{};
  const table::PortTable* table = nullptr;  // as built from the two sets; nothing: none was built yet
};

/// A sentence for each invariant that does not hold.
[[nodiscard]] std::vector<std::string> violations(const Observation& seen, Instant now);

/// The LACPDUs of one port: no window of Fast_Periodic_Time may hold more than three (802.1AX-2014 6.4.16).
class TransmitWindow {
 public:
  /// False: this one is one too many.
  [[nodiscard]] bool sent(Instant now);

 private:
  std::deque<Instant> recent_;
};

}  // namespace lagoon::sim
