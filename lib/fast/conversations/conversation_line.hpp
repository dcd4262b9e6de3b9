// ConversationLine: seven conversations in one cache line. What a look-up touches, and nothing more.
//
// The worker that owns the table writes; others may read an entry at any time (atomics, relaxed) and so get a
// member that was right a moment ago.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "table/conversation_size.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace lagoon::fast {

/// Why a conversation is where it is. 0 is no conversation.
enum class Placed : std::uint8_t {
  none,
  chosen,     // when it began, by the weights
  by_hash,    // when it began, as its bucket: there had been no room for it a moment before
  lost,       // its member does not carry frames any more
  drained,    // its member was drained
  less_used,  // its member was crowded, and it paused for long enough
  pinned,     // it had a pin for a while, and stayed where that was
};
inline constexpr std::array<std::string_view, 7> kPlacedNames{"none",    "chosen",    "by_hash", "lost",
                                                              "drained", "less_used", "pinned"};

struct alignas(64) ConversationLine {
  static constexpr std::size_t kWays = 7;

  std::array<std::uint32_t, kWays> hash;
  // Conversations that belong here by their hash, and found room elsewhere only. 255: or more.
  std::uint8_t displaced;
  std::array<std::uint8_t, kWays> where;   // member in 5 bits, Placed in 3
  std::array<std::uint16_t, kWays> since;  // when it came to its member, in ticks of 2^30 ns
  std::array<std::uint16_t, kWays> seen;   // its last frame, in ticks of 2^19 ns

  /// Bit set of ways in use.
  [[nodiscard]] unsigned used() const noexcept {
    unsigned bits = 0;
    for (std::size_t i = 0; i < kWays; ++i) bits |= (where[i] != 0 ? 1U : 0U) << i;
    return bits;
  }
  /// The way of a conversation; kWays: none.
  [[nodiscard]] std::size_t find(std::uint32_t wanted) const noexcept {
    unsigned bits = 0;
#ifdef __SSE2__
    static_assert(offsetof(ConversationLine, displaced) == 28);
    const __m128i key = _mm_set1_epi32(static_cast<int>(wanted));
    // The eighth word is no hash, so its bit is taken off.
    const auto* words = static_cast<const __m128i*>(static_cast<const void*>(this));
    const auto low = static_cast<unsigned>(_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(words[0], key))));
    const auto high =
        static_cast<unsigned>(_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(words[1], key))));
    bits = (low | high << 4) & 0x7fU;
#else
    for (std::size_t i = 0; i < kWays; ++i) bits |= (hash[i] == wanted ? 1U : 0U) << i;
#endif
    for (; bits != 0; bits &= bits - 1) {
      const auto way = static_cast<std::size_t>(std::countr_zero(bits));
      if (where[way] != 0) return way;
    }
    return kWays;
  }
  [[nodiscard]] std::uint8_t member(std::size_t way) const noexcept { return where[way] & 31U; }
  [[nodiscard]] Placed placed(std::size_t way) const noexcept { return static_cast<Placed>(where[way] >> 5); }
};
static_assert(sizeof(ConversationLine) == table::kConversationLineOctets);

namespace detail {
/// Stores for another thread to read; this one alone writes.
template <typename T>
void tell(T& place, T value) noexcept {
  std::atomic_ref<T>{place}.store(value, std::memory_order_relaxed);
}
template <typename T>
[[nodiscard]] T ask(T& place) noexcept {
  return std::atomic_ref<T>{place}.load(std::memory_order_relaxed);
}
}  // namespace detail

}  // namespace lagoon::fast
