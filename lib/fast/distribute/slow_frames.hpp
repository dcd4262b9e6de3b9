// Slow-protocol frames among those that are to be sent: on its links the LAG alone may say such (IEEE 802.3
// Annex 57A), so they are dropped. Policies that read headers find them on the way, and the others by
// kinds_in().
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

#include "fast/collect/punt.hpp"
#include "fast/concepts.hpp"
#include "fast/counters.hpp"
#include "fast/drop.hpp"

namespace lagoon::fast::detail {

/// What a policy returns in place of a number when it has found some, and has sent nothing.
inline constexpr std::size_t kSlowFound = std::numeric_limits<std::size_t>::max();

/// Of a whole burst.
struct KindsFound {
  bool slow = false;
  bool group = false;  // some are to a group address
};

/// In one pass without a branch for each frame's kind.
template <Packet P>
[[nodiscard]] inline KindsFound kinds_in(std::span<P* const> burst) noexcept {
  using Traits = PacketTraits<P>;
  constexpr std::size_t kAhead = 8;
  for (std::size_t i = 0; i < std::min(burst.size(), kAhead); ++i) Traits::prefetch(*burst[i]);
  KindsFound found;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    if (i + kAhead < burst.size()) Traits::prefetch(*burst[i + kAhead]);
    const auto frame = Traits::headers(*burst[i]);
    if (frame.size() < wire::kEthernetHeaderSize) [[unlikely]]
      continue;
    found.slow |= is_slow_protocol(frame);
    found.group |= (wire::u8_at(frame, 0) & 1U) != 0;
  }
  return found;
}

/// Drops them. Returns the others, in order: the burst's tail.
template <Packet P>
[[nodiscard, gnu::noinline]] std::span<P*> without_slow(std::span<P*> burst, LagCounters& counters) noexcept {
  std::size_t kept = burst.size();
  for (std::size_t i = burst.size(); i-- > 0;) {
    if (!is_slow_protocol(PacketTraits<P>::headers(*burst[i]))) {
      burst[--kept] = burst[i];
      continue;
    }
    counters.of(Drop::slow_from_port).add(1);
    PacketTraits<P>::release(*burst[i]);
  }
  return burst.subspan(kept);
}

}  // namespace lagoon::fast::detail
