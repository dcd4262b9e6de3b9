#include "base/mac_address.hpp"

#include <charconv>
#include <cstddef>

namespace lagoon {

std::string to_string(const MacAddress& mac) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(17);
  for (const std::uint8_t octet : mac.octets) {
    if (!text.empty()) text += ':';
    text += digits[octet >> 4];
    text += digits[octet & 0xf];
  }
  return text;
}

std::optional<MacAddress> parse_mac_address(std::string_view text) noexcept {
  if (text.size() != 17) return std::nullopt;
  const char separator = text[2];
  if (separator != ':' && separator != '-') return std::nullopt;
  MacAddress mac;
  for (std::size_t i = 0; i < mac.octets.size(); ++i) {
    const char* const first = text.data() + i * 3;
    if (i > 0 && first[-1] != separator) return std::nullopt;
    if (first[0] == '-') return std::nullopt;
    const auto [end, error] = std::from_chars(first, first + 2, mac.octets[i], 16);
    if (error != std::errc{} || end != first + 2) return std::nullopt;
  }
  return mac;
}

}  // namespace lagoon
