// Status: all that an operator can see of a LAG, as values. Every view (telemetry, table) is made from it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "balance/receive_balancer.hpp"
#include "base/link_state.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "control/lag_options.hpp"
#include "failover/debounce.hpp"
#include "lacp/port_view.hpp"
#include "monitor/target_monitor.hpp"

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
  std::uint64_t rx_ignored = 0;  // heard and not delivered, for whatever reason
};

struct MemberStatus {
  std::string name;
  std::string port;      // what it is to DPDK: the ethdev's name. Filled in by dpdk/
  MacAddress address{};  // the port's own (permanent); LACPDUs are sent from it
  MacAddress carries{};  // the one it has now
  std::int32_t priority = 0;
  Administration administration = Administration::enabled;
  LinkState link{};                                             // as the port says
  failover::DebouncedLink mii = failover::DebouncedLink::down;  // after updelay and downdelay
  bool works = false;       // all monitors agree, and the operator has not disabled it
  bool active = false;      // the active member, in modes that have one
  bool collecting = false;  // in every mode: its frames are taken
  bool distributing = false;
  std::optional<Duration> held_down_for{};        // flap damping
  std::uint64_t holds = 0;                        // times that it was held down
  std::optional<monitor::MemberHealth> health{};  // with target monitoring
  std::uint64_t load_octets_s = 0;                // balance-tlb and -alb: what is sent on it now
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
  Instant taken{};  // when; ages of the Instants below are told against it
  std::string mode;
  LagOptions options{};
  PortOptions port_options{};            // filled in by dpdk/
  std::uint16_t mtu = 1500;              // of the LAG now: the least of its ports'. Filled in by dpdk/
  std::string host_interface;            // the kernel's interface behind the LAG. Filled in by dpdk/
  std::optional<std::size_t> active{};   // position in `members`
  std::optional<std::size_t> primary{};  // position in `members`
  bool fallback = false;                 // no Partner speaks, one member is used (lacp fallback)
  Duration uptime{};                     // since the LAG last came up or went down
  std::uint64_t failovers = 0;           // times that another member became active
  std::vector<balance::Client> clients;  // balance-alb; .member is a position in `members`
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
