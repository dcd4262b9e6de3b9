// FlowHeaders: the fields of a frame that can make a conversation, found by a bounded walk over its headers.
//
// Reads only what lies in the span (the first segment of a frame) and believes nothing: a truncated or
// malformed header ends the walk, and what was found until then counts. All fragments of a datagram, the
// first one included, give equal FlowHeaders from the IP header on: no ports as soon as MF is set or the
// offset is not 0. Addresses and ports stay in network order, as they lie in the frame: they are compared and
// hashed, not shown.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace lagoon::wire {

enum class IpVersion : std::uint8_t { none, v4, v6 };

struct FlowHeaders {
  std::uint64_t destination_mac = 0;  // 48 bits; of a frame shorter than 12 octets: what there is of them
  std::uint64_t source_mac = 0;
  std::uint16_t vlan = 0;  // VID of the outermost tag that is read; 0: none
  IpVersion ip = IpVersion::none;
  bool fragment = false;
  std::array<std::uint64_t, 2> source{};  // v4: the low half of [0] alone
  std::array<std::uint64_t, 2> destination{};
  std::uint32_t flow_label = 0;  // v6
  std::uint8_t protocol = 0;     // behind the extension headers; 0 for a fragment
  bool has_ports = false;
  std::uint32_t ports = 0;     // source port, destination port
  std::size_t payload_at = 0;  // what the IP header, or the last extension header, carries; 0: unknown

  friend bool operator==(const FlowHeaders&, const FlowHeaders&) = default;
};

/// What a tunnel carries. `inner` has no MAC addresses where the tunnel carries IP.
struct TunnelHeaders {
  std::optional<FlowHeaders> inner;
  bool inner_is_ethernet = false;
  std::optional<std::uint32_t> teid;  // GTP-U
};

inline constexpr std::uint8_t kProtocolTcp = 6;
inline constexpr std::uint8_t kProtocolUdp = 17;

inline constexpr std::uint16_t kUdpPortVxlan = 4789;       // RFC 7348
inline constexpr std::uint16_t kUdpPortVxlanLinux = 8472;  // before IANA's; still the default of Linux
inline constexpr std::uint16_t kUdpPortGtpU = 2152;        // 3GPP TS 29.281

/// A frame from its destination address on; up to four VLAN tags are skipped.
[[nodiscard]] FlowHeaders walk_frame(std::span<const std::byte> frame) noexcept;

/// Looks into VXLAN, GRE, IP-in-IP and GTP-U. Precondition: `outer` is what walk_frame found in `frame`.
[[nodiscard]] TunnelHeaders walk_tunnel(std::span<const std::byte> frame, const FlowHeaders& outer) noexcept;

}  // namespace lagoon::wire
