// Frames about to be sent that the control lcore wants to see, or to send itself: ARP, neighbour discovery,
// multicast membership. To be asked once for a burst, before the first distribute(): tries again must not
// copy again.
//
// Use by a worker:
//   burst = fast::watch_outgoing(table, burst, control, counters);   // a prefix of the burst
#pragma once

#include <cstddef>
#include <span>

#include "fast/concepts.hpp"
#include "fast/counters.hpp"
#include "fast/drop.hpp"
#include "fast/frame_kind.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

namespace detail {

inline constexpr unsigned kWatchedTags = 2;

inline void count_copy(bool made, LagCounters& counters) noexcept {
  (made ? counters.copied : counters.copies_missed).add(1);
}

template <Packet P, typename Control>
[[gnu::noinline]] std::span<P*> watch_each(const table::PortTable& table, std::span<P*> burst,
                                           Control& control, LagCounters& counters) noexcept {
  std::size_t kept = 0;
  for (P* packet : burst) {
    const auto frame = PacketTraits<P>::headers(*packet);
    const table::Watch kind = watch_of(kind_of(frame, kWatchedTags));
    if (has(table.divert_sent, kind) && source_of(frame) == table.own) {
      if (control.take(packet)) continue;
      counters.of(Drop::control_ring_full).add(1);
      control.free(std::span{&packet, 1});
      continue;
    }
    if (has(table.watch_sent, kind)) count_copy(control.copy(*packet), counters);
    burst[kept++] = packet;
  }
  return burst.first(kept);
}

}  // namespace detail

/// Copies what is watched, hands over what is to be diverted (only frames of the LAG's own address are; where
/// there is no room they are dropped as control_ring_full), and returns the rest, in order.
template <Packet P, typename Control>
  requires ControlSink<Control, P> && DropSink<Control, P>
[[nodiscard]] inline std::span<P*> watch_outgoing(const table::PortTable& table, std::span<P*> burst,
                                                  Control&& control, LagCounters& counters) noexcept {
  if ((table.watch_sent | table.divert_sent) == table::Watch::none) [[likely]]
    return burst;
  return detail::watch_each<P>(table, burst, control, counters);
}

}  // namespace lagoon::fast
