// Heartbeat: turns of a loop, counted by who turns and read by who watches. It has a cache line of its own,
// and a beat is a load and a store there: no clock, no fence.
#pragma once

#include <atomic>
#include <cstdint>

namespace lagoon::dpdk {

struct alignas(64) Heartbeat {
  std::atomic<std::uint64_t> turns = 0;

  /// Thread: the one whose it is.
  void beat() noexcept { turns.store(turns.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
};

}  // namespace lagoon::dpdk
