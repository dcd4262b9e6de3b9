// PinIndex: finds the pin of a conversation, if it has one. Built by the control lcore, read by workers; one
// bit says whether a bucket has any pin at all.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dist/lanes.hpp"

namespace lagoon::table {

class PinIndex {
 public:
  void build(const dist::Pins& pins) noexcept {
    pins_ = pins;
    buckets_.fill(0);
    slots_.fill(kEmpty);
    any_ = false;
    for (std::size_t i = 0; i < pins.size(); ++i) {
      if (!pins[i].used) continue;
      any_ = true;
      const std::size_t bucket = dist::bucket_of(pins[i].hash);
      buckets_[bucket / 64] |= std::uint64_t{1} << (bucket % 64);
      std::size_t at = home_of(pins[i].hash);
      while (slots_[at] != kEmpty) at = (at + 1) % kSlots;
      slots_[at] = static_cast<std::uint8_t>(i);
    }
  }

  [[nodiscard]] bool any() const noexcept { return any_; }
  [[nodiscard]] const dist::Pins& pins() const noexcept { return pins_; }
  /// The pin's lane, or the bucket's.
  [[nodiscard]] std::size_t lane_of(std::uint32_t hash) const noexcept {
    const std::size_t bucket = dist::bucket_of(hash);
    if ((buckets_[bucket / 64] >> (bucket % 64) & 1U) == 0) [[likely]]
      return bucket;
    for (std::size_t at = home_of(hash); slots_[at] != kEmpty; at = (at + 1) % kSlots)
      if (pins_[slots_[at]].hash == hash) return dist::kBuckets + slots_[at];
    return bucket;
  }

 private:
  static constexpr std::size_t kSlots = 2 * dist::kPins;  // half of them stay empty, so every search ends
  static constexpr std::uint8_t kEmpty = 0xff;
  static_assert(dist::kPins < kEmpty);
  [[nodiscard]] static constexpr std::size_t home_of(std::uint32_t hash) noexcept {
    return (hash >> 12) % kSlots;
  }
  [[nodiscard]] static constexpr std::array<std::uint8_t, kSlots> all_empty() noexcept {
    std::array<std::uint8_t, kSlots> slots{};
    slots.fill(kEmpty);
    return slots;
  }

  bool any_ = false;
  std::array<std::uint64_t, dist::kBuckets / 64> buckets_{};
  std::array<std::uint8_t, kSlots> slots_ = all_empty();
  dist::Pins pins_{};
};

}  // namespace lagoon::table
