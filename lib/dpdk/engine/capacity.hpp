// Capacity: what a configuration needs of DPDK. Known before EAL starts, and so in time to ask for it, or to
// say that it can't be had.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "config/model.hpp"
#include "dpdk/port/device.hpp"

namespace lagoon::dpdk {

/// For each port: what its queues hold, and what is on its way in bursts, rings and caches.
inline constexpr unsigned kMbufsPerPort = 4096;
/// Members that may come later.
inline constexpr std::size_t kSparePorts = 4;

/// Of data, in octets, where nothing asks for more.
inline constexpr std::uint32_t kMbufRoom = 2048;
/// Of the pool for data.
struct PoolSize {
  std::uint32_t room = kMbufRoom;  // of an mbuf's data, in octets
  std::size_t ports_most = 0;      // that there are mbufs for
};

/// Devargs of net_af_packet with a ring for frames of the MTU that the port is to have, or that its interface
/// has, as far as mbufs with that room hold them.
[[nodiscard]] std::string with_ring_for(const Device& device, std::optional<std::uint16_t> mtu,
                                        std::uint32_t room);
/// What an mbuf has to hold of data, in octets, so that no frame that ports may receive is cut.
[[nodiscard]] std::uint32_t mbuf_room_needed(const config::Config& config);
/// Megabytes of DPDK's memory that its ports, LAGs and workers take.
[[nodiscard]] std::uint32_t memory_needed_mb(const config::Config& config,
                                             std::uint32_t mbuf_room = kMbufRoom);

}  // namespace lagoon::dpdk
