// FlowHash: 32 bits of a frame by which its conversation is placed. The policy and the direction are template
// parameters, chosen once for a burst (fast/distribute/distributor.hpp).
//
// Two rounds: CRC-32C folds the conversation's fields into 32 bits, then (a * fold + b) mod 2^64 with a and b
// drawn from the seed gives the upper half. CRC alone is linear: two stages that use it see the same
// structure whatever they start from. The second round is Dietzfelbinger's scheme, pairwise independent in
// every bit, so also in the low ones that name a bucket.
//
// A policy's row (policy.hpp) says which fields are hashed; docs/fastpath.md has the exceptions. A policy
// with ports takes the IPv6 flow label (RFC 6438) of a frame whose ports can't be read: a fragment, ESP, an
// unknown transport. Where direction is ignored, flow label and GTP-U's TEID are left out, for each direction
// has its own.
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
inline constexpr std::uint32_t kMoreFragmentsAndOffset = 0xff3f;  // as it lies in the frame

[[nodiscard, gnu::always_inline]] inline bool is_plain_ipv4(std::span<const std::byte> frame) noexcept {
  if (frame.size() < kPlainSize) return false;
  const auto type_version_ihl = wire::raw<std::uint32_t>(frame, 12) & 0x00ff'ffffU;
  const auto fragment_ttl_protocol = wire::raw<std::uint32_t>(frame, 20);
  const std::uint32_t protocol = fragment_ttl_protocol >> 24;
  constexpr std::uint32_t kIpv4WithoutOptions = 0x45'0008;
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

template <Ends ends, Direction direction>
[[nodiscard, gnu::always_inline]] inline std::uint32_t fold_mac_ends(std::uint32_t crc, std::uint64_t source,
                                                                     std::uint64_t destination) noexcept {
  if constexpr (ends == Ends::none) return crc;
  if constexpr (ends == Ends::source) return crc32c(crc, source);
  if constexpr (ends == Ends::destination) return crc32c(crc, destination);
  return fold_macs<direction>(crc, source, destination);
}

template <Ends ends, Direction direction>
[[nodiscard, gnu::always_inline]] inline std::uint32_t fold_mac_ends(std::span<const std::byte> frame,
                                                                     std::uint32_t crc) noexcept {
  return fold_mac_ends<ends, direction>(crc, wire::raw<std::uint64_t>(frame, 6) & kMacMask,
                                        wire::raw<std::uint64_t>(frame, 0) & kMacMask);
}

template <HashPolicy policy, Direction direction>
[[nodiscard, gnu::always_inline]] inline std::uint32_t fold_plain_ipv4(
    std::span<const std::byte> frame) noexcept {
  constexpr HashFields kReads = row_of(policy).reads;
  const auto source = wire::raw<std::uint32_t>(frame, 26);
  const auto destination = wire::raw<std::uint32_t>(frame, 30);
  if constexpr (kReads.ip == Ends::source) return fold_ipv4<Direction::matters>(source, 0, 0, 0);
  if constexpr (kReads.ip == Ends::destination) return fold_ipv4<Direction::matters>(0, destination, 0, 0);
  std::uint8_t protocol = 0;
  std::uint32_t ports = 0;
  if constexpr (kReads.ports) {
    protocol = wire::u8_at(frame, 23);
    ports = wire::raw<std::uint32_t>(frame, 34);
  }
  return fold_mac_ends<kReads.mac, direction>(frame,
                                              fold_ipv4<direction>(source, destination, protocol, ports));
}

// What fold_common() gives for frames that are left to the general walk.
inline constexpr std::uint64_t kNotCommon = std::uint64_t{1} << 32;

// Frames that are common, and not plain: TCP and UDP over IPv4 with a tag or options and over IPv6, and
// IPv4's fragments. A function of its own: inlined it would cost plain frames a cycle. (A std::optional is
// written in two parts and read as one, which stalls.)
template <HashPolicy policy, Direction direction>
[[nodiscard, gnu::noinline]] std::uint64_t fold_common(std::span<const std::byte> frame) noexcept {
  constexpr HashFields kReads = row_of(policy).reads;
  // (as they lie in the frame)
  constexpr std::uint16_t kTag = 0x0081;
  constexpr std::uint16_t kIpv4 = 0x0008;
  constexpr std::uint16_t kIpv6 = 0xdd86;
  constexpr std::size_t kTagSize = 4, kIpv6Size = 40, kPortsSize = 4;
  if (frame.size() < kPlainSize) return kNotCommon;
  std::size_t at = kEthernetHeaderSize;
  if (wire::raw<std::uint16_t>(frame, at - 2) == kTag) at += kTagSize;
  const auto type = wire::raw<std::uint16_t>(frame, at - 2);
  const std::uint8_t first = wire::u8_at(frame, at);
  const auto transport_of = [&](std::uint8_t protocol, std::size_t ports_at) {
    struct Transport {
      std::uint8_t protocol = 0;
      std::uint32_t ports = 0;
    };
    return kReads.ports ? Transport{protocol, wire::raw<std::uint32_t>(frame, ports_at)} : Transport{};
  };
  const auto has_ports = [](std::uint32_t protocol) {
    return protocol == wire::kProtocolTcp || protocol == wire::kProtocolUdp;
  };
  std::uint32_t crc = 0;
  if (type == kIpv4) {
    const std::size_t size = (first & 0xfU) * 4U;
    if (first >> 4 != 4 || size < 20 || frame.size() < at + size + kPortsSize) return kNotCommon;
    const auto source = wire::raw<std::uint32_t>(frame, at + 12);
    const auto destination = wire::raw<std::uint32_t>(frame, at + 16);
    const auto fragment_ttl_protocol = wire::raw<std::uint32_t>(frame, at + 6);
    if ((fragment_ttl_protocol & kMoreFragmentsAndOffset) != 0) {
      crc = fold_ipv4<direction>(source, destination, 0, 0);
    } else {
      if (!has_ports(fragment_ttl_protocol >> 24)) return kNotCommon;
      const auto transport = transport_of(static_cast<std::uint8_t>(fragment_ttl_protocol >> 24), at + size);
      crc = fold_ipv4<direction>(source, destination, transport.protocol, transport.ports);
    }
  } else if (type == kIpv6) {
    if (first >> 4 != 6 || frame.size() < at + kIpv6Size + kPortsSize) return kNotCommon;
    const std::uint8_t next = wire::u8_at(frame, at + 6);
    if (!has_ports(next)) return kNotCommon;
    const auto transport = transport_of(next, at + kIpv6Size);
    crc = fold_ipv6<direction>(wire::raw<Ipv6Halves>(frame, at + 8), wire::raw<Ipv6Halves>(frame, at + 24),
                               transport.protocol, transport.ports);
  } else {
    return kNotCommon;
  }
  return fold_mac_ends<kReads.mac, direction>(frame, crc);
}

}  // namespace detail

/// The hash of one frame, before the mix. `other(frame)` is called for what is not known to be IP: where
/// somebody looks for frames of another kind, most need no second reading.
template <HashPolicy policy, Direction direction, typename Other>
[[nodiscard, gnu::always_inline]] inline std::uint32_t fold(std::span<const std::byte> frame,
                                                            Other&& other) noexcept {
  constexpr HashFields kReads = row_of(policy).reads;
  if constexpr (kReads.ip == Ends::none && !kReads.vlan) {
    other(frame);
    if (frame.size() >= detail::kEthernetHeaderSize)
      return detail::fold_mac_ends<kReads.mac, direction>(frame, 0);
  }
  if constexpr (kReads.ip != Ends::none) {
    if (detail::is_plain_ipv4(frame)) {
      if (!kReads.tunnel ||
          !detail::may_be_tunnel(wire::u8_at(frame, 23), wire::raw<std::uint32_t>(frame, 34)))
        return detail::fold_plain_ipv4<policy, direction>(frame);
    } else {
      if constexpr (kReads.ip == Ends::both && !kReads.tunnel)
        if (const std::uint64_t common = detail::fold_common<policy, direction>(frame);
            common != detail::kNotCommon)
          return static_cast<std::uint32_t>(common);
      other(frame);
    }
  }
  if constexpr (kReads.ip == Ends::none && kReads.vlan) other(frame);
  return fold_frame<policy, direction>(frame);
}
template <HashPolicy policy, Direction direction>
[[nodiscard, gnu::always_inline]] inline std::uint32_t fold(std::span<const std::byte> frame) noexcept {
  return fold<policy, direction>(frame, [](std::span<const std::byte>) noexcept {});
}

/// One frame under settings known at run time only: for tools and tests; ignores use_nic_hash.
[[nodiscard]] std::uint32_t flow_hash(std::span<const std::byte> frame,
                                      const FlowHashSettings& settings) noexcept;

namespace detail {
// Halves the rows that are left, so that a policy costs four comparisons, not one for each row before its
// own.
template <std::size_t first, std::size_t count, typename Use>
[[gnu::always_inline]] inline decltype(auto) use_row(const FlowHashSettings& settings, Use&& use) {
  if constexpr (count > 1) {
    constexpr std::size_t kHalf = count / 2;
    if (settings.policy < kHashPolicies[first + kHalf].policy) return use_row<first, kHalf>(settings, use);
    return use_row<first + kHalf, count - kHalf>(settings, use);
  } else {
    constexpr const HashPolicyRow& kRow = kHashPolicies[first];
    if constexpr (kRow.reads.has_directions())
      if (settings.symmetric) return use.template operator()<kRow.policy, Direction::ignored>();
    return use.template operator()<kRow.policy, Direction::matters>();
  }
}
}  // namespace detail

/// Calls `use.template operator()<policy, direction>()` with the settings turned into constants.
template <typename Use>
decltype(auto) with_policy(const FlowHashSettings& settings, Use&& use) {
  return detail::use_row<0, kHashPolicies.size()>(settings, use);
}

}  // namespace lagoon::dist
