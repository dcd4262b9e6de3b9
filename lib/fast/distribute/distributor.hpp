// Frame Distributor (802.1AX-2014 6.2.4): one burst in, one burst for each member out, as the table's
// distribution has it. What each promises about order stands in fast/policies.
//
// Use by a worker:
//   std::size_t sent = fast::distribute(table, burst, tx, state, counters);   // burst.size() <= kBurstMax
//   burst = burst.subspan(sent);                                           // the unsent rest, in its order
//   if (!burst.empty()) retry a bounded number of times, then count under fast::refusal(table) and free.
#pragma once

#include <cstddef>
#include <span>

#include "base/check.hpp"
#include "base/ids.hpp"
#include "fast/concepts.hpp"
#include "fast/counters.hpp"
#include "fast/distribute/distributor_state.hpp"
#include "fast/distribute/policies/adaptive.hpp"
#include "fast/distribute/policies/broadcast.hpp"
#include "fast/distribute/policies/flow_hash.hpp"
#include "fast/distribute/policies/round_robin.hpp"
#include "fast/distribute/policies/weighted.hpp"
#include "fast/drop.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

/// Why frames that distribute() has not sent would be dropped under this table.
[[nodiscard]] inline Drop refusal(const table::PortTable& table) noexcept {
  if (table.distributing != 0) return Drop::tx_refused;
  return table.stands_by ? Drop::stands_by : Drop::no_distributing_member;
}

/// Calls `use(policy)` with the policy of a distribution.
template <typename Use>
[[gnu::always_inline]] inline decltype(auto) with_distribution(table::Distribution distribution,
                                                               Use&& use) noexcept {
  switch (distribution) {
    case table::Distribution::flow_hash:
      break;
    case table::Distribution::round_robin:
      return use(RoundRobin{});
    case table::Distribution::broadcast:
      return use(Broadcast{});
    case table::Distribution::adaptive:
      return use(Adaptive{});
    case table::Distribution::weighted:
      return use(Weighted{});
  }
  return use(FlowHash{});
}

/// Sends the burst over the distributing members and counts per member what was accepted. Returns how many
/// were sent; the rest is burst[sent..], in its original order and as it was, and stays the caller's.
/// burst[..sent] is then meaningless. Two things are dropped and freed here: slow frames
/// (Drop::slow_from_port; they count as sent), and by broadcast the copies of members that refused a frame
/// which another has taken (Drop::copy_refused). Thread: the worker that owns `tx`, `state` and `counters`.
/// Precondition: burst.size() <= kBurstMax.
template <Packet P, typename Tx>
  requires MemberTx<Tx, P>
[[nodiscard]] inline std::size_t distribute(const table::PortTable& table, std::span<P*> burst, Tx&& tx,
                                            DistributorState& state, LagCounters& counters) noexcept {
  LAGOON_DCHECK(burst.size() <= kBurstMax);
  if (table.distributing == 0 || burst.empty()) return 0;
  state.follow(table);
  return with_distribution(table.distribution, [&]<typename Policy>(Policy) noexcept {
    std::size_t dropped = 0;
    for (;;) {
      const std::size_t sent = Policy::template distribute<P>(table, burst, tx, state, counters);
      if (sent != detail::kSlowFound) [[likely]]
        return dropped + sent;
      const std::span<P*> others = detail::without_slow<P>(burst, counters);
      dropped += burst.size() - others.size();
      burst = others;
      if (burst.empty()) return dropped;
    }
  });
}

}  // namespace lagoon::fast
