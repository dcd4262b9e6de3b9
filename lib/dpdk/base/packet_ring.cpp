#include "dpdk/base/packet_ring.hpp"

#include <linux/if_packet.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace lagoon::dpdk {

namespace {

// The driver's, in octets. Frames of a ring lie one behind the other only where they fill blocks.
constexpr std::uint32_t kDefaultFrame = 2048;
constexpr std::uint32_t kPage = 4096;
// What the kernel puts before a frame in a ring of version 2 (tpacket_rcv()).
constexpr std::uint32_t kBefore = 66;
// What the driver believes that it is less than the ring's frame.
constexpr std::uint32_t kHeader = TPACKET2_HDRLEN - sizeof(sockaddr_ll);
constexpr std::uint32_t kEthernetAndTags = 14 + 2 * 4;
// A ring of so many octets each way: it is locked memory, of which a process may have 8 MB where nobody says
// otherwise. (The driver's own is a third smaller.)
constexpr std::uint32_t kRingOctets = 3 * 512 * 1024;
constexpr std::uint16_t kMtuMost = 9978;
constexpr std::string_view kFrameKey = "framesz=";

[[nodiscard]] std::uint32_t frame_for(std::uint16_t mtu) noexcept {
  const std::uint32_t octets = std::min(mtu, kMtuMost) + kEthernetAndTags + kBefore + 1;
  return octets <= kDefaultFrame ? kDefaultFrame : (octets + kPage - 1) / kPage * kPage;
}

[[nodiscard]] std::uint32_t frame_of(std::string_view devargs) noexcept {
  std::uint32_t frame = kDefaultFrame;
  if (const auto at = devargs.find(kFrameKey); at != std::string_view::npos)
    std::from_chars(devargs.data() + at + kFrameKey.size(), devargs.data() + devargs.size(), frame);
  return std::max(frame, kBefore + kEthernetAndTags + 1);
}

}  // namespace

std::string with_packet_ring(std::string devargs, std::uint16_t mtu, std::uint32_t room) {
  if (devargs.find(kFrameKey) != std::string::npos || devargs.find("blocksz=") != std::string::npos ||
      devargs.find("framecnt=") != std::string::npos)
    return devargs;
  std::uint32_t frame = frame_for(mtu);
  if (frame > room + kHeader) frame = (room + kHeader) / kPage * kPage;
  if (frame <= kDefaultFrame) return devargs;
  const std::string octets = std::to_string(frame);
  return std::move(devargs) + ",framesz=" + octets + ",blocksz=" + octets +
         ",framecnt=" + std::to_string(kRingOctets / frame);
}

std::uint32_t packet_ring_room(std::string_view devargs) noexcept {
  return frame_of(devargs) - kHeader;
}

std::uint32_t packet_ring_cut(std::string_view devargs) noexcept {
  return frame_of(devargs) - kBefore;
}

std::uint16_t packet_ring_mtu(std::string_view devargs) noexcept {
  return static_cast<std::uint16_t>(
      std::min<std::uint32_t>(packet_ring_cut(devargs) - kEthernetAndTags - 1, 65535));
}

}  // namespace lagoon::dpdk
