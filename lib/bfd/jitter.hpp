#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace lagoon::bfd {

/// RFC 5880 6.8.7: packets come 75 to 100 % of the interval apart, and with a multiplier of 1 at most 90 %,
/// so that two ends do not fall into step. One seed gives one course.
class Jitter {
 public:
  explicit constexpr Jitter(std::uint64_t seed) noexcept : random_{seed != 0 ? seed : 1} {}

  constexpr void draw(std::uint8_t multiplier) noexcept {
    // xorshift64* (Vigna 2014); its upper half, scaled.
    random_ ^= random_ >> 12;
    random_ ^= random_ << 25;
    random_ ^= random_ >> 27;
    const std::uint64_t upper = (random_ * 0x2545'f491'4f6c'dd1dU) >> 32;
    const std::uint64_t choices = (multiplier == 1 ? kMostOfOne : kWhole) - kLeast + 1;
    part_ = kLeast + (upper * choices >> 32);
  }
  [[nodiscard]] constexpr Duration of(Duration interval) const noexcept {
    return interval * static_cast<std::int64_t>(part_) / static_cast<std::int64_t>(kWhole);
  }

 private:
  static constexpr std::uint64_t kWhole = 1000, kLeast = 750, kMostOfOne = 900;
  std::uint64_t random_;
  std::uint64_t part_ = kWhole;
};

}  // namespace lagoon::bfd
