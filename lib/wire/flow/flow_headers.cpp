// The walk itself: one function for each header, each of which checks the length before it reads.
#include "wire/flow/flow_headers.hpp"

#include <algorithm>
#include <cstring>

#include "wire/octets.hpp"

namespace lagoon::wire {
namespace {

using Octets = std::span<const std::byte>;

constexpr std::size_t kAddressesSize = 12;
constexpr int kVlanTagsMax = 4;
constexpr int kIpv6ExtensionsMax = 8;
constexpr int kGtpExtensionsMax = 4;

constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;
constexpr std::uint16_t kEtherTypeBridged = 0x6558;  // Transparent Ethernet Bridging

// Protocol numbers (IANA).
constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kIpv4InIp = 4;
constexpr std::uint8_t kDccp = 33;
constexpr std::uint8_t kIpv6InIp = 41;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kGre = 47;
constexpr std::uint8_t kAuthentication = 51;
constexpr std::uint8_t kDestinationOptions = 60;
constexpr std::uint8_t kSctp = 132;
constexpr std::uint8_t kUdpLite = 136;

constexpr bool fits(Octets octets, std::size_t at, std::size_t count) {
  return at <= octets.size() && octets.size() - at >= count;
}
constexpr bool is_vlan_tag(std::uint16_t ether_type) {
  return ether_type == 0x8100 || ether_type == 0x88a8 || ether_type == 0x9100;
}
constexpr bool starts_with_ports(std::uint8_t protocol) {
  return protocol == kProtocolTcp || protocol == kProtocolUdp || protocol == kSctp || protocol == kUdpLite ||
         protocol == kDccp;
}

void read_ports(Octets octets, std::size_t at, FlowHeaders& headers) {
  headers.payload_at = at;
  if (!starts_with_ports(headers.protocol) || !fits(octets, at, 4)) return;
  headers.has_ports = true;
  headers.ports = raw<std::uint32_t>(octets, at);
}

void walk_ipv4(Octets octets, std::size_t at, FlowHeaders& headers) {
  if (!fits(octets, at, 20)) return;
  const std::uint8_t first = u8_at(octets, at);
  const std::size_t size = (first & 0x0fU) * 4U;
  if (first >> 4 != 4 || size < 20) return;
  headers.ip = IpVersion::v4;
  headers.source[0] = raw<std::uint32_t>(octets, at + 12);
  headers.destination[0] = raw<std::uint32_t>(octets, at + 16);
  constexpr std::uint16_t kMoreFragmentsAndOffset = 0x3fff;  // DF and the reserved bit do not make a fragment
  headers.fragment = (be16_at(octets, at + 6) & kMoreFragmentsAndOffset) != 0;
  if (headers.fragment) return;
  headers.protocol = u8_at(octets, at + 9);
  read_ports(octets, at + size, headers);
}

void walk_ipv6(Octets octets, std::size_t at, FlowHeaders& headers) {
  if (!fits(octets, at, 40) || u8_at(octets, at) >> 4 != 6) return;
  headers.ip = IpVersion::v6;
  headers.flow_label = be32_at(octets, at) & 0xfffffU;
  std::memcpy(headers.source.data(), octets.data() + at + 8, 16);
  std::memcpy(headers.destination.data(), octets.data() + at + 24, 16);
  std::uint8_t next = u8_at(octets, at + 6);
  at += 40;
  for (int i = 0; i < kIpv6ExtensionsMax; ++i) {
    const bool is_extension = next == kHopByHop || next == kRouting || next == kDestinationOptions ||
                              next == kAuthentication || next == kFragment;
    if (!is_extension) {
      headers.protocol = next;
      read_ports(octets, at, headers);
      return;
    }
    if (!fits(octets, at, 8)) return;
    std::size_t size = (u8_at(octets, at + 1) + 1U) * 8U;
    if (next == kAuthentication) size = (u8_at(octets, at + 1) + 2U) * 4U;  // RFC 4302 2.2
    if (next == kFragment) {
      size = 8;
      constexpr std::uint16_t kOffsetAndMoreFragments = 0xfff9;
      // An atomic fragment (RFC 6946) is a whole datagram.
      headers.fragment = (be16_at(octets, at + 2) & kOffsetAndMoreFragments) != 0;
      if (headers.fragment) return;
    }
    next = u8_at(octets, at);
    at += size;
  }
}

void walk_network(Octets octets, std::size_t at, std::uint16_t ether_type, FlowHeaders& headers) {
  if (ether_type == kEtherTypeIpv4) walk_ipv4(octets, at, headers);
  if (ether_type == kEtherTypeIpv6) walk_ipv6(octets, at, headers);
}

void read_macs(Octets octets, std::size_t at, FlowHeaders& headers) {
  constexpr std::uint64_t kMacMask = 0xffff'ffff'ffffU;
  std::array<std::byte, 16> padded{};
  if (!fits(octets, at, 14)) {
    const std::size_t there = at < octets.size() ? octets.size() - at : 0;
    std::copy_n(octets.end() - static_cast<std::ptrdiff_t>(there), std::min(there, kAddressesSize),
                padded.begin());
    octets = padded;
    at = 0;
  }
  headers.destination_mac = raw<std::uint64_t>(octets, at) & kMacMask;
  headers.source_mac = raw<std::uint64_t>(octets, at + 6) & kMacMask;
}

void walk_ethernet(Octets octets, std::size_t at, FlowHeaders& headers) {
  read_macs(octets, at, headers);
  at += kAddressesSize;
  for (int tags = 0; fits(octets, at, 2); ++tags) {
    const std::uint16_t ether_type = be16_at(octets, at);
    at += 2;
    if (!is_vlan_tag(ether_type)) {
      walk_network(octets, at, ether_type, headers);
      return;
    }
    if (tags == kVlanTagsMax || !fits(octets, at, 2)) return;
    if (headers.vlan == 0) headers.vlan = be16_at(octets, at) & 0xfffU;
    at += 2;
  }
}

void walk_inner_ip(Octets octets, std::size_t at, std::uint16_t ether_type, TunnelHeaders& tunnel) {
  walk_network(octets, at, ether_type, tunnel.inner.emplace());
  if (tunnel.inner->ip == IpVersion::none) tunnel.inner.reset();
}

void walk_inner_ethernet(Octets octets, std::size_t at, TunnelHeaders& tunnel) {
  if (!fits(octets, at, kAddressesSize + 2)) return;
  tunnel.inner_is_ethernet = true;
  walk_ethernet(octets, at, tunnel.inner.emplace());
}

// RFC 2784 and 2890; version 0 alone (version 1 is PPTP's).
void walk_gre(Octets octets, std::size_t at, TunnelHeaders& tunnel) {
  if (!fits(octets, at, 4)) return;
  const std::uint16_t flags = be16_at(octets, at);
  const std::uint16_t ether_type = be16_at(octets, at + 2);
  constexpr std::uint16_t kChecksum = 0x8000;
  constexpr std::uint16_t kRoutingPresent = 0x4000;
  constexpr std::uint16_t kKey = 0x2000;
  constexpr std::uint16_t kSequence = 0x1000;
  constexpr std::uint16_t kVersion = 0x0007;
  if ((flags & (kVersion | kRoutingPresent)) != 0) return;
  at += 4;
  for (const std::uint16_t field : {kChecksum, kKey, kSequence})
    if ((flags & field) != 0) at += 4;
  if (ether_type == kEtherTypeBridged)
    walk_inner_ethernet(octets, at, tunnel);
  else
    walk_inner_ip(octets, at, ether_type, tunnel);
}

// RFC 7348 5: the I flag says that this is one.
void walk_vxlan(Octets octets, std::size_t at, TunnelHeaders& tunnel) {
  if (!fits(octets, at, 8) || (u8_at(octets, at) & 0x08U) == 0) return;
  walk_inner_ethernet(octets, at + 8, tunnel);
}

// 3GPP TS 29.281 5.1 and 5.2.
void walk_gtp_u(Octets octets, std::size_t at, TunnelHeaders& tunnel) {
  constexpr unsigned kVersionAndType = 0xf0;
  constexpr unsigned kVersion1Gtp = 0x30;
  if (!fits(octets, at, 8) || (u8_at(octets, at) & kVersionAndType) != kVersion1Gtp) return;
  tunnel.teid = raw<std::uint32_t>(octets, at + 4);
  const unsigned flags = u8_at(octets, at);
  constexpr std::uint8_t kTunnelledPdu = 255;
  if (u8_at(octets, at + 1) != kTunnelledPdu) return;
  at += 8;
  if ((flags & 0x07U) != 0) {  // one of E, S, PN: all three fields are there
    if (!fits(octets, at, 4)) return;
    std::uint8_t next = (flags & 0x04U) != 0 ? u8_at(octets, at + 3) : std::uint8_t{0};
    at += 4;
    for (int i = 0; next != 0; ++i) {
      if (i == kGtpExtensionsMax || !fits(octets, at, 4)) return;
      const std::size_t size = u8_at(octets, at) * 4U;
      if (size == 0 || !fits(octets, at, size)) return;
      next = u8_at(octets, at + size - 1);
      at += size;
    }
  }
  if (!fits(octets, at, 1)) return;
  const bool v6 = u8_at(octets, at) >> 4 == 6;
  walk_inner_ip(octets, at, v6 ? kEtherTypeIpv6 : kEtherTypeIpv4, tunnel);
}

}  // namespace

FlowHeaders walk_frame(Octets frame) noexcept {
  FlowHeaders headers;
  walk_ethernet(frame, 0, headers);
  return headers;
}

TunnelHeaders walk_tunnel(Octets frame, const FlowHeaders& outer) noexcept {
  TunnelHeaders tunnel;
  if (outer.payload_at == 0) return tunnel;
  if (outer.protocol == kIpv4InIp) walk_inner_ip(frame, outer.payload_at, kEtherTypeIpv4, tunnel);
  if (outer.protocol == kIpv6InIp) walk_inner_ip(frame, outer.payload_at, kEtherTypeIpv6, tunnel);
  if (outer.protocol == kGre) walk_gre(frame, outer.payload_at, tunnel);
  if (outer.protocol != kProtocolUdp || !outer.has_ports) return tunnel;
  const std::size_t payload_at = outer.payload_at + 8;
  const std::uint16_t port = __builtin_bswap16(static_cast<std::uint16_t>(outer.ports >> 16));
  if (port == kUdpPortVxlan || port == kUdpPortVxlanLinux) walk_vxlan(frame, payload_at, tunnel);
  if (port == kUdpPortGtpU) walk_gtp_u(frame, payload_at, tunnel);
  return tunnel;
}

}  // namespace lagoon::wire
