// The general walk: folds what wire::walk_frame found, by policy.
#include "dist/flow_hash.hpp"

#include <array>
#include <utility>

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

// Precondition: headers.ip is not none.
template <Direction direction>
std::uint32_t fold_ip(const FlowHeaders& headers, Transport transport) {
  if (headers.ip == IpVersion::v6)
    return fold_ipv6<direction>(headers.source, headers.destination, transport.protocol, transport.ports);
  return fold_ipv4<direction>(static_cast<std::uint32_t>(headers.source[0]),
                              static_cast<std::uint32_t>(headers.destination[0]), transport.protocol,
                              transport.ports);
}

// The addresses that a policy reads, and its ports.
template <HashFields reads, Direction direction>
std::uint32_t fold_ip_ends(const FlowHeaders& headers) {
  if constexpr (reads.ip == Ends::both)
    return fold_ip<direction>(headers, reads.ports ? transport_of(headers) : Transport{});
  FlowHeaders one_end = headers;
  (reads.ip == Ends::source ? one_end.destination : one_end.source) = {};
  return fold_ip<Direction::matters>(one_end, {});
}

// `l3` has the IP addresses and ports, `l2` the MAC addresses: the same, but for what lies in a tunnel.
template <HashFields reads, Direction direction>
std::uint32_t fold_headers(const FlowHeaders& l3, const FlowHeaders& l2) {
  if constexpr (reads.ip == Ends::none)
    return detail::fold_mac_ends<reads.mac, direction>(reads.vlan ? l2.vlan : 0U, l2.source_mac,
                                                       l2.destination_mac);
  if (l3.ip == IpVersion::none) return fold_macs<direction>(0, l2.source_mac, l2.destination_mac);
  std::uint32_t crc = fold_ip_ends<reads, direction>(l3);
  if constexpr (reads.ports && direction == Direction::matters)
    if (!l3.has_ports && l3.flow_label != 0) crc = crc32c(crc, l3.flow_label);
  return detail::fold_mac_ends<reads.mac, direction>(crc, l2.source_mac, l2.destination_mac);
}

template <HashFields reads, Direction direction>
std::uint32_t fold_tunnel(std::span<const std::byte> frame, const FlowHeaders& outer) {
  const wire::TunnelHeaders tunnel = wire::walk_tunnel(frame, outer);
  const FlowHeaders& l3 = tunnel.inner ? *tunnel.inner : outer;
  const FlowHeaders& l2 = tunnel.inner && tunnel.inner_is_ethernet ? *tunnel.inner : outer;
  const std::uint32_t crc = fold_headers<reads, direction>(l3, l2);
  const bool teid_counts = direction == Direction::matters && !tunnel.inner && tunnel.teid.has_value();
  return teid_counts ? crc32c(crc, *tunnel.teid) : crc;
}

}  // namespace

template <HashPolicy policy, Direction direction>
std::uint32_t fold_frame(std::span<const std::byte> frame) noexcept {
  constexpr HashFields kReads = row_of(policy).reads;
  const FlowHeaders headers = wire::walk_frame(frame);
  if constexpr (kReads.tunnel) return fold_tunnel<kReads, direction>(frame, headers);
  return fold_headers<kReads, direction>(headers, headers);
}

std::uint32_t flow_hash(std::span<const std::byte> frame, const FlowHashSettings& settings) noexcept {
  const FlowMixer mix{settings.seed};
  return with_policy(settings, [&]<HashPolicy policy, Direction direction>() {
    return mix(fold<policy, direction>(frame));
  });
}

namespace {

// Instantiates fold_frame for all that with_policy() can ask for: other files see its declaration alone.
template <std::size_t... row>
constexpr auto instances(std::index_sequence<row...> /*rows*/) {
  return std::array{
      &fold_frame<kHashPolicies[row].policy, Direction::matters>..., &fold_frame < kHashPolicies[row].policy,
      kHashPolicies[row].reads.has_directions() ? Direction::ignored : Direction::matters > ...};
}
[[gnu::used]] constexpr auto kInstances = instances(std::make_index_sequence<kHashPolicies.size()>{});

}  // namespace

}  // namespace lagoon::dist
