#include "dpdk/worker.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_pause.h>
#include <rte_rcu_qsbr.h>
#include <rte_ring.h>
#include <sys/prctl.h>

#include <bit>
#include <ctime>
#include <span>
#include <utility>

#include "dpdk/monotonic_clock.hpp"
#include "dpdk/worker_io.hpp"
#include "fast/collector.hpp"
#include "fast/distributor.hpp"
#include "fast/hold_back.hpp"
#include "fast/watch.hpp"
#include "wire/marker_pdu.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::dpdk {

namespace {

// How often a full transmit queue is asked again before the rest of the burst is dropped. The port's own work
// (a DMA, a system call) takes place in each try, so this bounds the time, too.
constexpr unsigned kTxTries = 16;
constexpr unsigned kSlowFrameTries = 4096;
// On `idle: relax`: this many empty turns are polled through, then the lcore sleeps.
constexpr unsigned kEmptyTurns = 64;
constexpr long kSleepNs = 50'000;

void drop(std::span<rte_mbuf*> frames, fast::Drop reason, fast::LagCounters& counters) noexcept {
  counters.of(reason).add(frames.size());
  Freer{}.free(frames);
}

[[nodiscard]] const SidePorts& ports_of(const WorkerSide& side) noexcept {
  return ports_of(*side.ports);
}

[[nodiscard]] const table::PortTable* table_of(const WorkerSide& side) noexcept {
  // Pairs with the exchange in QsbrPublisher::publish().
  return side.table != nullptr ? side.table->load(std::memory_order_acquire) : nullptr;
}

void send_to_port(const WorkerSide& to, std::span<rte_mbuf*> frames, fast::LagCounters& counters) noexcept {
  if (to.ports == nullptr) return drop(frames, fast::Drop::no_peer, counters);
  MemberSender sender{ports_of(to)};
  for (unsigned tries = 0; tries < kTxTries && !frames.empty(); ++tries)
    frames = frames.subspan(sender.send(MemberIndex{0}, frames));
  if (!frames.empty()) [[unlikely]]
    drop(frames, fast::Drop::port_tx_refused, counters);
}

[[nodiscard]] std::size_t distribute(const table::PortTable& table, const WorkerSide& to,
                                     std::span<rte_mbuf*> frames, WorkerSideState& state) noexcept {
  MemberSender sender{ports_of(to)};
  if (!state.egress.any()) [[likely]]
    return fast::distribute<rte_mbuf>(table, frames, sender, state.distributor, state.counters);
  Freer freer;
  const EgressSet& queues = state.egress.set();
  return fast::distribute<rte_mbuf>(table, frames,
                                    fast::QueueingTx<rte_mbuf, const EgressSet, MemberSender, Freer>{
                                        queues, sender, freer, table.hash, state.distributor.now},
                                    state.distributor, state.counters);
}

void distribute_or_drop(const table::PortTable& table, const WorkerSide& to, std::span<rte_mbuf*> frames,
                        WorkerSideState& state) noexcept {
  for (unsigned tries = 0; tries < kTxTries && !frames.empty(); ++tries) {
    frames = frames.subspan(distribute(table, to, frames, state));
    if (table.distributing == 0) break;
  }
  if (!frames.empty()) [[unlikely]]
    drop(frames, fast::refusal(table), state.counters);
}

// Lets held frames go once they may.
void release(const table::PortTable& table, const WorkerSide& to, WorkerSideState& state) noexcept {
  while (!state.hold.empty() && !state.distributor.steering.waits()) {
    const std::span<rte_mbuf*> frames = state.hold.front(kBurstMax);
    const std::size_t count = frames.size();
    distribute_or_drop(table, to, frames, state);
    state.hold.pop(count);
  }
}

// Holds back what has to wait, and distributes the rest.
void pass_on(const table::PortTable& table, const WorkerSide& to, std::span<rte_mbuf*> frames,
             WorkerSideState& state) noexcept {
  frames = fast::hold_back(table, frames, state.hold, state.distributor);
  release(table, to, state);
  if (!frames.empty()) distribute_or_drop(table, to, frames, state);
}

// Takes the lanes to where the table wants them. The clock is read only when there is a new one.
void follow(const table::PortTable& table, const WorkerSide& to, WorkerSideState& state) noexcept {
  if (state.distributor.steering.followed() == table.generation) [[likely]]
    return;
  state.distributor.now = dpdk::now();
  state.distributor.follow(table);
  // (before anything newer is sent)
  state.egress.leave_lost(table, [&](std::span<rte_mbuf*> frames) { pass_on(table, to, frames, state); });
}

void send_to_lag(const table::PortTable& table, const WorkerSide& to, std::span<rte_mbuf*> frames,
                 WorkerSideState& state, rte_ring* outgoing) noexcept {
  frames = fast::watch_outgoing<rte_mbuf>(table, frames, OutgoingRing{outgoing, to.index}, state.counters);
  follow(table, to, state);
  pass_on(table, to, frames, state);
}

// Takes over other queues, and sends what may go from those that there are.
void look_after_queues(const table::PortTable& table, const WorkerSide& side,
                       WorkerSideState& state) noexcept {
  fast::DistributorState& distributor = state.distributor;
  if (side.egress == nullptr) return;
  state.egress.adopt(*side.egress, table.hash, distributor.now,
                     [&](std::span<rte_mbuf*> frames) { pass_on(table, side, frames, state); });
  state.egress.serve(ports_of(side), distributor.now);
  distributor.settled.store(
      state.egress.any() ? state.egress.settled(distributor.steering.followed()) : ~std::uint64_t{0},
      std::memory_order_relaxed);
}

// What is to be done for a LAG once a turn, whether frames come or not.
// True while frames wait in queues for their time: then there is no rest.
bool look_after(const WorkerSide& side, WorkerSideState& state) noexcept {
  const table::PortTable* const table = table_of(side);
  if (table == nullptr) return false;
  follow(*table, side, state);
  // (held frames go also when no others come)
  release(*table, side, state);
  const bool has_queues =
      side.egress != nullptr &&
      (state.egress.any() || side.egress->wanted.load(std::memory_order_relaxed) != nullptr);
  const bool wants_time = table->distribution == table::Distribution::weighted ||
                          !state.distributor.steering.plain() || has_queues;
  if (!wants_time) [[likely]]
    return false;
  state.distributor.now = dpdk::now();
  state.distributor.steering.look_for_gaps(*table, state.distributor.now);
  state.distributor.sweep(*table);
  if (has_queues) look_after_queues(*table, side, state);
  return state.egress.waiting();
}

// The kind of slow-protocol frame that stands behind data: a Marker that asks (802.1AX-2014 6.5.3.3).
[[nodiscard]] bool is_marker(const rte_mbuf& frame) noexcept {
  constexpr std::size_t kSubtypeAt = 14;
  constexpr std::size_t kTlvAt = 16;
  const auto* const octets = rte_pktmbuf_mtod(&frame, const std::uint8_t*);
  return frame.data_len > kTlvAt &&
         octets[kSubtypeAt] == static_cast<std::uint8_t>(wire::SlowSubtype::marker) &&
         octets[kTlvAt] == static_cast<std::uint8_t>(wire::MarkerKind::information);
}

// Takes out what only the LAG itself may say on its links. Returns the rest, in order.
std::span<rte_mbuf*> without_slow_frames(std::span<rte_mbuf*> frames, fast::LagCounters& counters) noexcept {
  std::size_t kept = 0;
  for (rte_mbuf* frame : frames) {
    if (!fast::is_punted(*frame)) [[likely]]
      frames[kept++] = frame;
    else
      drop({&frame, 1}, fast::Drop::slow_from_port, counters);
  }
  return frames.first(kept);
}

}  // namespace

Worker::Worker(WorkerSettings settings)
    : settings_{std::move(settings)},
      states_{std::make_unique<std::array<WorkerSideState, 2>[]>(settings_.connections.size())} {
  // (round robin at random: not the same member as the other workers at the same time)
  for (std::size_t i = 0; i < settings_.connections.size(); ++i)
    for (WorkerSideState& state : states_[i]) {
      state.distributor.random += settings_.lcore;
      state.distributor.sample_random += settings_.lcore;
    }
  for (std::size_t i = 0; i < settings_.connections.size(); ++i) {
    WorkerConnection& c = settings_.connections[i];
    if (c.a.conversations) states_[i][0].distributor.conversations.use(c.a.conversations->lines());
    if (c.b.conversations) states_[i][1].distributor.conversations.use(c.b.conversations->lines());
  }
}

unsigned Worker::carry(const WorkerSide& from, const WorkerSide& to, WorkerSideState& from_state,
                       WorkerSideState& to_state) noexcept {
  if (from.ports == nullptr) return 0;
  unsigned carried = 0;
  const SidePorts& ports = ports_of(from);
  for (std::uint32_t members = ports.present; members != 0; members &= members - 1) {
    const MemberIndex member{static_cast<std::uint8_t>(std::countr_zero(members))};
    const WorkerPort& port = ports[member];
    for (std::uint16_t queue = port.first_rx; queue < port.rx_end;
         queue = static_cast<std::uint16_t>(queue + port.step)) {
      std::array<rte_mbuf*, kBurstMax> burst;
      const std::uint16_t count = rte_eth_rx_burst(port.id, queue, burst.data(), kBurstMax);
      if (count == 0) continue;
      carried += count;
      std::span<rte_mbuf*> frames{burst.data(), count};
      if (const table::PortTable* table = table_of(from))
        frames = fast::collect<rte_mbuf>(*table, member, frames, PuntRing{settings_.punts, ports}, Freer{},
                                         from_state.collector, from_state.counters);
      if (frames.empty()) continue;
      if (const table::PortTable* table = table_of(to))
        send_to_lag(*table, to, from.is_lag() ? frames : without_slow_frames(frames, to_state.counters),
                    to_state, settings_.outgoing);
      else
        send_to_port(to, frames, from_state.counters);
    }
  }
  return carried;
}

unsigned Worker::turn() noexcept {
  unsigned carried = 0;
  send_slow_frames();
  for (std::size_t i = 0; i < settings_.connections.size(); ++i) {
    const WorkerConnection& c = settings_.connections[i];
    auto& [a, b] = states_[i];
    carried += look_after(c.a, a) ? 1U : 0U;
    carried += look_after(c.b, b) ? 1U : 0U;
    carried += carry(c.a, c.b, a, b);
    carried += carry(c.b, c.a, b, a);
  }
  return carried;
}

// Before data, so that a saturated transmit queue can't keep LACPDUs from leaving.
void Worker::send_slow_frames() noexcept {
  for (;;) {
    if (slow_frame_ == nullptr) {
      void* frame = nullptr;
      if (rte_ring_sc_dequeue(settings_.slow_frames, &frame) != 0) return;
      slow_frame_ = static_cast<rte_mbuf*>(frame);
    }
    // On this worker's own queue: behind all that it has sent on the member. (LACPDUs pass by what waits in
    // front of it.)
    const WorkerPort* const port = port_of(slow_frame_->port);
    if (port != nullptr && is_marker(*slow_frame_) && waits_for_data(*slow_frame_)) {
      slow_frame_ = nullptr;
      slow_frame_tries_ = 0;
      continue;
    }
    if (port == nullptr || send_on(*port, {&slow_frame_, 1}) == 0) {
      // A port that never sends again must not keep the other members' LACPDUs waiting.
      if (port != nullptr && ++slow_frame_tries_ < kSlowFrameTries) return;
      rte_pktmbuf_free(slow_frame_);
      slow_frames_refused_.add(1);
    }
    slow_frame_ = nullptr;
    slow_frame_tries_ = 0;
  }
}

// A Marker that asks is about the frames that wait in queues, too.
bool Worker::waits_for_data(rte_mbuf& marker) noexcept {
  for (std::size_t i = 0; i < settings_.connections.size(); ++i)
    for (std::size_t s = 0; s < 2; ++s) {
      const WorkerSide& side = s == 0 ? settings_.connections[i].a : settings_.connections[i].b;
      if (!side.is_lag() || !states_[i][s].egress.any()) continue;
      const SidePorts& ports = ports_of(side);
      for (std::uint32_t members = ports.present; members != 0; members &= members - 1) {
        const MemberIndex m{static_cast<std::uint8_t>(std::countr_zero(members))};
        if (ports[m].id == marker.port) return states_[i][s].egress.keep_marker(m, &marker);
      }
    }
  return false;
}

// (A member may have left since the frame was made.)
const WorkerPort* Worker::port_of(std::uint16_t port) const noexcept {
  for (const WorkerConnection& c : settings_.connections)
    for (const WorkerSide* side : {&c.a, &c.b}) {
      if (!side->is_lag()) continue;
      const SidePorts& ports = ports_of(*side);
      for (std::uint32_t members = ports.present; members != 0; members &= members - 1) {
        const WorkerPort& found = ports.ports[static_cast<std::size_t>(std::countr_zero(members))];
        if (found.id == port) return &found;
      }
    }
  return nullptr;
}

void Worker::rest(unsigned idle_turns) const noexcept {
  if (settings_.idle == config::Idle::busy || idle_turns < kEmptyTurns) {
    rte_pause();
    return;
  }
  const timespec nap{.tv_sec = 0, .tv_nsec = kSleepNs};
  nanosleep(&nap, nullptr);
}

int Worker::run() noexcept {
  rte_rcu_qsbr_thread_register(settings_.qsbr, settings_.qsbr_thread);
  rte_rcu_qsbr_thread_online(settings_.qsbr, settings_.qsbr_thread);
  // A nap is to be as short as it says, not rounded up to the kernel's usual slack.
  prctl(PR_SET_TIMERSLACK, 1'000UL);
  unsigned idle_turns = 0;
  while (!settings_.stop->load(std::memory_order_relaxed)) {
    const unsigned carried = turn();
    rte_rcu_qsbr_quiescent(settings_.qsbr, settings_.qsbr_thread);
    idle_turns = carried > 0 ? 0 : idle_turns + 1;
    if (carried == 0) rest(idle_turns);
  }
  // What the control lcore gave us last is the farewell to the Partners.
  send_slow_frames();
  rte_pktmbuf_free(slow_frame_);
  slow_frame_ = nullptr;
  for (std::size_t i = 0; i < settings_.connections.size(); ++i)
    for (WorkerSideState& state : states_[i]) {
      drop(state.hold.front(state.hold.size()), fast::Drop::no_distributing_member, state.counters);
      state.egress.discard();
    }
  rte_rcu_qsbr_thread_offline(settings_.qsbr, settings_.qsbr_thread);
  rte_rcu_qsbr_thread_unregister(settings_.qsbr, settings_.qsbr_thread);
  return 0;
}

void Worker::count(LagTotals& totals, std::size_t lag) const {
  for (std::size_t i = 0; i < settings_.connections.size(); ++i) {
    const WorkerConnection& c = settings_.connections[i];
    for (std::size_t s = 0; s < 2; ++s) {
      const WorkerSide& side = s == 0 ? c.a : c.b;
      if (!side.is_lag() || side.index != lag) continue;
      const WorkerSideState& state = states_[i][s];
      for (std::size_t m = 0; m < kMembersMax; ++m) {
        control::Traffic& traffic = totals.members[m];
        const fast::MemberCounters& member = state.counters.member[m];
        traffic.rx_packets += member.rx_packets.read();
        traffic.rx_bytes += member.rx_bytes.read();
        traffic.tx_packets += member.tx_packets.read();
        traffic.tx_bytes += member.tx_bytes.read();
        traffic.rx_ignored += member.rx_ignored.read();
      }
      for (std::size_t d = 0; d < fast::kDrops; ++d) totals.drops[d] += state.counters.drop[d].read();
      for (std::size_t g = 0; g < dist::kLoadGroups; ++g)
        totals.group_octets[g] += state.distributor.load[g].read();
      totals.copies_missed += state.counters.copies_missed.read();
    }
  }
}

fast::DistributorState* Worker::distributor(std::size_t lag) const noexcept {
  for (std::size_t i = 0; i < settings_.connections.size(); ++i) {
    const WorkerConnection& c = settings_.connections[i];
    if (c.a.is_lag() && c.a.index == lag) return &states_[i][0].distributor;
    if (c.b.is_lag() && c.b.index == lag) return &states_[i][1].distributor;
  }
  return nullptr;
}

void Worker::count_port(std::array<std::uint64_t, fast::kDrops>& drops, std::size_t port) const {
  for (std::size_t i = 0; i < settings_.connections.size(); ++i) {
    const WorkerConnection& c = settings_.connections[i];
    for (std::size_t s = 0; s < 2; ++s) {
      const WorkerSide& side = s == 0 ? c.a : c.b;
      if (side.ports == nullptr || side.is_lag() || side.index != port) continue;
      for (std::size_t d = 0; d < fast::kDrops; ++d) drops[d] += states_[i][s].counters.drop[d].read();
    }
  }
}

std::vector<fast::DistributorState*> distributors_of(std::span<const std::unique_ptr<Worker>> workers,
                                                     std::size_t lag) {
  std::vector<fast::DistributorState*> states;
  for (const auto& worker : workers)
    if (fast::DistributorState* const state = worker->distributor(lag)) states.push_back(state);
  return states;
}

LagTotals count_all(std::span<const std::unique_ptr<Worker>> workers, std::size_t lag) {
  LagTotals totals;
  for (const auto& worker : workers) worker->count(totals, lag);
  return totals;
}

}  // namespace lagoon::dpdk
