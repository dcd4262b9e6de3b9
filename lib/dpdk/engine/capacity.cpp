#include "dpdk/engine/capacity.hpp"

#include <rte_config.h>

#include <algorithm>

#include "config/limits.hpp"
#include "fast/steer/hold_queue.hpp"

namespace lagoon::dpdk {

static_assert(config::kPortsMost == RTE_MAX_ETHPORTS, "the rules of a configuration are of another DPDK");

namespace {

// An mbuf with its buffer is more than half a page and may not lie across two, so each takes one.
constexpr std::size_t kMbufOctets = 4096;
// EAL's own, rings, drivers' queues, alignment.
constexpr std::size_t kBaseMb = 96;
constexpr std::size_t kLeastMb = 256;
constexpr std::size_t kMegabyte = 1024 * 1024;

std::size_t ports_of(const config::Config& config) {
  std::size_t ports = config.ports.size();
  for (const config::Lag& lag : config.lags) ports += lag.members.size();
  return ports;
}

}  // namespace

std::uint32_t memory_needed_mb(const config::Config& config) {
  const std::size_t workers = config.eal.lcores.size() - 1;
  const std::size_t mbufs = (std::max<std::size_t>(ports_of(config), 2) + kSparePorts) * kMbufsPerPort +
                            config.lags.size() * workers * fast::kHoldRoom;
  return static_cast<std::uint32_t>(std::max(kLeastMb, kBaseMb + mbufs * kMbufOctets / kMegabyte + 1));
}

}  // namespace lagoon::dpdk
