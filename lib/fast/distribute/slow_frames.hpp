// Slow frames (fast/collect/punt.hpp) among those that are to be sent: on its links the LAG alone may say
// such (IEEE 802.3 Annex 57A, 802.1AB), so they are dropped. Policies that read headers find them on the way,
// and the others by look_at_each().
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "fast/collect/punt.hpp"
#include "fast/concepts.hpp"
#include "fast/counters.hpp"
#include "fast/drop.hpp"

namespace lagoon::fast::detail {

/// What a policy returns in place of a number when it has found some, and has sent nothing.
inline constexpr std::size_t kSlowFound = std::numeric_limits<std::size_t>::max();

/// What one look over packets says.
struct Looked {
  bool slow = false;   // some are slow frames
  bool group = false;  // some may be to a group address; of TCP and UDP it is not said
  std::uint64_t octets = 0;
};

// Without a branch for what the header says. No prefetch: the work for one packet is so little that the
// processor has many of them under way by itself.
template <Packet P>
[[gnu::always_inline]] inline void look_at(const P& packet, Looked& looked) noexcept {
  using Traits = PacketTraits<P>;
  looked.octets += Traits::length(packet);
  if (Traits::is_tcp_or_udp(packet)) return;
  const auto frame = Traits::headers(packet);
  if (frame.size() < wire::kEthernetHeaderSize) [[unlikely]]
    return;
  looked.slow |= is_slow(frame);
  looked.group |= (wire::u8_at(frame, 0) & 1U) != 0;
}

template <Packet P>
[[nodiscard]] inline Looked look_at_each(std::span<P* const> packets) noexcept {
  Looked looked;
#pragma GCC unroll 4
  for (const P* packet : packets) look_at(*packet, looked);
  return looked;
}

/// Drops them. Returns the others, in order: the burst's tail.
template <Packet P>
[[nodiscard, gnu::noinline]] std::span<P*> without_slow(std::span<P*> burst, LagCounters& counters) noexcept {
  std::size_t kept = burst.size();
  for (std::size_t i = burst.size(); i-- > 0;) {
    if (!is_slow(PacketTraits<P>::headers(*burst[i]))) {
      burst[--kept] = burst[i];
      continue;
    }
    counters.of(Drop::slow_from_port).add(1);
    PacketTraits<P>::release(*burst[i]);
  }
  return burst.subspan(kept);
}

}  // namespace lagoon::fast::detail
