// Capacity: what a configuration needs of DPDK. Known before EAL starts, and so in time to ask for it, or to
// say that it can't be had.
#pragma once

#include <cstddef>
#include <cstdint>

#include "config/model.hpp"

namespace lagoon::dpdk {

/// For each port: what its queues hold, and what is on its way in bursts, rings and caches.
inline constexpr unsigned kMbufsPerPort = 4096;
/// Members that may come later.
inline constexpr std::size_t kSparePorts = 4;

/// Megabytes of DPDK's memory that its ports, LAGs and workers take.
[[nodiscard]] std::uint32_t memory_needed_mb(const config::Config& config);

}  // namespace lagoon::dpdk
