// What sends or receives a burst, four ways: Lagoon as a worker calls it, Lagoon inside a program (the PMD's
// burst calls), net_bonding, and the bare ports.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dpdk/base/mbuf_packet.hpp"
#include "fast/collect/collector.hpp"
#include "fast/distribute/distributor.hpp"
#include "rig.hpp"

namespace lagoon::bench {

using Burst = std::array<rte_mbuf*, kBurst>;

// Cuts the burst into one piece for each port: as many transmit calls as a LAG makes, and nothing else.
class BarePorts {
 public:
  BarePorts(Rig& rig, std::size_t members)
      : ports_{rig.ports(members)}, share_{static_cast<std::uint16_t>(kBurst / members)} {}
  [[nodiscard]] std::span<const std::uint16_t> ports() const { return ports_; }
  std::size_t send(Burst& burst) {
    std::size_t sent = 0;
    for (const std::uint16_t port : ports_) sent += rte_eth_tx_burst(port, 0, burst.data() + sent, share_);
    return sent;
  }
  std::size_t receive(Burst& burst) {
    std::size_t count = 0;
    for (const std::uint16_t port : ports_) count += rte_eth_rx_burst(port, 0, burst.data() + count, share_);
    return count;
  }

 private:
  std::span<const std::uint16_t> ports_;
  std::uint16_t share_;
};

class NetBonding {
 public:
  explicit NetBonding(const Bond& bond) : bond_{bond} {}
  [[nodiscard]] std::span<const std::uint16_t> ports() const { return bond_.members; }
  std::size_t send(Burst& burst) { return rte_eth_tx_burst(bond_.id, 0, burst.data(), kBurst); }
  std::size_t receive(Burst& burst) { return rte_eth_rx_burst(bond_.id, 0, burst.data(), kBurst); }

 private:
  const Bond& bond_;
};

class Embedded {
 public:
  explicit Embedded(Rig& rig) : rig_{rig} {}
  [[nodiscard]] std::span<const std::uint16_t> ports() const { return rig_.ports(kLacpMembers); }
  std::size_t send(Burst& burst) { return dpdk::send(rig_.embedded().tx_queue(0), burst.data(), kBurst); }
  std::size_t receive(Burst& burst) {
    return dpdk::receive(rig_.embedded().rx_queue(0), burst.data(), kBurst);
  }

 private:
  Rig& rig_;
};

// With all that a worker does for a burst: load the table, count packets and octets, report a quiescent
// state.
class Lagoon {
 public:
  Lagoon(Rig& rig, std::size_t members, Way way = Way::flow_hash)
      : rig_{rig},
        ports_{rig.ports(members)},
        distribution_{rig.distribution(members, way)},
        share_{static_cast<std::uint16_t>(kBurst / members)} {}
  [[nodiscard]] std::span<const std::uint16_t> ports() const { return ports_; }
  std::size_t send(Burst& burst) {
    const table::PortTable& table = *distribution_.published.load(std::memory_order_acquire);
    const std::size_t sent =
        fast::distribute<rte_mbuf>(table, burst, Tx{ports_}, distribution_.state, rig_.counters());
    rte_rcu_qsbr_quiescent(rig_.qsbr(), 0);
    return sent;
  }
  std::size_t receive(Burst& burst) {
    const table::PortTable& table = *distribution_.published.load(std::memory_order_acquire);
    std::size_t count = 0;
    for (std::uint8_t m = 0; m < ports_.size(); ++m) {
      const std::span<rte_mbuf*> free = std::span{burst}.subspan(count);
      const std::uint16_t got = rte_eth_rx_burst(ports_[m], 0, free.data(), share_);
      count += fast::collect(table, MemberIndex{m}, free.first(got), Nowhere{}, Nowhere{}, rig_.collector(),
                             rig_.counters())
                   .size();
    }
    rte_rcu_qsbr_quiescent(rig_.qsbr(), 0);
    return count;
  }

 private:
  struct Tx {
    std::span<const std::uint16_t> ports;
    std::size_t send(MemberIndex member, std::span<rte_mbuf*> packets) const noexcept {
      return rte_eth_tx_burst(ports[member.value()], 0, packets.data(),
                              static_cast<std::uint16_t>(packets.size()));
    }
  };
  struct Nowhere {
    bool push(MemberIndex, rte_mbuf*) const noexcept { return false; }
    bool copy(MemberIndex, const rte_mbuf&) const noexcept { return false; }
    void free(std::span<rte_mbuf*> mbufs) const noexcept {
      rte_pktmbuf_free_bulk(mbufs.data(), static_cast<unsigned>(mbufs.size()));
    }
  };
  Rig& rig_;
  std::span<const std::uint16_t> ports_;
  Distribution& distribution_;
  std::uint16_t share_;
};

}  // namespace lagoon::bench
