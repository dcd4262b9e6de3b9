// Sorts a burst by member, stably, in one pass: each member has a track of packets, and the octets of each
// are summed on the way, while the packet's first cache line is at hand. With up to eight members all counts
// are in one register, for a count in memory makes each packet wait for the one before it on the same member.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/ids.hpp"
#include "fast/concepts.hpp"

#ifdef __SSSE3__
#include <tmmintrin.h>
#endif

namespace lagoon::fast {

static_assert(kBurstMax < 128, "a count of packets leaves its octet's highest bit free");

/// What of a burst goes to whom. What is said of a member is for members of `used` only.
template <typename P>
struct Scattered {
  std::uint32_t used;                          // bit set of members that have packets
  std::array<std::uint8_t, kBurstMax> member;  // of the burst's i-th packet
  std::array<std::uint8_t, kMembersMax> count;
  std::array<std::uint64_t, kMembersMax> octets;
  // Member m's packets begin at m * kTrack. Tracks that begin at a power of two would share few sets of the
  // cache.
  static constexpr std::size_t kTrack = kBurstMax + 8;
  std::array<P*, kMembersMax * kTrack> tracks;

  [[nodiscard]] std::span<P*> of(std::uint8_t m) noexcept {
    return std::span{tracks}.subspan(m * kTrack, count[m]);
  }
};

namespace detail {

// Members whose counts fit one register.
inline constexpr std::size_t kCountsInRegister = 8;

/// Bit m: octet m is not 0. Precondition: no octet is above 127.
[[nodiscard]] constexpr std::uint32_t octets_in_use(std::uint64_t octets) noexcept {
  constexpr std::uint64_t kLow = 0x7f7f'7f7f'7f7f'7f7fU;
  const std::uint64_t ones = (octets + kLow) >> 7 & 0x0101'0101'0101'0101U;
  // Octet k is moved to bit 56 + k, and no two meet.
  return static_cast<std::uint32_t>(ones * 0x0102'0408'1020'4080U >> 56);
}
static_assert(octets_in_use(0) == 0 && octets_in_use(0x7f00'0000'0000'0001U) == 0x81);

template <Packet P>
inline void scatter_to_few(std::span<P* const> burst, Scattered<P>& out) noexcept {
  for (std::size_t m = 0; m < kCountsInRegister; ++m) out.octets[m] = 0;
  std::uint64_t counts = 0;  // octet m: packets of member m so far
  for (std::size_t i = 0; i < burst.size(); ++i) {
    const std::size_t m = out.member[i];
    const std::size_t shift = 8 * m;
    out.tracks[m * Scattered<P>::kTrack + (counts >> shift & 0xffU)] = burst[i];
    counts += std::uint64_t{1} << shift;
    out.octets[m] += PacketTraits<P>::length(*burst[i]);
  }
  out.used = octets_in_use(counts);
  for (std::size_t m = 0; m < kCountsInRegister; ++m)
    out.count[m] = static_cast<std::uint8_t>(counts >> (8 * m));
}

// The count of each of kMembersMax members in two vectors: what is read of them does not wait for memory, and
// one addition counts.
#ifdef __SSSE3__
class Counts {
 public:
  /// How many the member had; and one more.
  [[nodiscard, gnu::always_inline]] std::size_t take(std::size_t m) noexcept {
    const Row& row = kRows[m];
    const __m128i low = _mm_shuffle_epi8(low_, load(row.pick[0]));
    const __m128i high = _mm_shuffle_epi8(high_, load(row.pick[1]));
    low_ = _mm_add_epi8(low_, load(row.one[0]));
    high_ = _mm_add_epi8(high_, load(row.one[1]));
    return static_cast<std::size_t>(_mm_cvtsi128_si32(_mm_or_si128(low, high)));
  }
  void store(std::array<std::uint8_t, kMembersMax>& out) const noexcept {
    std::memcpy(out.data(), &low_, sizeof low_);
    std::memcpy(out.data() + sizeof low_, &high_, sizeof high_);
  }

 private:
  using Half = std::array<std::uint8_t, 16>;
  struct alignas(16) Row {
    std::array<Half, 2> pick;  // the member's octet to the lowest place, and 0 elsewhere
    std::array<Half, 2> one;   // at the member's octet
  };
  static constexpr std::array<Row, kMembersMax> kRows = [] {
    std::array<Row, kMembersMax> rows{};
    for (std::size_t m = 0; m < kMembersMax; ++m) {
      for (Half& half : rows[m].pick) half.fill(0x80);
      rows[m].pick[m / 16][0] = static_cast<std::uint8_t>(m % 16);
      rows[m].one[m / 16][m % 16] = 1;
    }
    return rows;
  }();
  static_assert(kMembersMax == 32);
  [[nodiscard, gnu::always_inline]] static __m128i load(const Half& half) noexcept {
    return _mm_load_si128(static_cast<const __m128i*>(static_cast<const void*>(half.data())));
  }
  __m128i low_ = _mm_setzero_si128();
  __m128i high_ = _mm_setzero_si128();
};
#else
class Counts {
 public:
  [[nodiscard]] std::size_t take(std::size_t m) noexcept { return counts_[m]++; }
  void store(std::array<std::uint8_t, kMembersMax>& out) const noexcept { out = counts_; }

 private:
  std::array<std::uint8_t, kMembersMax> counts_{};
};
#endif

template <Packet P>
inline void scatter_to_many(std::span<P* const> burst, Scattered<P>& out) noexcept {
  out.octets.fill(0);
  Counts counts;
  std::uint32_t used = 0;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    const std::size_t m = out.member[i];
    out.tracks[m * Scattered<P>::kTrack + counts.take(m)] = burst[i];
    out.octets[m] += PacketTraits<P>::length(*burst[i]);
    used |= std::uint32_t{1} << m;
  }
  counts.store(out.count);
  out.used = used;
}

}  // namespace detail

/// Preconditions: `out.member` is set for each packet of the burst, to members of `sending`. Sets the rest.
template <Packet P>
inline void scatter_by_member(std::uint32_t sending, std::span<P* const> burst, Scattered<P>& out) noexcept {
  if (sending >> detail::kCountsInRegister == 0)
    detail::scatter_to_few<P>(burst, out);
  else
    detail::scatter_to_many<P>(burst, out);
}

}  // namespace lagoon::fast
