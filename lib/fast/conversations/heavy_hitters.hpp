// HeavyHitters: finds the largest conversations of one worker and LAG in a fixed number of entries
// (Metwally, Agrawal, El Abbadi: Efficient Computation of Frequent and Top-k Elements in Data Streams, 2005,
// "Space-Saving", here with weights that decay).
//
// Use by a worker, for one frame of a burst chosen evenly: note(hash, member, octets of the burst). By the
// control lcore: each(), then next_epoch(), once an interval.
//
// Let W be the octets noted, each epoch's worth half of the next one's. Promised is: a conversation with
// more than W / kEntries has an entry. Its `octets` are what was noted of it since it got the entry: never
// too many, and too few by what came before, which was at most W / kEntries.
//
// Thread: the worker that owns it writes; the control lcore may read at any time. Hash and member are one
// word, so they belong together. An entry that gets another conversation while it is read is left out, or
// read as the old conversation with 0 octets: it is then one interval late, which the rebalancer's smoothing
// takes for a short pause.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/ids.hpp"

namespace lagoon::fast {

class HeavyHitters {
 public:
  static constexpr std::size_t kEntries = 128;

  struct Entry {
    std::uint32_t hash = 0;
    MemberIndex member{};      // over which it was sent last
    std::uint64_t octets = 0;  // grows while the conversation keeps its entry, which begins with 0
  };

  /// The owner.
  void note(std::uint32_t hash, MemberIndex member, std::uint32_t octets) noexcept {
    keep_pace();
    std::size_t at = position_of(hash_, hash);
    if (at == kEntries) {
      at = position_of(weight_, smallest_weight());
      hash_[at] = hash;
      octets_[at].store(0, std::memory_order_release);
    }
    const std::uint64_t name = name_of(hash, member);
    if (name_[at].load(std::memory_order_relaxed) != name) name_[at].store(name, std::memory_order_release);
    octets_[at].store(octets_[at].load(std::memory_order_relaxed) + octets, std::memory_order_release);
    // An entry never weighs less than the octets that it was noted with.
    const std::uint32_t grains = (octets >> kGrainBits) + 1;
    weight_[at] += std::min(grains, UINT32_MAX - weight_[at]);
  }

  /// The control lcore: the next note() halves all weights, so that what was large leaves in time.
  void next_epoch() noexcept { epoch_.fetch_add(1, std::memory_order_relaxed); }

  /// Calls `use(const Entry&)` for each conversation that has an entry.
  template <typename Use>
  void each(Use use) const {
    for (std::size_t i = 0; i < kEntries; ++i) {
      const std::uint64_t name = name_[i].load(std::memory_order_acquire);
      const std::uint64_t octets = octets_[i].load(std::memory_order_acquire);
      if ((name & kUsed) == 0 || name != name_[i].load(std::memory_order_relaxed)) continue;
      use(Entry{static_cast<std::uint32_t>(name), MemberIndex{static_cast<std::uint8_t>(name >> 32)},
                octets});
    }
  }

 private:
  using Words = std::array<std::uint32_t, kEntries>;
  static constexpr std::uint64_t kUsed = std::uint64_t{1} << 40;
  // Weights are in grains of 64 octets: in 32 bits, which compare four at a time, that is 256 GiB.
  static constexpr unsigned kGrainBits = 6;

  static constexpr std::uint64_t name_of(std::uint32_t hash, MemberIndex member) noexcept {
    return kUsed | std::uint64_t{member.value()} << 32 | hash;
  }
  // The last position, or kEntries. Without an early end, so that the compiler compares several at once.
  static std::size_t position_of(const Words& words, std::uint32_t value) noexcept {
    std::uint32_t behind = 0;
    for (std::uint32_t i = 0; i < kEntries; ++i) {
      const std::uint32_t here = (i + 1) & (words[i] == value ? UINT32_MAX : 0);
      behind = behind > here ? behind : here;
    }
    return behind == 0 ? kEntries : behind - 1;
  }
  [[nodiscard]] std::uint32_t smallest_weight() const noexcept {
    std::uint32_t smallest = UINT32_MAX;
    for (const std::uint32_t weight : weight_) smallest = smallest < weight ? smallest : weight;
    return smallest;
  }
  void keep_pace() noexcept {
    const std::uint32_t wanted = epoch_.load(std::memory_order_relaxed);
    if (wanted == paced_) [[likely]]
      return;
    const std::uint32_t halvings = std::min(wanted - paced_, 31U);
    for (std::uint32_t& weight : weight_) weight >>= halvings;
    paced_ = wanted;
  }

  // The owner's alone. An entry that was never used has weight 0 and is found for hash 0, as it may be.
  alignas(64) Words hash_{};
  Words weight_{};
  std::uint32_t paced_ = 0;  // epochs followed
  // Read by the control lcore.
  alignas(64) std::array<std::atomic<std::uint64_t>, kEntries> name_{};
  std::array<std::atomic<std::uint64_t>, kEntries> octets_{};
  // Written by the control lcore, once an interval.
  alignas(64) std::atomic<std::uint32_t> epoch_{0};
};

}  // namespace lagoon::fast
