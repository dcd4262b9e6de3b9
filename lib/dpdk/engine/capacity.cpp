#include "dpdk/engine/capacity.hpp"

#include <rte_config.h>

#include <algorithm>

#include "config/limits.hpp"
#include "dpdk/base/kernel_interface.hpp"
#include "dpdk/base/packet_ring.hpp"
#include "fast/steer/hold_queue.hpp"

namespace lagoon::dpdk {

static_assert(config::kPortsMost == RTE_MAX_ETHPORTS, "the rules of a configuration are of another DPDK");

namespace {

// An mbuf with its buffer is more than half a page and may not lie across two, so each takes one, or several.
constexpr std::size_t kPageOctets = 4096;
constexpr std::size_t kMbufHeads = 128 * 3;  // of the mempool and the mbuf, and headroom
// EAL's own, rings, drivers' queues, alignment.
constexpr std::size_t kBaseMb = 96;
constexpr std::size_t kLeastMb = 256;
constexpr std::size_t kMegabyte = 1024 * 1024;

std::size_t ports_of(const config::Config& config) {
  std::size_t ports = config.ports.size();
  for (const config::Lag& lag : config.lags) ports += lag.members.size();
  return ports;
}

// (what an mbuf can be at most)
constexpr std::uint32_t kRoomMost = 65535 - 128;

std::uint32_t room_for(const config::PortSource& source, std::optional<std::uint16_t> mtu) {
  const Device device = device_of(source, 0);
  return device.is_af_packet ? packet_ring_room(with_ring_for(device, mtu, kRoomMost)) : 0;
}

}  // namespace

std::string with_ring_for(const Device& device, std::optional<std::uint16_t> mtu, std::uint32_t room) {
  const std::uint16_t has = mtu_of(*device.carrier_interface).value_or(0);
  return with_packet_ring(device.devargs, std::max(mtu.value_or(0), has), room);
}

std::uint32_t mbuf_room_needed(const config::Config& config) {
  std::uint32_t room = kMbufRoom;
  for (const config::Port& port : config.ports) room = std::max(room, room_for(port.source, std::nullopt));
  for (const config::Lag& lag : config.lags)
    for (const config::Member& member : lag.members)
      room = std::max(room, room_for(member.source, lag.options.port.mtu));
  return std::min(room, kRoomMost);
}

std::uint32_t memory_needed_mb(const config::Config& config, std::uint32_t mbuf_room) {
  const std::size_t mbuf_octets = (mbuf_room + kMbufHeads + kPageOctets - 1) / kPageOctets * kPageOctets;
  const std::size_t workers = config.eal.lcores.size() - 1;
  const std::size_t mbufs = (std::max<std::size_t>(ports_of(config), 2) + kSparePorts) * kMbufsPerPort +
                            config.lags.size() * workers * fast::kHoldRoom;
  return static_cast<std::uint32_t>(std::max(kLeastMb, kBaseMb + mbufs * mbuf_octets / kMegabyte + 1));
}

}  // namespace lagoon::dpdk
