// Status: all that an operator can see of a LAG, as values. Every view (telemetry, table) is made from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "lacp/port_view.hpp"

namespace lagoon::control {

struct NamedCount {
  std::string_view name;  // static text
  std::uint64_t count = 0;
};

/// Counted by the workers, summed over them.
struct Traffic {
  std::uint64_t rx_packets = 0;
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_packets = 0;
  std::uint64_t tx_bytes = 0;
};

struct MemberStatus {
  std::string name;
  MacAddress address{};  // the port's own; LACPDUs are sent from it
  lacp::PortView lacp{};
  Traffic traffic{};
  std::uint32_t buckets = 0;
  std::uint64_t link_failures = 0;
  std::uint64_t markers_received = 0;
  std::uint64_t marker_responses = 0;
  Duration since_change{};  // of Selected, Mux or the partner's identity
};

struct LagStatus {
  std::string name;
  std::string mode;
  std::string hash;
  MacAddress address{};
  bool up = false;
  std::uint32_t distributing_members = 0;
  std::uint64_t generation = 0;  // of the PortTable in use
  std::uint16_t system_priority = 0;
  MacAddress system{};
  lacp::LagId lag_id{};
  std::uint32_t hash_seed = 0;
  std::vector<MemberStatus> members;
  std::vector<NamedCount> drops;  // frames lost, and slow-protocol frames not acted on, by name
};

/// The LAG ID as 802.1AX-2014 6.3.6.1 prints it.
[[nodiscard]] std::string to_string(const lacp::LagId& id);

}  // namespace lagoon::control
