// The general walk: folds what wire::walk_frame found, by policy.
#include "dist/flow_hash.hpp"

namespace lagoon::dist {
namespace {

using wire::FlowHeaders;
using wire::IpVersion;

struct Transport {
  std::uint8_t protocol = 0;
  std::uint32_t ports = 0;
};

Transport transport_of(const FlowHeaders& headers) {
  return headers.has_ports ? Transport{headers.protocol, headers.ports} : Transport{};
}

template <Direction direction>
std::uint32_t fold_ipv6(const FlowHeaders& headers, Transport transport) {
  auto from = headers.source;
  auto to = headers.destination;
  if constexpr (direction == Direction::ignored) {
    if (from > to || (from == to && (transport.ports & 0xffffU) > transport.ports >> 16)) {
      std::swap(from, to);
      transport.ports = swap_ports(transport.ports);
    }
  }
  const std::uint32_t source = crc32c(crc32c(transport.protocol, from[0]), from[1]);
  return crc32c(crc32c(crc32c(source, to[0]), to[1]), transport.ports);
}

// Precondition: headers.ip is not none.
template <Direction direction>
std::uint32_t fold_ip(const FlowHeaders& headers, Transport transport) {
  if (headers.ip == IpVersion::v6) return fold_ipv6<direction>(headers, transport);
  return fold_ipv4<direction>(static_cast<std::uint32_t>(headers.source[0]),
                              static_cast<std::uint32_t>(headers.destination[0]), transport.protocol,
                              transport.ports);
}

template <Direction direction>
std::uint32_t fold_l2(const FlowHeaders& headers) {
  return fold_macs<direction>(0, headers.source_mac, headers.destination_mac);
}

template <Direction direction>
std::uint32_t fold_l23(const FlowHeaders& l3, const FlowHeaders& l2) {
  if (l3.ip == IpVersion::none) return fold_l2<direction>(l2);
  return fold_macs<direction>(fold_ip<direction>(l3, {}), l2.source_mac, l2.destination_mac);
}

template <Direction direction>
std::uint32_t fold_l34(const FlowHeaders& headers) {
  if (headers.ip == IpVersion::none) return fold_l2<direction>(headers);
  const std::uint32_t crc = fold_ip<direction>(headers, transport_of(headers));
  const bool label_counts = direction == Direction::matters && !headers.has_ports && headers.flow_label != 0;
  return label_counts ? crc32c(crc, headers.flow_label) : crc;
}

template <HashPolicy policy, Direction direction>
std::uint32_t fold_tunnel(std::span<const std::byte> frame, const FlowHeaders& outer) {
  const wire::TunnelHeaders tunnel = wire::walk_tunnel(frame, outer);
  const FlowHeaders& l3 = tunnel.inner ? *tunnel.inner : outer;
  const FlowHeaders& l2 = tunnel.inner && tunnel.inner_is_ethernet ? *tunnel.inner : outer;
  const std::uint32_t crc =
      policy == HashPolicy::encap23 ? fold_l23<direction>(l3, l2) : fold_l34<direction>(l3);
  const bool teid_counts = direction == Direction::matters && !tunnel.inner && tunnel.teid.has_value();
  return teid_counts ? crc32c(crc, *tunnel.teid) : crc;
}

// One end of the conversation alone.
std::uint32_t fold_one_address(const FlowHeaders& headers, bool is_source) {
  FlowHeaders one = headers;
  (is_source ? one.destination : one.source) = {};
  return fold_ip<Direction::matters>(one, {});
}

}  // namespace

template <HashPolicy policy, Direction direction>
std::uint32_t fold_frame(std::span<const std::byte> frame) noexcept {
  const FlowHeaders headers = wire::walk_frame(frame);
  const bool is_ip = headers.ip != IpVersion::none;
  switch (policy) {
    case HashPolicy::l2:
      return fold_l2<direction>(headers);
    case HashPolicy::src_mac:
      return crc32c(0, headers.source_mac);
    case HashPolicy::dst_mac:
      return crc32c(0, headers.destination_mac);
    case HashPolicy::vlan_src_mac:
      return crc32c(headers.vlan, headers.source_mac);
    case HashPolicy::src_ip:
      return is_ip ? fold_one_address(headers, true) : fold_l2<direction>(headers);
    case HashPolicy::dst_ip:
      return is_ip ? fold_one_address(headers, false) : fold_l2<direction>(headers);
    case HashPolicy::l3:
      return is_ip ? fold_ip<direction>(headers, {}) : fold_l2<direction>(headers);
    case HashPolicy::l23:
      return fold_l23<direction>(headers, headers);
    case HashPolicy::l34:
      return fold_l34<direction>(headers);
    case HashPolicy::encap23:
    case HashPolicy::encap34:
      return fold_tunnel<policy, direction>(frame, headers);
  }
  return 0;
}

std::uint32_t flow_hash(std::span<const std::byte> frame, const FlowHashSettings& settings) noexcept {
  const FlowMixer mix{settings.seed};
  return with_policy(settings, [&]<HashPolicy policy, Direction direction>() {
    return mix(fold<policy, direction>(frame));
  });
}

template std::uint32_t fold_frame<HashPolicy::l2, Direction::matters>(std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::l2, Direction::ignored>(std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::src_mac, Direction::matters>(
    std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::dst_mac, Direction::matters>(
    std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::vlan_src_mac, Direction::matters>(
    std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::src_ip, Direction::matters>(
    std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::src_ip, Direction::ignored>(
    std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::dst_ip, Direction::matters>(
    std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::dst_ip, Direction::ignored>(
    std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::l3, Direction::matters>(std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::l3, Direction::ignored>(std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::l23, Direction::matters>(std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::l23, Direction::ignored>(std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::l34, Direction::matters>(std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::l34, Direction::ignored>(std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::encap23, Direction::matters>(
    std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::encap23, Direction::ignored>(
    std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::encap34, Direction::matters>(
    std::span<const std::byte>) noexcept;
template std::uint32_t fold_frame<HashPolicy::encap34, Direction::ignored>(
    std::span<const std::byte>) noexcept;

}  // namespace lagoon::dist
