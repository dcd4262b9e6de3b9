// Sorts a burst by member, stably, in one pass: each member has a track of packets, and the octets of each
// are summed on the way, while the packet's first cache line is at hand. With up to eight members all counts
// are in one register, for a count in memory makes each packet wait for the one before it on the same member.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"
#include "fast/concepts.hpp"

namespace lagoon::fast {

static_assert(kBurstMax < 256, "counts of packets are octets");

/// What of a burst goes to whom. For members that were scattered to only; the rest is not written.
template <typename P>
struct Scattered {
  std::array<std::uint8_t, kBurstMax> member;  // of the burst's i-th packet
  std::array<std::uint8_t, kMembersMax> count;
  std::array<std::uint64_t, kMembersMax> octets;
  std::array<P*, kMembersMax * kBurstMax> tracks;  // member m's packets begin at m * kBurstMax

  [[nodiscard]] std::span<P*> of(std::uint8_t m) noexcept {
    return std::span{tracks}.subspan(m * kBurstMax, count[m]);
  }
};

namespace detail {

// Members whose counts fit one register.
inline constexpr std::size_t kCountsInRegister = 8;

template <Packet P>
inline void scatter_to_few(std::span<P* const> burst, Scattered<P>& out) noexcept {
  for (std::size_t m = 0; m < kCountsInRegister; ++m) out.octets[m] = 0;
  std::uint64_t counts = 0;  // octet m: packets of member m so far
  for (std::size_t i = 0; i < burst.size(); ++i) {
    const std::size_t m = out.member[i];
    const std::size_t shift = 8 * m;
    out.tracks[m * kBurstMax + (counts >> shift & 0xffU)] = burst[i];
    counts += std::uint64_t{1} << shift;
    out.octets[m] += PacketTraits<P>::length(*burst[i]);
  }
  for (std::size_t m = 0; m < kCountsInRegister; ++m)
    out.count[m] = static_cast<std::uint8_t>(counts >> (8 * m));
}

template <Packet P>
inline void scatter_to_many(std::uint32_t sending, std::span<P* const> burst, Scattered<P>& out) noexcept {
  for (std::uint32_t members = sending; members != 0; members &= members - 1) {
    const auto m = static_cast<std::size_t>(std::countr_zero(members));
    out.count[m] = 0;
    out.octets[m] = 0;
  }
  for (std::size_t i = 0; i < burst.size(); ++i) {
    const std::size_t m = out.member[i];
    out.tracks[m * kBurstMax + out.count[m]++] = burst[i];
    out.octets[m] += PacketTraits<P>::length(*burst[i]);
  }
}

}  // namespace detail

/// Preconditions: `out.member` is set for each packet of the burst, to members of `sending`. Sets the rest.
template <Packet P>
inline void scatter_by_member(std::uint32_t sending, std::span<P* const> burst, Scattered<P>& out) noexcept {
  if (sending >> detail::kCountsInRegister == 0)
    detail::scatter_to_few<P>(burst, out);
  else
    detail::scatter_to_many<P>(sending, burst, out);
}

}  // namespace lagoon::fast
