// BfdFrame: a whole frame of micro-BFD (RFC 7130 2.2 and 2.3): Ethernet, untagged or priority-tagged, IPv4 or
// IPv6 with TTL 255, UDP, and a BFD Control packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "wire/bfd/bfd_packet.hpp"
#include "wire/control_frame.hpp"
#include "wire/ip_header.hpp"
#include "wire/octets.hpp"

namespace lagoon::wire {

/// Where frames go as long as the peer's address is not known (RFC 7130 2.3).
inline constexpr MacAddress kMicroBfdAddress{{0x01, 0x00, 0x5e, 0x90, 0x00, 0x01}};
inline constexpr std::uint16_t kMicroBfdPort = 6784;
/// Of the source (RFC 5881 4): 49152 to 65535.
inline constexpr std::uint16_t kBfdSourcePortMin = 49'152;

struct BfdFrame {
  MacAddress destination{};
  MacAddress source{};
  IpAddress from{};
  IpAddress to{};
  std::uint16_t source_port = kBfdSourcePortMin;
  std::uint16_t port = kMicroBfdPort;
  BfdPacket packet{};
  friend constexpr bool operator==(const BfdFrame&, const BfdFrame&) noexcept = default;
};

/// Whether the frame looks like one to UDP `port`, by a few octets in fixed places: a frame that is not for
/// us costs no more than that. parse_bfd_frame() says whether it is whole.
[[nodiscard]] inline bool is_bfd_frame(std::span<const std::byte> frame, std::uint16_t port) noexcept {
  constexpr std::size_t kTypeAt = 12, kIpv6Octets = 40, kVlanMask = 0x0fff;
  std::size_t at = kTypeAt;
  if (frame.size() < kTypeAt + 4) return false;
  if (be16_at(frame, at) == 0x8100) {
    if ((be16_at(frame, at + 2) & kVlanMask) != 0) return false;
    at += 4;
  }
  // (up to the destination port behind the shortest IPv4 header)
  if (frame.size() < at + 2 + 20 + 4) return false;
  const std::uint16_t type = be16_at(frame, at);
  at += 2;
  if (type == kIpv4EtherType) {
    if (u8_at(frame, at + 9) != kUdp) return false;
    at += (u8_at(frame, at) & 0x0fU) * std::size_t{4};
  } else if (type == kIpv6EtherType) {
    if (u8_at(frame, at + 6) != kUdp) return false;
    at += kIpv6Octets;
  } else {
    return false;
  }
  return frame.size() >= at + 4 && be16_at(frame, at + 2) == port;
}

/// Reads a frame to UDP `port`. An IPv4 sender may leave out the UDP checksum (RFC 768), an IPv6 one may not.
[[nodiscard]] std::expected<BfdFrame, BfdError> parse_bfd_frame(std::span<const std::byte> frame,
                                                                std::uint16_t port) noexcept;
/// Untagged, with both checksums. Precondition: `from` and `to` are of one family; empty where they are not.
[[nodiscard]] ControlFrame emit_bfd_frame(const BfdFrame& frame) noexcept;

}  // namespace lagoon::wire
