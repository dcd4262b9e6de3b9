// RxQueue and TxQueue: a LAG's queues as a program calls them, burst by burst (dpdk/engine/embedded_lag.hpp
// has the calls). They lie in memory that secondary processes share, and so does all that a burst reads by
// their pointers. What else is in there (owners' counts, names of classes) is the primary's alone.
//
// Thread: one at a time, through the gate.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "dpdk/worker/queue_gate.hpp"
#include "dpdk/worker/slow_outlet.hpp"
#include "dpdk/worker/worker_side.hpp"
#include "fast/collect/collector_state.hpp"
#include "fast/counters.hpp"

struct rte_ring;

namespace lagoon::dpdk {

struct RxQueue {
  QueueGate gate;
  const PortsSlot* ports = nullptr;
  const TableSlot* table = nullptr;
  rte_ring* found = nullptr;  // data that the control thread found while it polled in the user's place
  std::optional<std::uint16_t> port{};  // mbuf->port of delivered frames; without it the member's port
  // Where the next call begins, so that all have their turn: a member, and a queue of it.
  std::uint32_t first = 0;
  std::uint16_t first_queue = 0;
  fast::CollectorState collector{};
  fast::LagCounters counters{};
  // What its user got.
  fast::Counter delivered_packets{};
  fast::Counter delivered_bytes{};
};

struct TxQueue {
  QueueGate gate;
  SlowOutlet slow;
  WorkerSide side{};
  WorkerSideState state{};
  // Held frames are being sent and some found no room yet: until they have, the queue takes no others.
  bool releasing = false;
  std::uint32_t sending = 0;  // members of the table that Steering follows
};

/// Frames, and their octets.
struct Polled {
  std::size_t frames = 0;
  std::uint64_t octets = 0;
};

/// Takes frames from the members, at most `frames.size()`. Thread: the one inside the gate.
[[nodiscard]] Polled poll_members(RxQueue& queue, std::span<rte_mbuf*> frames) noexcept;
/// The LAG's work of a burst, with frames to send or without. Thread: the one inside the gate.
void look_after(TxQueue& queue, const table::PortTable& table) noexcept;
/// Takes frames over, and returns those that it did not take: a part of the array, in order. Precondition:
/// look_after() with the same table, inside the same gate.
[[nodiscard]] std::span<rte_mbuf*> offer(TxQueue& queue, const table::PortTable& table,
                                         std::span<rte_mbuf*> frames) noexcept;

/// Who was inside the gate has ended there. What it held is counted as `user_died`, and its number returned;
/// what a port may have of that is not freed. Thread: control, with the claim.
[[nodiscard]] std::size_t clear_up(RxQueue& queue) noexcept;
[[nodiscard]] std::size_t clear_up(TxQueue& queue) noexcept;

/// Frees what waits. Precondition: nobody uses the queue any more.
void discard(RxQueue& queue) noexcept;
void discard(TxQueue& queue) noexcept;

}  // namespace lagoon::dpdk
