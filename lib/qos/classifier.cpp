#include "qos/classifier.hpp"

#include "wire/flow/flow_headers.hpp"
#include "wire/ip_header.hpp"
#include "wire/octets.hpp"

namespace lagoon::qos {
namespace {

using Octets = std::span<const std::byte>;

constexpr std::size_t kTypeAt = 12;
constexpr int kVlanTagsMax = 4;

constexpr bool is_vlan_tag(std::uint16_t type) noexcept {
  return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

// Only the two octets that hold it are needed.
std::uint8_t dscp_of(Octets frame, std::size_t at, std::uint16_t ether_type) noexcept {
  if (at + 2 > frame.size()) return kNoClass;
  const std::uint16_t first = wire::be16_at(frame, at);
  if (ether_type == wire::kIpv4EtherType && first >> 12 == 4)
    return static_cast<std::uint8_t>(first >> 2 & 0x3fU);
  if (ether_type == wire::kIpv6EtherType && first >> 12 == 6)
    return static_cast<std::uint8_t>(first >> 6 & 0x3fU);
  return kNoClass;
}

bool is_in(const std::array<std::uint64_t, 2>& address, const std::array<std::uint64_t, 2>& bits,
           const std::array<std::uint64_t, 2>& mask) noexcept {
  return (((address[0] ^ bits[0]) & mask[0]) | ((address[1] ^ bits[1]) & mask[1])) == 0;
}

bool is_in(std::uint16_t port, const PortRange& range) noexcept {
  return port >= range.first && port <= range.last;
}

bool fits(const Match& match, std::uint16_t ether_type, const wire::FlowHeaders& flow) noexcept {
  if (!match.any_ether_type && match.ether_type != ether_type) return false;
  if (!match.any_vlan && match.vlan != flow.vlan) return false;
  if (match.ip_version != 0) {
    if (flow.ip != (match.ip_version == 4 ? wire::IpVersion::v4 : wire::IpVersion::v6)) return false;
    if (!is_in(flow.source, match.source, match.source_mask) ||
        !is_in(flow.destination, match.destination, match.destination_mask))
      return false;
  }
  if (!match.any_protocol &&
      (flow.ip == wire::IpVersion::none || flow.payload_at == 0 || flow.protocol != match.protocol))
    return false;
  if (match.any_port) return true;
  if (!flow.has_ports) return false;
  // They lie in the frame one after the other.
  const std::uint32_t ports = __builtin_bswap32(flow.ports);
  return is_in(static_cast<std::uint16_t>(ports >> 16), match.source_port) &&
         is_in(static_cast<std::uint16_t>(ports & 0xffffU), match.destination_port);
}

}  // namespace

OuterHeaders outer_headers(Octets frame) noexcept {
  OuterHeaders headers;
  std::size_t at = kTypeAt;
  for (int tags = 0; at + 2 <= frame.size(); ++tags) {
    const std::uint16_t type = wire::be16_at(frame, at);
    at += 2;
    if (!is_vlan_tag(type)) {
      headers.ether_type = type;
      headers.network_at = at;
      headers.dscp = dscp_of(frame, at, type);
      return headers;
    }
    if (tags == kVlanTagsMax || at + 2 > frame.size()) return headers;
    if (headers.pcp == kNoClass) headers.pcp = wire::u8_at(frame, at) >> 5;
    at += 2;
  }
  return headers;
}

ClassIndex class_by_walk(const TrafficPolicy& policy, Octets frame) noexcept {
  const OuterHeaders outer = outer_headers(frame);
  if (!policy.matches().empty()) [[unlikely]] {
    const wire::FlowHeaders flow = wire::walk_frame(frame);
    for (const Match& match : policy.matches())
      if (fits(match, outer.ether_type, flow)) return match.to;
  }
  if (outer.dscp != kNoClass)
    if (const ClassIndex of_dscp = policy.of_dscp(outer.dscp); of_dscp != kNoClass) return of_dscp;
  if (outer.pcp != kNoClass)
    if (const ClassIndex of_pcp = policy.of_pcp(outer.pcp); of_pcp != kNoClass) return of_pcp;
  return policy.default_class();
}

}  // namespace lagoon::qos
