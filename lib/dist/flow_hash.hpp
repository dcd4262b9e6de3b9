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

/// Makes a mixer of a seed only when the seed is another one: that is more than a frame's work.
class SeededMixer {
 public:
  [[nodiscard]] const FlowMixer& of(std::uint32_t seed) noexcept {
    if (seed != seed_) [[unlikely]] {
      seed_ = seed;
      mixer_ = FlowMixer{seed};
    }
    return mixer_;
  }

 private:
  std::uint32_t seed_ = 0;
  FlowMixer mixer_{0};
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

// What the functions below give for frames that are left to the general walk.
inline constexpr std::uint64_t kNotCommon = std::uint64_t{1} << 32;

// As they lie in the frame.
inline constexpr std::uint16_t kTagType = 0x0081;
inline constexpr std::uint16_t kIpv4Type = 0x0008;
inline constexpr std::uint16_t kIpv6Type = 0xdd86;
inline constexpr std::uint16_t kBridgedType = 0x5865;

// Whether what is looked at may itself be a tunnel, or lies in one.
enum class Inside : std::uint8_t { nothing, tunnel };

// TCP and UDP over IPv4 and IPv6, and IPv4's fragments, from `at` on; the MAC addresses that count are the
// frame's first. Precondition: one octet is there at `at`.
template <HashPolicy policy, Direction direction, Inside inside>
[[nodiscard, gnu::always_inline]] inline std::uint64_t fold_network(std::span<const std::byte> frame,
                                                                    std::size_t at,
                                                                    std::uint16_t type) noexcept {
  constexpr HashFields kReads = row_of(policy).reads;
  constexpr std::size_t kIpv6Size = 40, kPortsSize = 4;
  const std::uint8_t first = wire::u8_at(frame, at);
  const auto has_ports = [](std::uint32_t protocol) {
    return protocol == wire::kProtocolTcp || protocol == wire::kProtocolUdp;
  };
  const auto is_left = [](std::uint32_t protocol, std::uint32_t ports) {
    return kReads.tunnel && inside == Inside::nothing &&
           may_be_tunnel(static_cast<std::uint8_t>(protocol), ports);
  };
  std::uint32_t crc = 0;
  if (type == kIpv4Type) {
    const std::size_t size = (first & 0xfU) * 4U;
    if (first >> 4 != 4 || size < 20 || frame.size() < at + size + kPortsSize) return kNotCommon;
    const auto source = wire::raw<std::uint32_t>(frame, at + 12);
    const auto destination = wire::raw<std::uint32_t>(frame, at + 16);
    const auto fragment_ttl_protocol = wire::raw<std::uint32_t>(frame, at + 6);
    const std::uint32_t protocol = fragment_ttl_protocol >> 24;
    if ((fragment_ttl_protocol & kMoreFragmentsAndOffset) != 0) {
      crc = fold_ipv4<direction>(source, destination, 0, 0);
    } else {
      const auto ports = wire::raw<std::uint32_t>(frame, at + size);
      if (!has_ports(protocol) || is_left(protocol, ports)) return kNotCommon;
      crc = kReads.ports
                ? fold_ipv4<direction>(source, destination, static_cast<std::uint8_t>(protocol), ports)
                : fold_ipv4<direction>(source, destination, 0, 0);
    }
  } else if (type == kIpv6Type) {
    if (first >> 4 != 6 || frame.size() < at + kIpv6Size + kPortsSize) return kNotCommon;
    const std::uint8_t next = wire::u8_at(frame, at + 6);
    const auto ports = wire::raw<std::uint32_t>(frame, at + kIpv6Size);
    if (!has_ports(next) || is_left(next, ports)) return kNotCommon;
    const auto source = wire::raw<Ipv6Halves>(frame, at + 8);
    const auto destination = wire::raw<Ipv6Halves>(frame, at + 24);
    crc = kReads.ports ? fold_ipv6<direction>(source, destination, next, ports)
                       : fold_ipv6<direction>(source, destination, 0, 0);
  } else {
    return kNotCommon;
  }
  return fold_mac_ends<kReads.mac, direction>(frame, crc);
}

// Frames that are common, and not plain: those of fold_network(), behind at most one tag. A function of its
// own: inlined it would cost plain frames a cycle. (A std::optional is written in two parts and read as one,
// which stalls.)
template <HashPolicy policy, Direction direction, Inside inside = Inside::nothing>
[[nodiscard, gnu::noinline]] std::uint64_t fold_common(std::span<const std::byte> frame) noexcept {
  constexpr std::size_t kTagSize = 4;
  if (frame.size() < kPlainSize) return kNotCommon;
  std::size_t at = kEthernetHeaderSize;
  if (wire::raw<std::uint16_t>(frame, at - 2) == kTagType) at += kTagSize;
  asm("" : "+r"(at));  // GCC otherwise makes a sum of its own for each field that is read
  return fold_network<policy, direction, inside>(frame, at, wire::raw<std::uint16_t>(frame, at - 2));
}

// The Ethernet frame that lies in a tunnel.
template <HashPolicy policy, Direction direction>
[[nodiscard, gnu::always_inline]] inline std::uint64_t fold_inner_frame(
    std::span<const std::byte> frame) noexcept {
  if (is_plain_ipv4(frame)) return fold_plain_ipv4<policy, direction>(frame);
  return fold_common<policy, direction, Inside::tunnel>(frame);
}

// RFC 2784 and 2890, version 0. `at`: of the GRE header.
template <HashPolicy policy, Direction direction>
[[nodiscard]] inline std::uint64_t fold_gre(std::span<const std::byte> frame, std::size_t at) noexcept {
  constexpr std::uint16_t kChecksum = 0x0080, kKey = 0x0020, kSequence = 0x0010;  // as they lie in the frame
  constexpr std::uint16_t kKnown = kChecksum | kKey | kSequence;
  const auto flags = wire::raw<std::uint16_t>(frame, at);
  const auto type = wire::raw<std::uint16_t>(frame, at + 2);
  if ((flags & ~kKnown) != 0) return kNotCommon;
  at += 4;
  at += 4U * static_cast<unsigned>(__builtin_popcount(flags));
  if (frame.size() < at + kPlainSize) return kNotCommon;
  if (type == kBridgedType) return fold_inner_frame<policy, direction>(frame.subspan(at));
  return fold_network<policy, direction, Inside::tunnel>(frame, at, type);
}

// 3GPP TS 29.281 5.1, without extension headers. `at`: of the GTP-U header.
template <HashPolicy policy, Direction direction>
[[nodiscard]] inline std::uint64_t fold_gtp_u(std::span<const std::byte> frame, std::size_t at) noexcept {
  constexpr std::uint16_t kPduWithoutOptions = 0xff30;  // version 1, a PDU; as it lies in the frame
  if (wire::raw<std::uint16_t>(frame, at) != kPduWithoutOptions) return kNotCommon;
  at += 8;
  const bool v6 = wire::u8_at(frame, at) >> 4 == 6;
  return fold_network<policy, direction, Inside::tunnel>(frame, at, v6 ? kIpv6Type : kIpv4Type);
}

// Tunnels in untagged IPv4 without options, of what fold_common() knows: VXLAN (RFC 7348), GRE, GTP-U, IP in
// IP.
template <HashPolicy policy, Direction direction>
[[nodiscard, gnu::noinline]] std::uint64_t fold_tunnel(std::span<const std::byte> frame) noexcept {
  constexpr std::size_t kNetwork = kEthernetHeaderSize, kTransport = kNetwork + 20, kPayload = kTransport + 8;
  constexpr std::size_t kVxlanSize = 8;
  constexpr std::uint8_t kIpv4InIp = 4, kIpv6InIp = 41, kGre = 47;
  if (frame.size() < kPayload + kVxlanSize + kPlainSize) return kNotCommon;
  if (wire::raw<std::uint16_t>(frame, kNetwork - 2) != kIpv4Type || wire::u8_at(frame, kNetwork) != 0x45)
    return kNotCommon;
  const auto fragment_ttl_protocol = wire::raw<std::uint32_t>(frame, kNetwork + 6);
  if ((fragment_ttl_protocol & kMoreFragmentsAndOffset) != 0) return kNotCommon;
  switch (fragment_ttl_protocol >> 24) {
    case kGre:
      return fold_gre<policy, direction>(frame, kTransport);
    case kIpv4InIp:
      return fold_network<policy, direction, Inside::tunnel>(frame, kTransport, kIpv4Type);
    case kIpv6InIp:
      return fold_network<policy, direction, Inside::tunnel>(frame, kTransport, kIpv6Type);
    case wire::kProtocolUdp:
      break;
    default:
      return kNotCommon;
  }
  const std::uint16_t port = __builtin_bswap16(wire::raw<std::uint16_t>(frame, kTransport + 2));
  if (port == wire::kUdpPortGtpU) return fold_gtp_u<policy, direction>(frame, kPayload);
  constexpr std::uint8_t kInstance = 0x08;
  const bool is_vxlan = (port == wire::kUdpPortVxlan || port == wire::kUdpPortVxlanLinux) &&
                        (wire::u8_at(frame, kPayload) & kInstance) != 0;
  return is_vxlan ? fold_inner_frame<policy, direction>(frame.subspan(kPayload + kVxlanSize)) : kNotCommon;
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
    std::uint64_t common = detail::kNotCommon;
    if (detail::is_plain_ipv4(frame)) {
      if (!kReads.tunnel ||
          !detail::may_be_tunnel(wire::u8_at(frame, 23), wire::raw<std::uint32_t>(frame, 34)))
        return detail::fold_plain_ipv4<policy, direction>(frame);
    } else if constexpr (kReads.ip == Ends::both) {
      common = detail::fold_common<policy, direction>(frame);
    }
    if constexpr (kReads.tunnel)
      if (common == detail::kNotCommon) common = detail::fold_tunnel<policy, direction>(frame);
    if (common != detail::kNotCommon) return static_cast<std::uint32_t>(common);
    other(frame);
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
