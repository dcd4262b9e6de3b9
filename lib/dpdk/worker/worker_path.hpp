// The steps of a burst for a LAG, and of a turn without one: follow the table, hold frames back, distribute
// the rest. Inline: Worker and BurstQueue are made of them.
//
// Thread: the one that owns the WorkerSideState, inside a read-side section of the RCU.
#pragma once

#include <rte_mbuf.h>

#include <array>
#include <span>

#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/worker/worker_io.hpp"
#include "dpdk/worker/worker_side.hpp"
#include "fast/collect/watch.hpp"
#include "fast/distribute/distributor.hpp"
#include "fast/distribute/hold_back.hpp"

namespace lagoon::dpdk {

// How often a full transmit queue is asked again before the rest of the burst is dropped. The port's own work
// (a DMA, a system call) takes place in each try, so this bounds the time, too.
inline constexpr unsigned kTxTries = 16;

inline void drop(std::span<rte_mbuf*> frames, fast::Drop reason, fast::LagCounters& counters) noexcept {
  counters.of(reason).add(frames.size());
  Freer{}.free(frames);
}

// Drops frames that may have been cut, of that member (of a plain port: 0). Returns the rest, in order.
[[nodiscard]] inline std::span<rte_mbuf*> without_cut(const WorkerPort& port, MemberIndex member,
                                                      std::span<rte_mbuf*> frames,
                                                      fast::LagCounters& counters) noexcept {
  if (port.cut == 0) [[likely]]
    return frames;
  std::size_t kept = 0;
  for (rte_mbuf* frame : frames) {
    if (frame->pkt_len < port.cut) [[likely]] {
      frames[kept++] = frame;
      continue;
    }
    counters.of(member).rx_ignored.add(1);
    drop({&frame, 1}, fast::Drop::cut, counters);
  }
  return frames.first(kept);
}

[[nodiscard]] inline const SidePorts& ports_of(const WorkerSide& side) noexcept {
  return ports_of(*side.ports);
}

[[nodiscard]] inline const table::PortTable* table_of(const WorkerSide& side) noexcept {
  // Pairs with the exchange in QsbrPublisher::publish().
  return side.table != nullptr ? side.table->load(std::memory_order_acquire) : nullptr;
}

[[nodiscard]] inline std::size_t distribute(const table::PortTable& table, const WorkerSide& to,
                                            std::span<rte_mbuf*> frames, WorkerSideState& state) noexcept {
  MemberSender sender{ports_of(to)};
  if (!state.egress.any()) [[likely]]
    return fast::distribute<rte_mbuf>(table, frames, sender, state.distributor, state.counters);
  Freer freer;
  const EgressSet& queues = state.egress.set();
  return fast::distribute<rte_mbuf>(table, frames,
                                    fast::QueueingTx<rte_mbuf, const EgressSet, MemberSender, Freer>{
                                        queues, sender, freer, table.options.hash, state.distributor.now},
                                    state.distributor, state.counters);
}

inline void distribute_or_drop(const table::PortTable& table, const WorkerSide& to,
                               std::span<rte_mbuf*> frames, WorkerSideState& state) noexcept {
  for (unsigned tries = 0; tries < kTxTries && !frames.empty(); ++tries) {
    frames = frames.subspan(distribute(table, to, frames, state));
    if (table.distributing == 0) break;
  }
  if (!frames.empty()) [[unlikely]]
    drop(frames, fast::refusal(table), state.counters);
}

// Lets held frames go once they may.
inline void release(const table::PortTable& table, const WorkerSide& to, WorkerSideState& state) noexcept {
  while (!state.hold.empty() && !state.distributor.steering.waits()) {
    const std::span<rte_mbuf*> frames = state.hold.front(kBurstMax);
    const std::size_t count = frames.size();
    distribute_or_drop(table, to, frames, state);
    state.hold.pop(count);
  }
}

// Holds back what has to wait, and distributes the rest.
inline void pass_on(const table::PortTable& table, const WorkerSide& to, std::span<rte_mbuf*> frames,
                    WorkerSideState& state) noexcept {
  frames = fast::hold_back(table, frames, state.hold, state.distributor);
  release(table, to, state);
  if (!frames.empty()) distribute_or_drop(table, to, frames, state);
}

// Takes the lanes to where the table wants them. The clock is read only when there is a new one.
inline void follow(const table::PortTable& table, const WorkerSide& to, WorkerSideState& state) noexcept {
  if (state.distributor.steering.followed() == table.generation) [[likely]]
    return;
  state.distributor.now = dpdk::now();
  state.distributor.follow(table);
  // Frames in queues of lost members are older than this burst, so they go first.
  state.egress.leave_lost(table, [&](std::span<rte_mbuf*> frames) { pass_on(table, to, frames, state); });
}

inline void send_to_lag(const table::PortTable& table, const WorkerSide& to, std::span<rte_mbuf*> frames,
                        WorkerSideState& state) noexcept {
  frames = fast::watch_outgoing<rte_mbuf>(table, frames, OutgoingRing{to.outgoing}, state.counters);
  follow(table, to, state);
  pass_on(table, to, frames, state);
}

// Takes over other queues, and sends what may go from those that there are.
inline void look_after_queues(const table::PortTable& table, const WorkerSide& side,
                              WorkerSideState& state) noexcept {
  fast::DistributorState& distributor = state.distributor;
  if (side.egress == nullptr) return;
  state.egress.adopt(*side.egress, table.options.hash, distributor.now,
                     [&](std::span<rte_mbuf*> frames) { pass_on(table, side, frames, state); });
  state.counters.of(fast::Drop::unfit).add(state.egress.serve(ports_of(side), distributor.now));
  distributor.settled.store(
      state.egress.any() ? state.egress.settled(distributor.steering.followed()) : ~std::uint64_t{0},
      std::memory_order_relaxed);
}

// A LAG's work once a turn, whether frames come or not: follows its table, sends held frames whose wait is
// over (`let_go()`), and serves its queues. True while frames wait in queues for their time: the worker then
// must not rest.
template <typename LetGo>
inline bool look_after(const table::PortTable& table, const WorkerSide& side, WorkerSideState& state,
                       LetGo let_go) noexcept {
  follow(table, side, state);
  let_go();
  const bool has_queues =
      side.egress != nullptr &&
      (state.egress.any() || side.egress->wanted.load(std::memory_order_relaxed) != nullptr);
  const bool wants_time = table.distribution == table::Distribution::weighted ||
                          !state.distributor.steering.plain() || has_queues;
  if (!wants_time) [[likely]]
    return false;
  state.distributor.now = dpdk::now();
  state.distributor.steering.look_for_gaps(table, state.distributor.now);
  state.distributor.sweep(table);
  if (has_queues) look_after_queues(table, side, state);
  return state.egress.waiting();
}

}  // namespace lagoon::dpdk
