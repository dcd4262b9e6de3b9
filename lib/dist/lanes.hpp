// Lanes: what moves as one from member to member, in order. A lane is a bucket of the flow hash, or a pin:
// one conversation that has an entry of its own, because it is so large that it can't share its bucket's
// member.
//
// Lanes 0 .. kBuckets - 1 are the buckets, the kPins behind them are the pins. A flow hash of 32 bits stands
// for a conversation: two conversations with one hash are treated as one, which keeps both in order.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "dist/bucket_map.hpp"

namespace lagoon::dist {

inline constexpr std::size_t kPins = 64;
inline constexpr std::size_t kLanes = kBuckets + kPins;

using LaneMap = std::array<std::uint8_t, kLanes>;  // MemberIndex of each lane

/// A pin, by position: its lane is kBuckets + position.
struct Pin {
  std::uint32_t hash = 0;  // of the conversation
  bool used = false;
  friend constexpr bool operator==(const Pin&, const Pin&) noexcept = default;
};
using Pins = std::array<Pin, kPins>;

[[nodiscard]] constexpr std::size_t bucket_of(std::uint32_t hash) noexcept {
  return hash & (kBuckets - 1);
}

/// A set of lanes: one bit each.
class LaneSet {
 public:
  static constexpr std::size_t kWords = (kLanes + 63) / 64;
  [[nodiscard]] constexpr bool contains(std::size_t lane) const noexcept {
    return (words_[lane / 64] >> (lane % 64) & 1U) != 0;
  }
  constexpr void insert(std::size_t lane) noexcept { words_[lane / 64] |= std::uint64_t{1} << (lane % 64); }
  constexpr void erase(std::size_t lane) noexcept { words_[lane / 64] &= ~(std::uint64_t{1} << (lane % 64)); }
  constexpr void clear() noexcept { words_.fill(0); }
  [[nodiscard]] constexpr bool empty() const noexcept {
    std::uint64_t any = 0;
    for (const std::uint64_t word : words_) any |= word;
    return any == 0;
  }
  [[nodiscard]] constexpr std::size_t size() const noexcept {
    std::size_t count = 0;
    for (const std::uint64_t word : words_) count += static_cast<std::size_t>(std::popcount(word));
    return count;
  }
  [[nodiscard]] constexpr std::uint64_t word(std::size_t i) const noexcept { return words_[i]; }
  constexpr void set_word(std::size_t i, std::uint64_t bits) noexcept { words_[i] = bits; }
  /// Calls `use(lane)` for each, in order.
  template <typename Use>
  constexpr void each(Use use) const {
    for (std::size_t w = 0; w < kWords; ++w)
      for (std::uint64_t left = words_[w]; left != 0; left &= left - 1)
        use(w * 64 + static_cast<std::size_t>(std::countr_zero(left)));
  }
  friend constexpr bool operator==(const LaneSet&, const LaneSet&) noexcept = default;

 private:
  std::array<std::uint64_t, kWords> words_{};
};

}  // namespace lagoon::dist
