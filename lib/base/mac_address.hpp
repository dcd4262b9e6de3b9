// MacAddress: six octets, ordered as 802.1AX compares System Identifiers (most significant octet first).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lagoon {

struct MacAddress {
  std::array<std::uint8_t, 6> octets{};

  [[nodiscard]] constexpr bool is_zero() const noexcept { return octets == std::array<std::uint8_t, 6>{}; }
  [[nodiscard]] constexpr bool is_group() const noexcept { return (octets[0] & 1U) != 0; }
  friend constexpr auto operator<=>(const MacAddress&, const MacAddress&) noexcept = default;
};

/// "02:4c:41:00:00:01".
[[nodiscard]] std::string to_string(const MacAddress& mac);
/// Six pairs of hexadecimal digits, separated by ':' throughout or by '-' throughout.
[[nodiscard]] std::optional<MacAddress> parse_mac_address(std::string_view text) noexcept;

}  // namespace lagoon
