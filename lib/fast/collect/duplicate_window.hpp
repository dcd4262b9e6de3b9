// DuplicateWindow: which frames have come in lately, and over which members, so that of the copies that a
// broadcasting partner sends one is delivered. Four-way set-associative, bounded: what is pushed out, or
// older than kFrames frames, is forgotten, and its late copy is delivered.
//
// Frames with equal octets are one frame. The same from the same member again is a new one, though, so that a
// member that is alone loses nothing; of equal frames that follow each other closely, copies may then get
// through (docs/fastpath.md). Thread: the worker that owns it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/ids.hpp"

namespace lagoon::fast {

class DuplicateWindow {
 public:
  static constexpr std::uint32_t kFrames = 4096;

  /// Whether another member has brought this frame and this one has not; takes note of it.
  [[nodiscard]] bool is_duplicate(MemberIndex member, std::uint64_t digest) noexcept {
    const std::uint32_t bit = std::uint32_t{1} << member.value();
    ++now_;
    Set& set = sets_[digest & (kSets - 1)];
    Entry* entry = &set.ways[0];
    for (Entry& e : set.ways) {
      if (e.digest == digest && e.members != 0) {
        entry = &e;
        break;
      }
      if (now_ - e.seen > now_ - entry->seen) entry = &e;
    }
    const bool known = entry->digest == digest && entry->members != 0 && now_ - entry->seen <= kFrames;
    if (known && (entry->members & bit) == 0) {
      entry->members |= bit;
      return true;
    }
    *entry = {digest, bit, now_};
    return false;
  }

 private:
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kSets = kFrames / kWays;
  struct Entry {
    std::uint64_t digest = 0;
    std::uint32_t members = 0;  // bit set: over whom it has come; 0: empty
    std::uint32_t seen = 0;     // number of the frame that was the first
  };
  struct alignas(64) Set {
    std::array<Entry, kWays> ways{};
  };

  std::uint32_t now_ = 0;  // frames so far; may wrap
  std::array<Set, kSets> sets_{};
};

}  // namespace lagoon::fast
