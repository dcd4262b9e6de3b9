// A conversation stays on the member of its lane, and its frames stay in order (fast/steer/steering.hpp). A
// LAG with one member to send on is not hashed at all.
//
// Where the table asks for it, the octets of each lane are counted and large conversations looked for: what
// adaptive rebalancing goes by. That is a loop of its own, so that it costs nothing else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dist/lanes.hpp"
#include "fast/concepts.hpp"
#include "fast/counters.hpp"
#include "fast/distribute/burst_hash.hpp"
#include "fast/distribute/distributor_state.hpp"
#include "fast/distribute/sample.hpp"
#include "fast/distribute/scatter.hpp"
#include "fast/distribute/send.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

struct FlowHash {
  template <Packet P, MemberTx<P> Tx>
  [[nodiscard]] static std::size_t distribute(const table::PortTable& table, std::span<P*> burst, Tx& tx,
                                              DistributorState& state, LagCounters& counters) noexcept {
    if (const auto only = detail::only_member(table))
      return detail::send_to_one<P>(*only, burst, tx, counters);
    if (!state.steering.plain()) return distribute_by_lane<P>(table, burst, tx, state, counters);
    if (table.counts_lanes) return distribute_counted<P>(table, burst, tx, state, counters);
    Scattered<P> scattered;
    if (look_up_burst<P>(table.options.hash, state.mixer.of(table.options.hash.seed), burst,
                         state.steering.current(), scattered.member)) [[unlikely]]
      return detail::kSlowFound;
    scatter_by_member<P>(table.sending(), burst, scattered);
    return detail::send_scattered<P>(burst, scattered, tx, counters, [](std::size_t) {});
  }

 private:
  // As above, with the octets of buckets counted.
  template <Packet P, MemberTx<P> Tx>
  [[nodiscard, gnu::noinline]] static std::size_t distribute_counted(const table::PortTable& table,
                                                                     std::span<P*> burst, Tx& tx,
                                                                     DistributorState& state,
                                                                     LagCounters& counters) noexcept {
    BurstHashes hashes;
    if (hash_burst<P>(table.options.hash, state.mixer.of(table.options.hash.seed), burst, hashes))
        [[unlikely]]
      return detail::kSlowFound;
    Scattered<P> scattered;
    const auto lane_of = [&](std::size_t i) { return dist::bucket_of(hashes[i]); };
    for (std::size_t i = 0; i < burst.size(); ++i) {
      scattered.member[i] = state.steering.current()[lane_of(i)];
      state.lanes.add(lane_of(i), PacketTraits<P>::length(*burst[i]));
    }
    scatter_by_member<P>(table.sending(), burst, scattered);
    detail::sample<P>(burst, hashes, scattered, state);
    return detail::send_scattered<P>(burst, scattered, tx, counters, [&](std::size_t i) noexcept {
      // counted when it is tried again
      state.lanes.take_back(lane_of(i), PacketTraits<P>::length(*burst[i]));
    });
  }

  template <Packet P, MemberTx<P> Tx>
  [[nodiscard, gnu::noinline]] static std::size_t distribute_by_lane(const table::PortTable& table,
                                                                     std::span<P*> burst, Tx& tx,
                                                                     DistributorState& state,
                                                                     LagCounters& counters) noexcept {
    BurstHashes hashes;
    if (hash_burst<P>(table.options.hash, state.mixer.of(table.options.hash.seed), burst, hashes))
        [[unlikely]]
      return detail::kSlowFound;
    Scattered<P> scattered;
    std::array<std::uint16_t, kBurstMax> lane;
    for (std::size_t i = 0; i < burst.size(); ++i) {
      lane[i] = static_cast<std::uint16_t>(table.pins.lane_of(hashes[i]));
      scattered.member[i] = state.steering.choose(table, lane[i], state.now);
    }
    if (table.counts_lanes) {
      for (std::size_t i = 0; i < burst.size(); ++i)
        state.lanes.add(lane[i], PacketTraits<P>::length(*burst[i]));
      detail::sample<P>(burst, hashes, scattered, state);
    }
    scatter_by_member<P>(table.sending(), burst, scattered);
    return detail::send_scattered<P>(burst, scattered, tx, counters, [&](std::size_t i) noexcept {
      // counted when it is tried again
      if (table.counts_lanes) state.lanes.take_back(lane[i], PacketTraits<P>::length(*burst[i]));
    });
  }
};

}  // namespace lagoon::fast
