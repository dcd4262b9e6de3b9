// Frame Collector (802.1AX-2014 6.2.3): what one member received, sorted into data to deliver, slow frames
// for the control lcore, and drops by name. Each frame goes exactly one way, and data keeps its order.
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
template <Packet P, typename Mark>
[[nodiscard, gnu::always_inline]] inline Seen look_over(std::span<P* const> received, Mark& mark) noexcept {
  using Traits = PacketTraits<P>;
  Seen seen;
#pragma GCC unroll 4
  for (P* packet : received) {
    seen.slow += is_punted(*packet) ? 1U : 0U;
    seen.octets += Traits::length(*packet);
    mark(*packet);
  }
  return seen;
}

// Takes the slow frames out and closes the gaps.
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

// All that is not the common path, out of its way. `seen.octets` are those of what it returns then.
template <Packet P, typename Punt, typename Sink>
[[gnu::noinline]] std::span<P*> sort_out(const table::PortTable& table, MemberIndex member,
                                         std::span<P*> received, Seen& seen, Punt& punt, Sink& sink,
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

/// What is to be delivered: a prefix of what was received, and its octets.
template <typename P>
struct Collected {
  std::span<P*> frames;
  std::uint64_t octets = 0;
};

/// Sorts what `member` received. Slow frames go to `punt` whether the member is collecting or not;
/// data of a member that is not goes to `sink`, counted, and so does what the table's filters deny
/// (fast/collect/collector_filters.hpp). Returns the frames to deliver, in order. `mark(frame)` is called
/// once for each that was received, in the one look that is taken at it. Thread: the worker that polls the
/// member. `received` may have any size.
template <Packet P, typename Punt, typename Sink, typename Mark>
  requires PuntSink<Punt, P> && DropSink<Sink, P>
[[nodiscard]] inline Collected<P> collect_marked(const table::PortTable& table, MemberIndex member,
                                                 std::span<P*> received, Punt&& punt, Sink&& sink,
                                                 CollectorState& state, LagCounters& counters,
                                                 Mark mark) noexcept {
  if (received.empty()) return {received};
  detail::Seen seen = detail::look_over<P>(received, mark);
  if (seen.slow != 0 || !table.delivers_all_of(member)) [[unlikely]] {
    received = detail::sort_out<P>(table, member, received, seen, punt, sink, state, counters);
    return {received, seen.octets};
  }
  detail::count_delivered(counters.of(member), received.size(), seen.octets);
  return {received, seen.octets};
}
template <Packet P, typename Punt, typename Sink>
  requires PuntSink<Punt, P> && DropSink<Sink, P>
[[nodiscard]] inline std::span<P*> collect(const table::PortTable& table, MemberIndex member,
                                           std::span<P*> received, Punt&& punt, Sink&& sink,
                                           CollectorState& state, LagCounters& counters) noexcept {
  return collect_marked<P>(table, member, received, punt, sink, state, counters, [](P&) noexcept {}).frames;
}

}  // namespace lagoon::fast
