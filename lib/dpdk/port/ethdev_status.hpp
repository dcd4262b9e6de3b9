// EthdevStatus: one port of a running Engine as DPDK knows it, whether it gives access or is a member of a
// LAG.
#pragma once

#include <cstdint>
#include <string>

#include "base/link_state.hpp"
#include "base/mac_address.hpp"

namespace lagoon::dpdk {

/// What the port itself has counted since it was started.
struct EthdevCounters {
  std::uint64_t rx_packets = 0;
  std::uint64_t rx_bytes = 0;
  std::uint64_t rx_missed = 0;
  std::uint64_t rx_errors = 0;
  std::uint64_t rx_no_mbuf = 0;
  std::uint64_t tx_packets = 0;
  std::uint64_t tx_bytes = 0;
  std::uint64_t tx_errors = 0;
};

struct EthdevStatus {
  std::uint16_t id = 0;  // DPDK's port id
  std::string ethdev;
  std::string name;  // in the configuration: of the access port, or of the member
  std::string lag;   // whose member it is; empty: an access port
  std::string driver;
  LinkState link{};
  MacAddress address{};
  std::uint16_t mtu = 0;
  std::uint16_t rx_queues = 0;
  std::uint16_t tx_queues = 0;
  EthdevCounters counters{};
};

/// An extended statistic, as the driver names it.
struct ExtendedCount {
  std::string name;
  std::uint64_t count = 0;
};

}  // namespace lagoon::dpdk
