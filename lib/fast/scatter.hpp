// Sorts a burst by member, stably, by counting: up to eight members with all counts in one register, for a
// count in memory makes each packet wait for the one before it on the same member.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

static_assert(kBurstMax < 256, "positions in a burst are octets");

template <typename P>
struct Scattered {
  std::array<P*, kBurstMax> packets;               // by member, in the burst's order within a member
  std::array<std::uint8_t, kBurstMax> member;      // of the burst's i-th packet
  std::array<std::uint8_t, kMembersMax + 1> ends;  // member m's packets end at ends[m]; set for m < members
};

namespace detail {

inline constexpr std::size_t kRegisterMembers = 8;

inline constexpr auto kLaneOne = [] {
  std::array<std::uint64_t, kRegisterMembers> ones{};
  for (std::size_t m = 0; m < kRegisterMembers; ++m) ones[m] = std::uint64_t{1} << (8 * m);
  return ones;
}();

}  // namespace detail

/// `hashes` holds one for each packet of `burst`. Precondition: the table has a distributing member.
template <typename P>
inline void scatter(const table::PortTable& table, std::span<P* const> burst,
                    std::span<const std::uint32_t> hashes, Scattered<P>& out) noexcept {
  const std::size_t count = burst.size();
  if (table.distributing >> detail::kRegisterMembers == 0) {
    std::uint64_t counts = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint8_t m = table.member(hashes[i]).value();
      out.member[i] = m;
      counts += detail::kLaneOne[m];
    }
    // Octet m of the product is the sum of the counts of members 0 to m.
    const std::uint64_t ends = counts * 0x0101'0101'0101'0101U;
    std::uint64_t next = ends << 8;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint8_t m = out.member[i];
      out.packets[next >> (8U * m) & 0xffU] = burst[i];
      next += detail::kLaneOne[m];
    }
    for (std::size_t m = 0; m < detail::kRegisterMembers; ++m)
      out.ends[m] = static_cast<std::uint8_t>(ends >> (8 * m));
    return;
  }
  std::array<std::uint8_t, kMembersMax> next{};
  for (std::size_t i = 0; i < count; ++i) {
    out.member[i] = table.member(hashes[i]).value();
    ++next[out.member[i]];
  }
  std::uint8_t begin = 0;
  for (std::size_t m = 0; m < kMembersMax; ++m) {
    const std::uint8_t end = static_cast<std::uint8_t>(begin + next[m]);
    out.ends[m] = end;
    next[m] = begin;
    begin = end;
  }
  for (std::size_t i = 0; i < count; ++i) out.packets[next[out.member[i]]++] = burst[i];
}

}  // namespace lagoon::fast
