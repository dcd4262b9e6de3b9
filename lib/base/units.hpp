// Quantities with a unit in their type.
#pragma once

#include <cstdint>

#include "base/strong.hpp"

namespace lagoon {

using BitsPerSecond = Strong<struct BitsPerSecondTag, std::uint64_t>;

[[nodiscard]] constexpr BitsPerSecond mbps(std::uint64_t megabits) noexcept {
  return BitsPerSecond{megabits * 1'000'000};
}
[[nodiscard]] constexpr std::uint64_t to_mbps(BitsPerSecond speed) noexcept {
  return speed.value() / 1'000'000;
}

}  // namespace lagoon
