// Frame Collector (802.1AX-2014 6.2.3): what one member received, sorted into data to deliver, slow-protocol
// frames for the control lcore, and drops by name. Each frame goes exactly one way, and data keeps its order.
//
// Use by a worker:
//   std::span<P*> data = fast::collect(table, member, received, punt, sink, state, counters);   // a prefix
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"
#include "fast/collect/collector_filters.hpp"
#include "fast/collect/collector_state.hpp"
#include "fast/collect/punt.hpp"
#include "fast/concepts.hpp"
#include "fast/counters.hpp"
#include "fast/drop.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

namespace detail {

struct Seen {
  std::size_t slow = 0;
  std::uint64_t octets = 0;
};

// No prefetch: the work for one packet is so little that the processor has many of them under way by itself.
// So little that the loop's own is a fifth of it: hence unrolled.
template <Packet P>
[[nodiscard]] inline Seen look_over(std::span<P* const> received) noexcept {
  using Traits = PacketTraits<P>;
  Seen seen;
#pragma GCC unroll 4
  for (const P* packet : received) {
    seen.slow += is_punted(*packet) ? 1U : 0U;
    seen.octets += Traits::length(*packet);
  }
  return seen;
}

// Takes the slow-protocol frames out and closes the gaps.
template <Packet P, typename Punt, typename Sink>
[[nodiscard]] std::span<P*> take_out_slow(MemberIndex member, std::span<P*> received, Punt& punt, Sink& sink,
                                          LagCounters& counters, std::uint64_t& octets) noexcept {
  std::size_t kept = 0;
  for (P* packet : received) {
    if (!is_punted(*packet)) {
      received[kept++] = packet;
      continue;
    }
    octets -= PacketTraits<P>::length(*packet);
    if (punt.push(member, packet)) {
      counters.punted.add(1);
    } else {
      counters.of(Drop::punt_ring_full).add(1);
      sink.free(std::span{&packet, 1});
    }
  }
  return received.first(kept);
}

inline void count_delivered(MemberCounters& counted, std::size_t frames, std::uint64_t octets) noexcept {
  counted.rx_packets.add(frames);
  counted.rx_bytes.add(octets);
}

// All that is not the common path, out of its way.
template <Packet P, typename Punt, typename Sink>
[[gnu::noinline]] std::span<P*> sort_out(const table::PortTable& table, MemberIndex member,
                                         std::span<P*> received, Seen seen, Punt& punt, Sink& sink,
                                         CollectorState& state, LagCounters& counters) noexcept {
  std::size_t heard = received.size();
  if (seen.slow != 0) received = take_out_slow<P>(member, received, punt, sink, counters, seen.octets);
  // Control hears these another way, and our own are among them.
  if constexpr (requires { punt.heard_elsewhere(); }) heard -= punt.heard_elsewhere();
  received = filter<P>(table, member, received, punt, sink, state, counters, seen.octets);
  MemberCounters& counted = counters.of(member);
  counted.rx_ignored.add(heard - received.size());
  if (!received.empty()) count_delivered(counted, received.size(), seen.octets);
  return received;
}

}  // namespace detail

/// Sorts what `member` received. Slow-protocol frames go to `punt` whether the member is collecting or not;
/// data of a member that is not goes to `sink`, counted, and so does what the table's filters deny
/// (fast/collect/collector_filters.hpp). Returns the frames to deliver: a prefix of `received`, in order.
/// Thread: the worker that polls the member. `received` may have any size.
template <Packet P, typename Punt, typename Sink>
  requires PuntSink<Punt, P> && DropSink<Sink, P>
[[nodiscard]] inline std::span<P*> collect(const table::PortTable& table, MemberIndex member,
                                           std::span<P*> received, Punt&& punt, Sink&& sink,
                                           CollectorState& state, LagCounters& counters) noexcept {
  if (received.empty()) return received;
  const detail::Seen seen = detail::look_over<P>(received);
  if (seen.slow != 0 || !table.delivers_all_of(member)) [[unlikely]]
    return detail::sort_out<P>(table, member, received, seen, punt, sink, state, counters);
  detail::count_delivered(counters.of(member), received.size(), seen.octets);
  return received;
}

}  // namespace lagoon::fast
