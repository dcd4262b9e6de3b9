// FlowHash: 32 bits of a frame by which its conversation is placed. The policy and the direction are template
// parameters, chosen once for a burst (fast/distribute/distributor.hpp).
//
// Two rounds: CRC-32C folds the conversation's fields into 32 bits, then (a * fold + b) mod 2^64 with a and b
// drawn from the seed gives the upper half. CRC alone is linear: two stages that use it see the same
// structure whatever they start from. The second round is Dietzfelbinger's scheme, pairwise independent in
// every bit, so also in the low ones that name a bucket.
//
// What is hashed (docs/fastpath.md): tags are not, except by vlan+src-mac. IP policies take the MAC addresses
// of what is not IP. l3+4 takes ports and protocol where they can be read, else (fragments, ESP, unknown
// transport) the IP addresses and the IPv6 flow label, as RFC 6438 has it; the label is left out where
// direction is ignored, for each direction has its own. So is GTP-U's TEID.
#pragma once

#include <cstdint>
#include <span>

#include "dist/flow_key.hpp"
#include "dist/policy.hpp"
#include "wire/flow/flow_headers.hpp"
#include "wire/octets.hpp"

namespace lagoon::dist {

/// The general walk: any frame, any policy, never reads outside `frame`. The fast path below gives the same.
template <HashPolicy policy, Direction direction>
[[nodiscard]] std::uint32_t fold_frame(std::span<const std::byte> frame) noexcept;

class FlowMixer {
 public:
  explicit constexpr FlowMixer(std::uint32_t seed) noexcept
      : multiplier_{scramble(seed) | 1U}, addend_{scramble(seed + (std::uint64_t{1} << 32))} {}
  [[nodiscard]] constexpr std::uint32_t operator()(std::uint32_t fold) const noexcept {
    return static_cast<std::uint32_t>((fold * multiplier_ + addend_) >> 32);
  }

 private:
  // The finaliser of SplitMix64 (Steele, Lea and Flood).
  static constexpr std::uint64_t scramble(std::uint64_t x) noexcept {
    x += 0x9e37'79b9'7f4a'7c15U;
    x = (x ^ (x >> 30)) * 0xbf58'476d'1ce4'e5b9U;
    x = (x ^ (x >> 27)) * 0x94d0'49bb'1331'11ebU;
    return x ^ (x >> 31);
  }
  std::uint64_t multiplier_;
  std::uint64_t addend_;
};

namespace detail {

// Untagged IPv4 without options, TCP or UDP, not a fragment, long enough to have ports.
inline constexpr std::size_t kPlainSize = 38;

[[nodiscard, gnu::always_inline]] inline bool is_plain_ipv4(std::span<const std::byte> frame) noexcept {
  if (frame.size() < kPlainSize) return false;
  const auto type_version_ihl = wire::raw<std::uint32_t>(frame, 12) & 0x00ff'ffffU;
  const auto fragment_ttl_protocol = wire::raw<std::uint32_t>(frame, 20);
  const std::uint32_t protocol = fragment_ttl_protocol >> 24;
  constexpr std::uint32_t kIpv4WithoutOptions = 0x45'0008;
  constexpr std::uint32_t kMoreFragmentsAndOffset = 0xff3f;
  return ((type_version_ihl ^ kIpv4WithoutOptions) | (fragment_ttl_protocol & kMoreFragmentsAndOffset)) ==
             0 &&
         (protocol == wire::kProtocolTcp || protocol == wire::kProtocolUdp);
}

[[nodiscard, gnu::always_inline]] inline bool may_be_tunnel(std::uint8_t protocol,
                                                            std::uint32_t ports) noexcept {
  if (protocol != wire::kProtocolUdp) return false;
  const std::uint16_t destination = __builtin_bswap16(static_cast<std::uint16_t>(ports >> 16));
  return destination == wire::kUdpPortVxlan || destination == wire::kUdpPortVxlanLinux ||
         destination == wire::kUdpPortGtpU;
}

inline constexpr std::size_t kEthernetHeaderSize = 14;
inline constexpr std::uint64_t kMacMask = 0xffff'ffff'ffffU;

[[nodiscard]] constexpr bool takes_macs_alone(HashPolicy policy) noexcept {
  return policy == HashPolicy::l2 || policy == HashPolicy::src_mac || policy == HashPolicy::dst_mac;
}

template <HashPolicy policy, Direction direction>
[[nodiscard, gnu::always_inline]] inline std::uint32_t fold_addresses(
    std::span<const std::byte> frame) noexcept {
  const std::uint64_t source = wire::raw<std::uint64_t>(frame, 6) & kMacMask;
  const std::uint64_t destination = wire::raw<std::uint64_t>(frame, 0) & kMacMask;
  if constexpr (policy == HashPolicy::src_mac) return crc32c(0, source);
  if constexpr (policy == HashPolicy::dst_mac) return crc32c(0, destination);
  return fold_macs<direction>(0, source, destination);
}

[[nodiscard]] constexpr bool takes_plain_ipv4(HashPolicy policy) noexcept {
  switch (policy) {
    case HashPolicy::src_ip:
    case HashPolicy::dst_ip:
    case HashPolicy::l3:
    case HashPolicy::l23:
    case HashPolicy::l34:
    case HashPolicy::encap23:
    case HashPolicy::encap34:
      return true;
    case HashPolicy::l2:
    case HashPolicy::src_mac:
    case HashPolicy::dst_mac:
    case HashPolicy::vlan_src_mac:
      return false;
  }
  return false;
}

template <HashPolicy policy, Direction direction>
[[nodiscard, gnu::always_inline]] inline std::uint32_t fold_plain_ipv4(
    std::span<const std::byte> frame) noexcept {
  const auto source = wire::raw<std::uint32_t>(frame, 26);
  const auto destination = wire::raw<std::uint32_t>(frame, 30);
  if constexpr (policy == HashPolicy::src_ip) return fold_ipv4<Direction::matters>(source, 0, 0, 0);
  if constexpr (policy == HashPolicy::dst_ip) return fold_ipv4<Direction::matters>(0, destination, 0, 0);
  if constexpr (policy == HashPolicy::l34 || policy == HashPolicy::encap34)
    return fold_ipv4<direction>(source, destination, wire::u8_at(frame, 23),
                                wire::raw<std::uint32_t>(frame, 34));
  const std::uint32_t ip = fold_ipv4<direction>(source, destination, 0, 0);
  if constexpr (policy == HashPolicy::l3) return ip;
  return fold_macs<direction>(ip, wire::raw<std::uint64_t>(frame, 6) & kMacMask,
                              wire::raw<std::uint64_t>(frame, 0) & kMacMask);
}

}  // namespace detail

/// The hash of one frame, before the mix.
template <HashPolicy policy, Direction direction>
[[nodiscard, gnu::always_inline]] inline std::uint32_t fold(std::span<const std::byte> frame) noexcept {
  if constexpr (detail::takes_macs_alone(policy)) {
    if (frame.size() >= detail::kEthernetHeaderSize) return detail::fold_addresses<policy, direction>(frame);
  }
  if constexpr (detail::takes_plain_ipv4(policy)) {
    if (detail::is_plain_ipv4(frame)) {
      constexpr bool looks_inside = policy == HashPolicy::encap23 || policy == HashPolicy::encap34;
      if (!looks_inside ||
          !detail::may_be_tunnel(wire::u8_at(frame, 23), wire::raw<std::uint32_t>(frame, 34)))
        return detail::fold_plain_ipv4<policy, direction>(frame);
    }
  }
  return fold_frame<policy, direction>(frame);
}

/// One frame under settings known at run time only: for tools and tests; ignores use_nic_hash.
[[nodiscard]] std::uint32_t flow_hash(std::span<const std::byte> frame,
                                      const FlowHashSettings& settings) noexcept;

/// Calls `use.template operator()<policy, direction>()` with the settings turned into constants.
template <typename Use>
decltype(auto) with_policy(const FlowHashSettings& settings, Use&& use) {
  const auto with_direction = [&]<HashPolicy policy>() -> decltype(auto) {
    if (settings.symmetric) return use.template operator()<policy, Direction::ignored>();
    return use.template operator()<policy, Direction::matters>();
  };
  switch (settings.policy) {
    case HashPolicy::l2:
      return with_direction.template operator()<HashPolicy::l2>();
    case HashPolicy::src_mac:
      return use.template operator()<HashPolicy::src_mac, Direction::matters>();
    case HashPolicy::dst_mac:
      return use.template operator()<HashPolicy::dst_mac, Direction::matters>();
    case HashPolicy::src_ip:
      return with_direction.template operator()<HashPolicy::src_ip>();
    case HashPolicy::dst_ip:
      return with_direction.template operator()<HashPolicy::dst_ip>();
    case HashPolicy::l3:
      return with_direction.template operator()<HashPolicy::l3>();
    case HashPolicy::l23:
      return with_direction.template operator()<HashPolicy::l23>();
    case HashPolicy::l34:
      return with_direction.template operator()<HashPolicy::l34>();
    case HashPolicy::vlan_src_mac:
      return use.template operator()<HashPolicy::vlan_src_mac, Direction::matters>();
    case HashPolicy::encap23:
      return with_direction.template operator()<HashPolicy::encap23>();
    case HashPolicy::encap34:
      return with_direction.template operator()<HashPolicy::encap34>();
  }
  return with_direction.template operator()<HashPolicy::l34>();
}

}  // namespace lagoon::dist
