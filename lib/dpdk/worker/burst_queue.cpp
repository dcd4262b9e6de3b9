#include "dpdk/worker/burst_queue.hpp"

#include <rte_ethdev.h>
#include <rte_ring.h>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "dpdk/base/ring_look.hpp"
#include "dpdk/worker/bursts.hpp"
#include "dpdk/worker/worker_io.hpp"
#include "dpdk/worker/worker_path.hpp"
#include "fast/collect/collector.hpp"

namespace lagoon::dpdk {

namespace {

// The members of a set, from `first` on and around.
[[nodiscard]] std::uint32_t from(std::uint32_t set, std::uint32_t first) noexcept {
  return std::rotr(set, static_cast<int>(first));
}

// The first member of the set from `at` on and around; 0: there is none.
[[nodiscard]] std::uint32_t next_of(std::uint32_t set, std::uint32_t at) noexcept {
  if (set == 0) return 0;
  return (static_cast<std::uint32_t>(std::countr_zero(from(set, at))) + at) % kMembersMax;
}

[[nodiscard]] const WorkerPort* port_of(const TxQueue& queue, std::uint16_t ethdev) noexcept {
  const SidePorts& ports = ports_of(queue.side);
  for (std::uint32_t members = ports.present; members != 0; members &= members - 1) {
    const WorkerPort& found = ports.ports[static_cast<std::size_t>(std::countr_zero(members))];
    if (found.id == ethdev) return &found;
  }
  return nullptr;
}

// A Marker that asks is about the frames that wait in queues, too.
[[nodiscard]] bool keep_marker(TxQueue& queue, rte_mbuf& marker) noexcept {
  if (!queue.state.egress.any()) return false;
  const SidePorts& ports = ports_of(queue.side);
  for (std::uint32_t members = ports.present; members != 0; members &= members - 1) {
    const MemberIndex m{static_cast<std::uint8_t>(std::countr_zero(members))};
    if (ports[m].id == marker.port) return queue.state.egress.keep_marker(m, &marker);
  }
  return false;
}

// Lets held frames go, as many as find room now: the rest stays, in order, before all that comes later.
void let_go(TxQueue& queue, const table::PortTable& table) noexcept {
  WorkerSideState& state = queue.state;
  queue.releasing = false;
  while (!state.hold.empty() && !state.distributor.steering.waits()) {
    const std::span<rte_mbuf*> frames = state.hold.front(kBurstMax);
    if (table.distributing == 0) [[unlikely]] {
      drop(frames, fast::refusal(table), state.counters);
      state.hold.pop(frames.size());
      continue;
    }
    const std::size_t gone = distribute(table, queue.side, frames, state);
    state.hold.pop(gone);
    if (gone == frames.size()) continue;
    queue.releasing = true;
    return;
  }
}

// Frames on their way out of the hold queue have their place in the table that Steering follows. Another one
// has to wait for them, unless it takes a member away from them: then they are given up. False: not yet.
[[nodiscard]] bool may_go_on(TxQueue& queue, const table::PortTable& table) noexcept {
  fast::DistributorState& distributor = queue.state.distributor;
  if (!queue.releasing || distributor.steering.followed() == table.generation) [[likely]]
    return true;
  if ((queue.sending & ~table.sending()) == 0 && !table.pins.any()) {
    let_go(queue, table);
    return !queue.releasing;
  }
  fast::HoldQueue<rte_mbuf, fast::kHoldRoom>& hold = queue.state.hold;
  drop(hold.front(hold.size()), fast::Drop::tx_refused, queue.state.counters);
  hold.pop(hold.size());
  queue.releasing = false;
  return true;
}

}  // namespace

Polled poll_members(RxQueue& queue, std::span<rte_mbuf*> frames) noexcept {
  // The table first (dpdk/snapshot/side_ports.hpp). Both pair with the store in QsbrPublisher::publish().
  const table::PortTable* const table = queue.table->load(std::memory_order_acquire);
  const SidePorts& ports = ports_of(*queue.ports);
  if (table == nullptr) return {};
  const std::uint32_t first = next_of(ports.present, queue.first);
  const std::uint16_t first_queue = first == queue.first ? std::exchange(queue.first_queue, 0) : 0;
  queue.first = next_of(ports.present, first + 1);
  queue.first_queue = 0;
  std::size_t taken = 0;
  std::uint64_t octets = 0;
  for (std::uint32_t members = from(ports.present, first); members != 0 && taken < frames.size();
       members &= members - 1) {
    const MemberIndex member{static_cast<std::uint8_t>(
        (static_cast<std::uint32_t>(std::countr_zero(members)) + first) % kMembersMax)};
    const WorkerPort& port = ports[member];
    std::uint16_t q = port.first_rx;
    while (member.value() == first && q < first_queue) q = static_cast<std::uint16_t>(q + port.step);
    const std::uint16_t begun = q;
    for (; q < port.rx_end && taken < frames.size(); q = static_cast<std::uint16_t>(q + port.step)) {
      const std::span<rte_mbuf*> room =
          frames.subspan(taken, std::min<std::size_t>(frames.size() - taken, kBurstMax));
      const std::uint16_t count =
          rte_eth_rx_burst(port.id, q, room.data(), static_cast<std::uint16_t>(room.size()));
      if (count == 0) continue;
      const std::span<rte_mbuf*> heard = without_cut(port, member, room.first(count), queue.counters);
      const auto collect = [&](auto mark) noexcept {
        return fast::collect_marked<rte_mbuf>(*table, member, heard, PuntRings{ports}, Freer{},
                                              queue.collector, queue.counters, mark);
      };
      const fast::Collected<rte_mbuf> data =
          queue.port ? collect([id = *queue.port](rte_mbuf& frame) noexcept { frame.port = id; })
                     : collect([](rte_mbuf&) noexcept {});
      octets += data.octets;
      taken += data.frames.size();
    }
    if (taken != frames.size()) continue;
    // No room for more. Who may have been cut short is first in the next call; if that was the first in this
    // one, its turn was this, and the next queue's or member's comes.
    const auto last = static_cast<std::uint16_t>(q - port.step);
    const bool had_all = member.value() == first && last == begun;
    if (had_all && q >= port.rx_end) break;
    queue.first = member.value();
    queue.first_queue = had_all ? q : last;
  }
  return {.frames = taken, .octets = octets};
}

std::uint16_t receive(RxQueue& queue, rte_mbuf** frames, std::uint16_t most) noexcept {
  if (!queue.gate.enter()) return 0;
  std::size_t taken = 0;
  std::uint64_t octets = 0;
  if (!looks_empty(*queue.found)) [[unlikely]] {
    std::array<void*, kBurstMax> found;
    taken =
        rte_ring_sc_dequeue_burst(queue.found, found.data(), std::min<unsigned>(most, kBurstMax), nullptr);
    std::transform(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(taken), frames,
                   [](void* frame) { return static_cast<rte_mbuf*>(frame); });
    for (const rte_mbuf* frame : std::span{frames, taken}) octets += frame->pkt_len;
  }
  const Polled polled = poll_members(queue, std::span{frames, most}.subspan(taken));
  taken += polled.frames;
  queue.delivered_packets.add(taken);
  queue.delivered_bytes.add(octets + polled.octets);
  queue.gate.leave();
  return static_cast<std::uint16_t>(taken);
}

void look_after(TxQueue& queue, const table::PortTable& table) noexcept {
  if (queue.slow.has_work()) [[unlikely]]
    queue.slow.send([&](std::uint16_t ethdev) noexcept { return port_of(queue, ethdev); },
                    [&](rte_mbuf& marker) noexcept { return keep_marker(queue, marker); });
  if (!may_go_on(queue, table)) [[unlikely]]
    return;
  queue.sending = table.sending();
  static_cast<void>(look_after(table, queue.side, queue.state, [&]() noexcept { let_go(queue, table); }));
}

std::span<rte_mbuf*> offer(TxQueue& queue, const table::PortTable& table,
                           std::span<rte_mbuf*> frames) noexcept {
  // As of a port whose link is down: the frames stay with the caller.
  if (table.distributing == 0 || queue.releasing) return frames;
  WorkerSideState& state = queue.state;
  frames = fast::watch_outgoing<rte_mbuf>(table, frames, OutgoingRing{queue.side.outgoing}, state.counters);
  frames = fast::hold_back(table, frames, state.hold, state.distributor);
  let_go(queue, table);
  if (frames.empty() || queue.releasing) return frames;
  return frames.subspan(distribute(table, queue.side, frames, state));
}

std::uint16_t send(TxQueue& queue, rte_mbuf** frames, std::uint16_t count) noexcept {
  if (!queue.gate.enter()) return 0;
  // One table for the whole call: Steering follows it, and nothing else.
  const table::PortTable* const table = table_of(queue.side);
  if (table != nullptr) [[likely]]
    look_after(queue, *table);
  std::uint16_t accepted = 0;
  while (table != nullptr && accepted < count) {
    std::array<rte_mbuf*, kBurstMax> burst;
    const auto size = static_cast<std::uint16_t>(
        std::min<std::size_t>(static_cast<std::size_t>(count - accepted), kBurstMax));
    std::copy_n(frames + accepted, size, burst.begin());
    const std::span<rte_mbuf*> left = offer(queue, *table, std::span{burst}.first(size));
    accepted = static_cast<std::uint16_t>(accepted + size - left.size());
    if (left.empty()) [[likely]]
      continue;
    std::copy(left.begin(), left.end(), frames + accepted);
    break;
  }
  queue.gate.leave();
  return accepted;
}

// (what it had taken from members and not given to its program is in nobody's hands, and was not delivered)
std::size_t clear_up(RxQueue&) noexcept {
  return 0;
}

std::size_t clear_up(TxQueue& queue) noexcept {
  fast::HoldQueue<rte_mbuf, fast::kHoldRoom>& hold = queue.state.hold;
  const std::size_t held = hold.size();
  hold.pop(held);
  queue.releasing = false;
  queue.state.counters.of(fast::Drop::user_died).add(held);
  fast::DistributorState& distributor = queue.state.distributor;
  distributor.conversations.recount();
  // (the classes count what was in their queues)
  const std::size_t queued = queue.side.egress != nullptr ? queue.state.egress.forget(*queue.side.egress) : 0;
  distributor.settled.store(~std::uint64_t{0}, std::memory_order_relaxed);
  return held + queued + queue.slow.forget();
}

void discard(RxQueue& queue) noexcept {
  void* frame = nullptr;
  while (rte_ring_sc_dequeue(queue.found, &frame) == 0) rte_pktmbuf_free(static_cast<rte_mbuf*>(frame));
}

void discard(TxQueue& queue) noexcept {
  // (who is in there now has ended there)
  if (queue.gate.inside()) static_cast<void>(clear_up(queue));
  queue.slow.discard();
  fast::HoldQueue<rte_mbuf, fast::kHoldRoom>& hold = queue.state.hold;
  drop(hold.front(hold.size()), fast::Drop::no_distributing_member, queue.state.counters);
  hold.pop(hold.size());
  queue.state.egress.discard();
}

}  // namespace lagoon::dpdk
