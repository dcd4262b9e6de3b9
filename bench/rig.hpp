// Rig: what the benchmarks run on, in one process: net_null ports, alone and as members of bonds of DPDK's
// net_bonding, and packets of many flows.
#pragma once

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_rcu_qsbr.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dpdk/engine/embedded_lag.hpp"
#include "fast/collect/collector_state.hpp"
#include "fast/counters.hpp"
#include "fast/distribute/distributor_state.hpp"
#include "table/port_table.hpp"

namespace lagoon::bench {

inline constexpr std::uint16_t kBurst = 32;
inline constexpr std::array<std::size_t, 3> kMemberCounts{2, 4, 8};
/// net_bonding has its LACP mode measured with this many, and so has a LAG inside a program: DPDK has room
/// for 32 ports in all.
inline constexpr std::size_t kLacpMembers = 4;

struct Bond {
  std::uint16_t id = 0;
  std::vector<std::uint16_t> members;
};

/// How Lagoon distributes in a race.
enum class Way : std::uint8_t {
  flow_hash,
  counting,  // flow hash, with what adaptive rebalancing counts
  weighted,  // every conversation in the table
};
inline constexpr std::array<Way, 3> kWays{Way::flow_hash, Way::counting, Way::weighted};

/// What a worker has for one table.
struct Distribution {
  std::unique_ptr<table::PortTable> owned;
  std::atomic<const table::PortTable*> published{nullptr};
  fast::DistributorState state{};
  std::vector<fast::ConversationLine> lines{};
};

class Rig {
 public:
  Rig();

  /// A port that receives frames of many flows as fast as it is asked to.
  [[nodiscard]] std::uint16_t source() const { return source_; }
  /// Ports that belong to no bond.
  [[nodiscard]] std::span<const std::uint16_t> ports(std::size_t count) const {
    return std::span{ports_}.first(count);
  }
  [[nodiscard]] const Bond& balance_bond(std::size_t members) const;
  [[nodiscard]] const Bond& lacp_bond() const { return lacp_bond_; }
  /// What the PMD and liblagoon are made of, over ports(kLacpMembers). Nobody turns its control loop any
  /// more.
  [[nodiscard]] dpdk::EmbeddedLag& embedded() { return *embedded_; }
  /// Packets of kFlows flows that stay allocated: 2048, more than the first-level cache holds.
  [[nodiscard]] std::span<rte_mbuf*> packets() { return packets_; }
  /// The same, and their port has said what they are (mbuf.packet_type), as most NICs do.
  [[nodiscard]] std::span<rte_mbuf*> classified_packets() { return classified_packets_; }
  /// With a table under which the first `members` members collect and distribute by l3+4.
  [[nodiscard]] Distribution& distribution(std::size_t members, Way way);
  [[nodiscard]] rte_rcu_qsbr* qsbr() { return qsbr_; }
  [[nodiscard]] fast::LagCounters& counters() { return counters_; }
  [[nodiscard]] fast::CollectorState& collector() { return collector_; }

 private:
  rte_mempool* received_ = nullptr;
  std::uint16_t source_ = 0;
  std::vector<std::uint16_t> ports_;
  std::array<Bond, kMemberCounts.size()> balance_bonds_;
  Bond lacp_bond_;
  std::unique_ptr<dpdk::EmbeddedLag> embedded_;
  std::vector<rte_mbuf*> packets_;
  std::vector<rte_mbuf*> classified_packets_;
  std::array<std::array<Distribution, kWays.size()>, kMemberCounts.size()> distributions_;
  rte_rcu_qsbr* qsbr_ = nullptr;
  fast::LagCounters counters_;
  fast::CollectorState collector_;
};

/// While it lives, all of `ports` transmit by taking the packets and receive by handing out `supply`, and
/// touch none of them: what is left to measure is what distributes and collects. With it gone they are
/// net_null again.
class StandIn {
 public:
  /// `share`: how many packets a port has for one call.
  StandIn(std::span<const std::uint16_t> ports, std::span<rte_mbuf*> supply, std::uint16_t share);
  ~StandIn();
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;

 private:
  struct Saved {
    std::uint16_t port;
    eth_tx_burst_t tx;
    eth_rx_burst_t rx;
  };
  std::vector<Saved> saved_;
};

}  // namespace lagoon::bench
