// The automatic key: ports of one LAG may aggregate when their speed and duplex are the same (6.3.5).
//
// 16 bits: 9 of the LAG's number, 6 of the speed, 1 of the duplex. Every speed in kKeySpeeds has a code of
// its own. A speed that is not listed shares its code only with others not listed within half an octave.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/link_state.hpp"
#include "base/units.hpp"

namespace lagoon::lacp {

inline constexpr std::uint16_t kLagNumberMax = 511;

/// In megabits per second.
inline constexpr std::array<std::uint32_t, 16> kKeySpeedsMbps{
    10,     100,    1'000,  2'500,  5'000,   10'000,  14'000,  20'000,
    25'000, 40'000, 50'000, 56'000, 100'000, 200'000, 400'000, 800'000};

/// Instead of a speed's code, where ports of all speeds may aggregate. That of a port whose speed is unknown,
/// which has no other group to be taken for.
inline constexpr std::uint16_t kAnySpeedCode = 1;

/// 1: unknown; then the listed speeds; then two codes for each power of two up to 8 Tb/s and above.
[[nodiscard]] constexpr std::uint16_t key_speed_code(BitsPerSecond speed) noexcept {
  constexpr std::size_t first_listed = 2;
  constexpr std::size_t first_other = first_listed + kKeySpeedsMbps.size();
  constexpr std::size_t last = 63;
  if (speed == BitsPerSecond{}) return 1;
  const std::uint64_t megabits = to_mbps(speed);
  const auto* const listed = std::ranges::find(kKeySpeedsMbps, megabits);
  if (listed != kKeySpeedsMbps.end())
    return static_cast<std::uint16_t>(first_listed +
                                      static_cast<std::size_t>(listed - kKeySpeedsMbps.begin()));
  const std::uint64_t size = std::max<std::uint64_t>(megabits, 1);
  const auto octave = static_cast<std::size_t>(std::bit_width(size) - 1);
  const bool upper_half = octave > 0 && ((size >> (octave - 1)) & 1U) != 0;
  return static_cast<std::uint16_t>(std::min(first_other + 2 * octave + (upper_half ? 1 : 0), last));
}

/// Never 0, and different for two listed speeds (unless any_speed), two duplexes or two LAGs. Precondition:
/// lag_number <= kLagNumberMax.
[[nodiscard]] constexpr std::uint16_t automatic_key(std::uint16_t lag_number, const LinkState& link,
                                                    bool any_speed = false) noexcept {
  const std::uint16_t speed = any_speed ? kAnySpeedCode : key_speed_code(link.speed);
  return static_cast<std::uint16_t>((lag_number << 7) | (speed << 1) | (link.full_duplex ? 1 : 0));
}

/// The LAG whose automatic keys `key` is one of.
[[nodiscard]] constexpr std::uint16_t lag_number_of(std::uint16_t key) noexcept {
  return static_cast<std::uint16_t>(key >> 7);
}

}  // namespace lagoon::lacp
