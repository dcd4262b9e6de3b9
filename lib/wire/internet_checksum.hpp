// The checksum of IPv4, IGMP, UDP and ICMPv6 (RFC 1071): the complement of the ones' complement sum of 16-bit
// words, and for UDP and ICMPv6 over a pseudo-header first (RFC 768, RFC 8200 8.1). A part of odd length may
// only come last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ip_address.hpp"

namespace lagoon::wire {

class InternetChecksum {
 public:
  constexpr InternetChecksum& add(std::span<const std::byte> octets) noexcept {
    for (std::size_t i = 0; i < octets.size(); ++i)
      sum_ += std::to_integer<std::uint64_t>(octets[i]) << (i % 2 == 0 ? 8 : 0);
    return *this;
  }
  /// Ipv4Address or Ipv6Address.
  template <typename Address>
  constexpr InternetChecksum& add_pseudo_header(const Address& from, const Address& to, std::size_t length,
                                                std::uint8_t protocol) noexcept {
    sum_ += length + protocol;
    for (std::size_t i = 0; i < from.octets.size(); ++i)
      sum_ += static_cast<std::uint64_t>(from.octets[i] + to.octets[i]) << (i % 2 == 0 ? 8 : 0);
    return *this;
  }
  /// What belongs into the field; 0 for octets that hold a right one already.
  [[nodiscard]] constexpr std::uint16_t value() const noexcept {
    std::uint64_t folded = sum_;
    while (folded > 0xffff) folded = (folded & 0xffff) + (folded >> 16);
    return static_cast<std::uint16_t>(~folded & 0xffff);
  }

 private:
  std::uint64_t sum_ = 0;
};

/// Writes the value at `at`. Precondition: it fits.
constexpr void put_checksum(std::span<std::byte> octets, std::size_t at, std::uint16_t value) noexcept {
  octets[at] = static_cast<std::byte>(value >> 8);
  octets[at + 1] = static_cast<std::byte>(value & 0xff);
}

}  // namespace lagoon::wire
