// Sorts a burst by member, stably. Up to eight members: in one pass, with a track of packets for each and all
// counts in one register, for a count in memory makes each packet wait for the one before it on the same
// member. More: by counting.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"
#include "dist/flow_hash.hpp"
#include "dist/lanes.hpp"
#include "fast/distribute/burst_hash.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

static_assert(kBurstMax < 256, "counts of packets are octets");

inline constexpr std::size_t kTracks = 8;

template <typename P>
struct Scattered {
  std::array<P*, kTracks * kBurstMax> packets;
  std::array<std::uint16_t, kMembersMax>
      begin;                                    // member m's packets are packets[begin[m]], count[m] of them;
  std::array<std::uint8_t, kMembersMax> count;  // both are set for distributing members only
  std::array<std::uint8_t, kBurstMax> member;   // of the burst's i-th packet

  [[nodiscard]] std::span<P*> of(std::uint8_t m) noexcept {
    return std::span{packets}.subspan(begin[m], count[m]);
  }
};

namespace detail {

template <typename P, typename HashOf>
inline void scatter_to_tracks(const dist::LaneMap& where, std::span<P* const> burst, HashOf hash_of,
                              Scattered<P>& out) noexcept {
  std::uint64_t counts = 0;  // octet m: packets of member m so far
  for (std::size_t i = 0; i < burst.size(); ++i) {
    const std::uint8_t m = where[dist::bucket_of(hash_of(i))];
    const unsigned shift = 8U * m;
    out.member[i] = m;
    out.packets[m * kBurstMax + (counts >> shift & 0xffU)] = burst[i];
    counts += std::uint64_t{1} << shift;
  }
  for (std::size_t m = 0; m < kTracks; ++m) {
    out.begin[m] = static_cast<std::uint16_t>(m * kBurstMax);
    out.count[m] = static_cast<std::uint8_t>(counts >> (8 * m));
  }
}

// Precondition: `out.member` and `out.count` are set.
template <typename P>
inline void place_counted(std::span<P* const> burst, Scattered<P>& out) noexcept {
  std::array<std::uint8_t, kMembersMax> next;
  std::uint8_t begin = 0;
  for (std::size_t m = 0; m < kMembersMax; ++m) {
    out.begin[m] = next[m] = begin;
    begin = static_cast<std::uint8_t>(begin + out.count[m]);
  }
  for (std::size_t i = 0; i < burst.size(); ++i) out.packets[next[out.member[i]]++] = burst[i];
}

template <typename P, typename HashOf>
inline void scatter_by_counting(const dist::LaneMap& where, std::span<P* const> burst, HashOf hash_of,
                                Scattered<P>& out) noexcept {
  out.count.fill(0);
  for (std::size_t i = 0; i < burst.size(); ++i) {
    out.member[i] = where[dist::bucket_of(hash_of(i))];
    ++out.count[out.member[i]];
  }
  place_counted<P>(burst, out);
}

}  // namespace detail

/// Precondition: `out.member` is set for each packet of the burst. Sets the rest, for all members.
template <typename P>
inline void scatter_by_member(std::span<P* const> burst, Scattered<P>& out) noexcept {
  out.count.fill(0);
  for (std::size_t i = 0; i < burst.size(); ++i) ++out.count[out.member[i]];
  detail::place_counted<P>(burst, out);
}

/// By bucket. `hash_of(i)`: of the burst's i-th packet. Precondition: `where` names members of `sending`.
template <typename P, typename HashOf>
inline void scatter(std::uint32_t sending, const dist::LaneMap& where, std::span<P* const> burst,
                    HashOf hash_of, Scattered<P>& out) noexcept {
  if (sending >> kTracks == 0)
    detail::scatter_to_tracks<P>(where, burst, hash_of, out);
  else
    detail::scatter_by_counting<P>(where, burst, hash_of, out);
}

}  // namespace lagoon::fast
