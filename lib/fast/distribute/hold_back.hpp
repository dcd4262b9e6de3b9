// Takes the frames out of a burst that must wait while their lane or conversation moves, and lets them go
// again (fast/steer/steering.hpp says when). When the queue is full the wait is given up, and nothing is
// lost: what can stay on its member does so until the control lcore tries again.
//
// Use by a worker, for each burst and also without one:
//   state.follow(table);
//   burst = fast::hold_back(table, burst, hold, state);       // a prefix of the burst is left
//   if (!state.steering.waits())
//     while (!hold.empty()) send(hold.front(kBurstMax)), hold.pop(count);   // before the burst
// Thread: the worker that owns queue and state.
#pragma once

#include <cstddef>
#include <span>

#include "fast/concepts.hpp"
#include "fast/distribute/burst_hash.hpp"
#include "fast/distribute/distributor_state.hpp"
#include "fast/distribute/policies/weighted.hpp"
#include "fast/steer/hold_queue.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

namespace detail {

template <Packet P, std::size_t N>
[[gnu::noinline]] std::span<P*> take_waiting(const table::PortTable& table, std::span<P*> burst,
                                             HoldQueue<P, N>& hold, DistributorState& state) noexcept {
  BurstHashes hashes;
  hash_burst<P>(table.options.hash, state.mixer.of(table.options.hash.seed), burst, hashes);
  const bool weighted = table.distribution == table::Distribution::weighted;
  std::size_t kept = 0;
  bool full = false;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    const bool waits = weighted ? Weighted::waits(table, hashes[i], state)
                                : state.steering.is_held(table.pins.lane_of(hashes[i]));
    if (waits && !full) {
      if (hold.push(burst[i])) {
        state.steering.note_queued(table.pins.lane_of(hashes[i]));
        continue;
      }
      full = true;
    }
    burst[kept++] = burst[i];
  }
  if (full) state.steering.give_up(table);
  return burst.first(kept);
}

}  // namespace detail

/// Returns what need not wait, in order. Precondition: state.follow(table) was called, and burst.size() <=
/// kBurstMax.
template <Packet P, std::size_t N>
[[nodiscard]] inline std::span<P*> hold_back(const table::PortTable& table, std::span<P*> burst,
                                             HoldQueue<P, N>& hold, DistributorState& state) noexcept {
  if (!state.steering.waits()) [[likely]]
    return burst;
  return detail::take_waiting<P, N>(table, burst, hold, state);
}

}  // namespace lagoon::fast
