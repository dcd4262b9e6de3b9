// Which frames are not plain data: looked up in their headers, in bounded steps and inside the first segment
// alone. What can't be read is `other`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/mac_address.hpp"
#include "table/distribution.hpp"
#include "wire/octets.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::fast {

enum class FrameKind : std::uint8_t {
  other,
  arp,
  neighbor,    // Neighbor Solicitation and Advertisement
  discovery,   // the rest of RFC 4861: Router Solicitation and Advertisement, Redirect
  membership,  // IGMP and MLD reports, leave, done
};

namespace detail {

inline constexpr std::uint16_t kArp = 0x0806;
inline constexpr std::uint16_t kIpv4 = 0x0800;
inline constexpr std::uint16_t kIpv6 = 0x86dd;
inline constexpr std::uint8_t kIgmp = 2;
inline constexpr std::uint8_t kIcmpv6 = 58;
inline constexpr std::uint8_t kHopByHop = 0;
inline constexpr std::size_t kIpv6HeaderSize = 40;

struct Payload {
  std::uint16_t type = 0;  // EtherType; 0: not found
  std::size_t at = 0;
};

[[nodiscard]] constexpr bool is_tag(std::uint16_t type) noexcept {
  return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/// Behind at most `tags` VLAN tags.
[[nodiscard]] inline Payload payload_of(std::span<const std::byte> frame, unsigned tags) noexcept {
  std::size_t at = wire::kEthernetHeaderSize;
  for (; frame.size() >= at; at += 4, --tags) {
    const std::uint16_t type = wire::be16_at(frame, at - 2);
    if (!is_tag(type)) return {type, at};
    if (tags == 0) break;
  }
  return {};
}

/// The type of the ICMPv6 message, right behind the IPv6 header or behind hop-by-hop options (as MLD has it);
/// 0: another protocol's; nothing: the segment ends before that can be said.
[[nodiscard]] inline std::optional<std::uint8_t> icmpv6_type(std::span<const std::byte> frame,
                                                             std::size_t at) noexcept {
  if (frame.size() < at + kIpv6HeaderSize) return std::nullopt;
  std::uint8_t next = wire::u8_at(frame, at + 6);
  at += kIpv6HeaderSize;
  if (next == kHopByHop) {
    if (frame.size() < at + 8) return std::nullopt;
    next = wire::u8_at(frame, at);
    at += 8U + 8U * wire::u8_at(frame, at + 1);
  }
  if (next != kIcmpv6) return std::uint8_t{0};
  return frame.size() > at ? std::optional{wire::u8_at(frame, at)} : std::nullopt;
}

[[nodiscard]] inline bool is_igmp(std::span<const std::byte> frame, const Payload& payload) noexcept {
  return payload.type == kIpv4 && frame.size() >= payload.at + 20 &&
         wire::u8_at(frame, payload.at + 9) == kIgmp;
}

[[nodiscard]] inline FrameKind kind_of_icmpv6(std::uint8_t type) noexcept {
  switch (type) {
    case 135:
    case 136:
      return FrameKind::neighbor;
    case 133:
    case 134:
    case 137:
      return FrameKind::discovery;
    case 131:  // MLDv1 report
    case 132:  // done
    case 143:  // MLDv2 report
      return FrameKind::membership;
    default:
      return FrameKind::other;
  }
}

[[nodiscard]] inline FrameKind kind_of_igmp(std::span<const std::byte> frame, std::size_t ip_at) noexcept {
  const std::size_t at = ip_at + 4U * (wire::u8_at(frame, ip_at) & 0xfU);
  if (frame.size() <= at) return FrameKind::other;
  const std::uint8_t type = wire::u8_at(frame, at);
  // Reports of versions 1, 2 and 3, and version 2's leave. What is left are queries.
  const bool tells = type == 0x12 || type == 0x16 || type == 0x22 || type == 0x17;
  return tells ? FrameKind::membership : FrameKind::other;
}

}  // namespace detail

/// Behind at most `tags` VLAN tags.
[[nodiscard]] inline FrameKind kind_of(std::span<const std::byte> frame, unsigned tags) noexcept {
  const detail::Payload payload = detail::payload_of(frame, tags);
  if (payload.type == detail::kArp) return FrameKind::arp;
  if (payload.type == detail::kIpv6)
    return detail::kind_of_icmpv6(detail::icmpv6_type(frame, payload.at).value_or(0));
  if (detail::is_igmp(frame, payload)) return detail::kind_of_igmp(frame, payload.at);
  return FrameKind::other;
}

/// What the control lcore calls it when it asks for it.
[[nodiscard]] constexpr table::Watch watch_of(FrameKind kind) noexcept {
  switch (kind) {
    case FrameKind::arp:
      return table::Watch::arp;
    case FrameKind::neighbor:
      return table::Watch::neighbor;
    case FrameKind::membership:
      return table::Watch::membership;
    case FrameKind::other:
    case FrameKind::discovery:
      return table::Watch::none;
  }
  return table::Watch::none;
}

[[nodiscard]] inline bool is_to_group(std::span<const std::byte> frame) noexcept {
  return !frame.empty() && (wire::u8_at(frame, 0) & 1U) != 0;
}

/// IGMP of any version and type, to a group address, behind at most two VLAN tags.
[[nodiscard]] inline bool is_igmp_to_group(std::span<const std::byte> frame) noexcept {
  return is_to_group(frame) && detail::is_igmp(frame, detail::payload_of(frame, 2));
}

/// Unicast IP, other than neighbour discovery, behind at most two VLAN tags: frames that may leave from
/// another address without somebody learning a wrong one. Where the first segment ends before that can be
/// said they may not.
[[nodiscard]] inline bool may_be_spread(std::span<const std::byte> frame) noexcept {
  if (is_to_group(frame)) return false;
  const detail::Payload payload = detail::payload_of(frame, 2);
  if (payload.type == detail::kIpv4) return true;
  if (payload.type != detail::kIpv6) return false;
  const auto type = detail::icmpv6_type(frame, payload.at);
  if (!type) return false;
  const FrameKind kind = detail::kind_of_icmpv6(*type);
  return kind != FrameKind::neighbor && kind != FrameKind::discovery;
}

/// Precondition: the frame has an Ethernet header.
[[nodiscard]] inline MacAddress destination_of(std::span<const std::byte> frame) noexcept {
  return wire::raw<MacAddress>(frame, 0);
}
[[nodiscard]] inline MacAddress source_of(std::span<const std::byte> frame) noexcept {
  return wire::raw<MacAddress>(frame, 6);
}

}  // namespace lagoon::fast
