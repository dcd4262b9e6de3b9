// Internet addresses as values, in network order.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/mac_address.hpp"

namespace lagoon {

struct Ipv4Address {
  std::array<std::uint8_t, 4> octets{};
  [[nodiscard]] constexpr bool is_zero() const noexcept { return octets == std::array<std::uint8_t, 4>{}; }
  friend constexpr auto operator<=>(const Ipv4Address&, const Ipv4Address&) noexcept = default;
};

struct Ipv6Address {
  std::array<std::uint8_t, 16> octets{};
  [[nodiscard]] constexpr bool is_zero() const noexcept { return octets == std::array<std::uint8_t, 16>{}; }
  friend constexpr auto operator<=>(const Ipv6Address&, const Ipv6Address&) noexcept = default;
};

using IpAddress = std::variant<Ipv4Address, Ipv6Address>;

/// An address of a station, and the VLAN in which it is there (nothing: untagged).
struct HostAddress {
  IpAddress address{};
  std::optional<std::uint16_t> vlan{};
  friend constexpr auto operator<=>(const HostAddress&, const HostAddress&) noexcept = default;
};

/// "10.0.0.1"; RFC 5952 for IPv6.
[[nodiscard]] std::string to_string(const Ipv4Address& address);
[[nodiscard]] std::string to_string(const Ipv6Address& address);
[[nodiscard]] std::string to_string(const IpAddress& address);
/// "10.0.0.1", or with a VLAN "10.0.0.1@5".
[[nodiscard]] std::string to_string(const HostAddress& host);

/// Four decimal numbers without leading zeros.
[[nodiscard]] std::optional<Ipv4Address> parse_ipv4_address(std::string_view text) noexcept;
/// RFC 4291 2.2, all three forms; no zone.
[[nodiscard]] std::optional<Ipv6Address> parse_ipv6_address(std::string_view text) noexcept;
[[nodiscard]] std::optional<IpAddress> parse_ip_address(std::string_view text) noexcept;
/// An address, or an address and "@" and a VLAN from 1 to 4094.
[[nodiscard]] std::optional<HostAddress> parse_host_address(std::string_view text) noexcept;

/// fe80:: with the interface identifier made of a MAC address (RFC 4291 appendix A).
[[nodiscard]] Ipv6Address link_local_address(const MacAddress& mac) noexcept;

}  // namespace lagoon
