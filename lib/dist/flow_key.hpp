// FlowKey: the fields of one conversation under one policy, folded into 32 bits; what is to come is a keyed
// mix (flow_hash.hpp). These functions are what both the fast path and the general walk compute, so that a
// conversation hashes alike whichever of them saw its frame.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "dist/crc32c.hpp"
#include "wire/flow/flow_headers.hpp"

namespace lagoon::dist {

enum class Direction : std::uint8_t {
  matters,
  ignored,  // both directions of a conversation are one
};

[[nodiscard]] constexpr std::uint32_t swap_ports(std::uint32_t ports) noexcept {
  return ports << 16 | ports >> 16;
}

/// `protocol` and `ports` are 0 where the policy or the frame has none.
template <Direction direction>
[[nodiscard, gnu::always_inline]] inline std::uint32_t fold_ipv4(std::uint32_t source,
                                                                 std::uint32_t destination,
                                                                 std::uint8_t protocol,
                                                                 std::uint32_t ports) noexcept {
  if constexpr (direction == Direction::ignored) {
    const std::uint64_t from = std::uint64_t{source} << 16 | (ports & 0xffffU);
    const std::uint64_t to = std::uint64_t{destination} << 16 | ports >> 16;
    if (from > to) {
      std::swap(source, destination);
      ports = swap_ports(ports);
    }
  }
  return crc32c(crc32c(protocol, std::uint64_t{destination} << 32 | source), ports);
}

/// The same of IPv6: addresses as two halves each, in the order of the frame.
using Ipv6Halves = std::array<std::uint64_t, 2>;
template <Direction direction>
[[nodiscard, gnu::always_inline]] inline std::uint32_t fold_ipv6(Ipv6Halves source, Ipv6Halves destination,
                                                                 std::uint8_t protocol,
                                                                 std::uint32_t ports) noexcept {
  if constexpr (direction == Direction::ignored) {
    if (source > destination || (source == destination && (ports & 0xffffU) > ports >> 16)) {
      std::swap(source, destination);
      ports = swap_ports(ports);
    }
  }
  const std::uint32_t from = crc32c(crc32c(protocol, source[0]), source[1]);
  return crc32c(crc32c(crc32c(from, destination[0]), destination[1]), ports);
}

template <Direction direction>
[[nodiscard, gnu::always_inline]] inline std::uint32_t fold_macs(std::uint32_t crc, std::uint64_t source,
                                                                 std::uint64_t destination) noexcept {
  if constexpr (direction == Direction::ignored)
    if (source > destination) std::swap(source, destination);
  return crc32c(crc32c(crc, destination), source);
}

}  // namespace lagoon::dist
