// DSCP: the code points of the IP header's first six bits of TOS or Traffic Class, and their names
// (RFC 2474, 2597, 3246, 5865, 8622).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lagoon::qos {

inline constexpr std::size_t kCodePoints = 64;
inline constexpr std::size_t kPriorities = 8;  // of a VLAN tag: its PCP

struct NamedCodePoint {
  std::string_view name;
  std::uint8_t value;
};

inline constexpr std::array<NamedCodePoint, 24> kNamedCodePoints{
    {{"cs0", 0},   {"cs1", 8},   {"cs2", 16},  {"cs3", 24},  {"cs4", 32},  {"cs5", 40},
     {"cs6", 48},  {"cs7", 56},  {"af11", 10}, {"af12", 12}, {"af13", 14}, {"af21", 18},
     {"af22", 20}, {"af23", 22}, {"af31", 26}, {"af32", 28}, {"af33", 30}, {"af41", 34},
     {"af42", 36}, {"af43", 38}, {"va", 44},   {"ef", 46},   {"le", 1},    {"be", 0}}};

[[nodiscard]] constexpr std::optional<std::uint8_t> code_point_from(std::string_view name) noexcept {
  for (const NamedCodePoint& point : kNamedCodePoints)
    if (point.name == name) return point.value;
  return std::nullopt;
}

}  // namespace lagoon::qos
