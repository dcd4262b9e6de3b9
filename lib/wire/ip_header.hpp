// IP headers in front of messages that the control lcore reads and makes (IGMP, MLD, Neighbor Discovery,
// BFD).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "base/ip_address.hpp"

namespace lagoon::wire {

inline constexpr std::uint16_t kIpv4EtherType = 0x0800;
inline constexpr std::uint16_t kIpv6EtherType = 0x86dd;
inline constexpr std::uint8_t kIgmp = 2;
inline constexpr std::uint8_t kUdp = 17;
inline constexpr std::uint8_t kIcmpv6 = 58;

struct Ipv4Packet {
  std::uint8_t protocol = 0;
  std::uint8_t ttl = 0;
  Ipv4Address sender{};
  Ipv4Address receiver{};
  std::span<const std::byte> payload{};
};

struct Ipv6Packet {
  std::uint8_t next_header = 0;  // behind the Hop-by-Hop Options header, if there is one
  std::uint8_t hop_limit = 0;
  bool has_hop_by_hop = false;
  Ipv6Address sender{};
  Ipv6Address receiver{};
  std::span<const std::byte> payload{};
};

[[nodiscard]] Ipv4Address read_ipv4_address(ByteReader& reader) noexcept;
[[nodiscard]] Ipv6Address read_ipv6_address(ByteReader& reader) noexcept;
void write_address(ByteWriter& writer, const Ipv4Address& address) noexcept;
void write_address(ByteWriter& writer, const Ipv6Address& address) noexcept;

enum class IpError : std::uint8_t {
  bad_header,  // another version, or sizes that contradict each other
  cut,         // shorter than it says
  bad_checksum,
  fragment,
};

/// `reader` stands behind the Ethernet header; octets behind the packet are padding.
[[nodiscard]] std::expected<Ipv4Packet, IpError> read_ipv4(ByteReader& reader) noexcept;
[[nodiscard]] std::expected<Ipv6Packet, IpError> read_ipv6(ByteReader& reader) noexcept;

/// 01:00:5e:.. (RFC 1112 6.4) and 33:33:.. (RFC 2464 7).
[[nodiscard]] MacAddress multicast_mac(const Ipv4Address& group) noexcept;
[[nodiscard]] MacAddress multicast_mac(const Ipv6Address& group) noexcept;

[[nodiscard]] constexpr bool is_multicast(const Ipv4Address& address) noexcept {
  return address.octets[0] >> 4 == 0xe;
}
[[nodiscard]] constexpr bool is_multicast(const Ipv6Address& address) noexcept {
  return address.octets[0] == 0xff;
}

}  // namespace lagoon::wire
