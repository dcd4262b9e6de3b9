// Shared: what all processes see of a LAG's port, in DPDK's memory. No pointers to functions, no containers.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"
#include "base/mac_address.hpp"
#include "dpdk/engine/embedded_lag.hpp"
#include "fast/counters.hpp"
#include "sdk.hpp"

namespace lagoon::pmd {

/// Addresses that the port can have.
inline constexpr std::size_t kAddressesMax = 64;

/// Frames and octets through one queue, also of earlier runs of the LAG. Written by the queue's user, who has
/// them from the LAG's queue: that is gone after a stop, and another process may read these meanwhile.
struct QueueCounts {
  fast::Counter packets;
  fast::Counter bytes;
  // As they were when this run of the LAG began.
  std::uint64_t packets_of_old = 0;
  std::uint64_t bytes_of_old = 0;
  // What was counted when the counters were set to zero last. Written by whoever does that.
  std::atomic<std::uint64_t> packets_before{0};
  std::atomic<std::uint64_t> bytes_before{0};

  void begin() noexcept {
    packets_of_old = packets.read();
    bytes_of_old = bytes.read();
  }
  void follow(const fast::Counter& packets_now, const fast::Counter& bytes_now) noexcept {
    packets.set(packets_of_old + packets_now.read());
    bytes.set(bytes_of_old + bytes_now.read());
  }
};

/// dev_private.
struct Shared {
  std::array<rte_ether_addr, kAddressesMax> addresses{};
  /// The members' port ids. The primary writes; others may see one too many for a moment.
  std::array<std::atomic<std::uint16_t>, kMembersMax> members{};
  std::atomic<std::uint32_t> member_count{0};
  /// Counts changes of those, from 1 on.
  std::atomic<std::uint32_t> member_changes{1};
  std::uint16_t port = 0;  // the LAG's
};

/// A receive queue, from its set-up on. While the LAG does not run it leads nowhere.
struct alignas(64) RxSlot {
  const Shared* of = nullptr;
  std::atomic<dpdk::RxQueue*> queue{nullptr};
  QueueCounts counts;
  rte_mempool* pool = nullptr;
  std::uint16_t descriptors = 0;
};
struct alignas(64) TxSlot {
  const Shared* of = nullptr;
  std::atomic<dpdk::TxQueue*> queue{nullptr};
  QueueCounts counts;
  std::uint16_t descriptors = 0;
};

[[nodiscard]] inline Shared& shared_of(const rte_eth_dev& dev) noexcept {
  return *static_cast<Shared*>(dev.data->dev_private);
}

[[nodiscard]] inline MacAddress to_mac(const rte_ether_addr& address) noexcept {
  MacAddress mac;
  std::ranges::copy(address.addr_bytes, mac.octets.begin());
  return mac;
}

template <typename Function>
void for_each_member(const Shared& shared, Function function) {
  const std::uint32_t count = shared.member_count.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < count; ++i) function(shared.members[i].load(std::memory_order_relaxed));
}

}  // namespace lagoon::pmd
