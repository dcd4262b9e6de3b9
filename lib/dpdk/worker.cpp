#include "dpdk/worker.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_pause.h>
#include <rte_rcu_qsbr.h>
#include <rte_ring.h>
#include <sys/prctl.h>

#include <ctime>
#include <span>
#include <utility>

#include "dpdk/packet_socket.hpp"
#include "fast/collector.hpp"
#include "fast/distributor.hpp"

namespace lagoon::dpdk {

namespace {

// How often a full transmit queue is asked again before the rest of the burst is dropped. The port's own work
// (a DMA, a system call) takes place in each try, so this bounds the time, too.
constexpr unsigned kTxTries = 16;
constexpr unsigned kSlowFrameTries = 4096;
// On `idle: relax`: this many empty turns are polled through, then the lcore sleeps.
constexpr unsigned kEmptyTurns = 64;
constexpr long kSleepNs = 50'000;

class MemberSender {
 public:
  explicit MemberSender(const WorkerSide& side) noexcept : side_{side} {}
  [[nodiscard]] std::size_t send(MemberIndex member, std::span<rte_mbuf*> frames) noexcept {
    const WorkerPort& port = side_.ports[member.value()];
    if (port.tx_socket) return send_burst(*port.tx_socket, frames);
    return rte_eth_tx_burst(port.id, port.tx, frames.data(), static_cast<std::uint16_t>(frames.size()));
  }

 private:
  const WorkerSide& side_;
};

class PuntRing {
 public:
  PuntRing(rte_ring* ring, const WorkerSide& side) noexcept : ring_{ring}, side_{side} {}
  [[nodiscard]] bool push(MemberIndex member, rte_mbuf* frame) noexcept {
    // Not every driver says where a frame came from (net_ring passes on what stood there).
    frame->port = side_.ports[member.value()].id;
    return rte_ring_mp_enqueue(ring_, frame) == 0;
  }
  [[nodiscard]] bool copy(MemberIndex member, const rte_mbuf& frame) noexcept {
    rte_mbuf* const made = rte_pktmbuf_copy(&frame, frame.pool, 0, frame.pkt_len);
    if (made == nullptr) return false;
    if (push(member, made)) return true;
    rte_pktmbuf_free(made);
    return false;
  }

 private:
  rte_ring* ring_;
  const WorkerSide& side_;
};

struct Freer {
  void free(std::span<rte_mbuf*> frames) noexcept {
    rte_pktmbuf_free_bulk(frames.data(), static_cast<unsigned>(frames.size()));
  }
};

void drop(std::span<rte_mbuf*> frames, fast::Drop reason, fast::LagCounters& counters) noexcept {
  counters.of(reason).add(frames.size());
  Freer{}.free(frames);
}

void send_to_port(const WorkerSide& to, std::span<rte_mbuf*> frames, fast::LagCounters& counters) noexcept {
  if (to.ports.empty()) return drop(frames, fast::Drop::no_peer, counters);
  MemberSender sender{to};
  for (unsigned tries = 0; tries < kTxTries && !frames.empty(); ++tries)
    frames = frames.subspan(sender.send(MemberIndex{0}, frames));
  if (!frames.empty()) [[unlikely]]
    drop(frames, fast::Drop::port_tx_refused, counters);
}

void distribute_or_drop(const table::PortTable& table, const WorkerSide& to, std::span<rte_mbuf*> frames,
                        WorkerSideState& state) noexcept {
  for (unsigned tries = 0; tries < kTxTries && !frames.empty(); ++tries) {
    frames = frames.subspan(
        fast::distribute<rte_mbuf>(table, frames, MemberSender{to}, state.distributor, state.counters));
    if (table.distributing == 0) break;
  }
  if (!frames.empty()) [[unlikely]]
    drop(frames, fast::refusal(table), state.counters);
}

// Lets held frames go once they may.
void release(const table::PortTable& table, const WorkerSide& to, WorkerSideState& state) noexcept {
  while (!state.hold.empty() && state.hold.may_pass(table)) {
    const std::span<rte_mbuf*> frames = state.hold.front(kBurstMax);
    const std::size_t count = frames.size();
    distribute_or_drop(table, to, frames, state);
    state.hold.pop(count);
  }
}

void send_to_lag(const table::PortTable& table, const WorkerSide& to, std::span<rte_mbuf*> frames,
                 WorkerSideState& state) noexcept {
  if (!state.hold.may_pass(table)) [[unlikely]]
    frames = state.hold.take(table, frames);
  release(table, to, state);
  if (!frames.empty()) distribute_or_drop(table, to, frames, state);
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

[[nodiscard]] const table::PortTable* table_of(const WorkerSide& side) noexcept {
  // Pairs with the exchange in QsbrPublisher::publish().
  return side.table != nullptr ? side.table->load(std::memory_order_acquire) : nullptr;
}

}  // namespace

Worker::Worker(WorkerSettings settings)
    : settings_{std::move(settings)},
      states_{std::make_unique<std::array<WorkerSideState, 2>[]>(settings_.connections.size())} {}

unsigned Worker::carry(const WorkerSide& from, const WorkerSide& to, WorkerSideState& from_state,
                       WorkerSideState& to_state) noexcept {
  unsigned carried = 0;
  for (std::size_t m = 0; m < from.ports.size(); ++m) {
    const WorkerPort& port = from.ports[m];
    for (std::uint16_t queue = port.first_rx; queue < port.rx_end;
         queue = static_cast<std::uint16_t>(queue + port.step)) {
      std::array<rte_mbuf*, kBurstMax> burst;
      const std::uint16_t count = rte_eth_rx_burst(port.id, queue, burst.data(), kBurstMax);
      if (count == 0) continue;
      carried += count;
      std::span<rte_mbuf*> frames{burst.data(), count};
      if (const table::PortTable* table = table_of(from))
        frames = fast::collect<rte_mbuf>(*table, MemberIndex{static_cast<std::uint8_t>(m)}, frames,
                                         PuntRing{settings_.punts, from}, Freer{}, from_state.collector,
                                         from_state.counters);
      if (frames.empty()) continue;
      if (const table::PortTable* table = table_of(to))
        send_to_lag(*table, to,
                    from.table != nullptr ? frames : without_slow_frames(frames, to_state.counters),
                    to_state);
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
    // (held frames go also when no others come)
    if (const table::PortTable* table = table_of(c.a)) release(*table, c.a, a);
    if (const table::PortTable* table = table_of(c.b)) release(*table, c.b, b);
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
    // Only members whose one transmit queue this worker owns are sent to this way: queue 0.
    if (rte_eth_tx_burst(slow_frame_->port, 0, &slow_frame_, 1) == 0) {
      // A port that never sends again must not keep the other members' LACPDUs waiting.
      if (++slow_frame_tries_ < kSlowFrameTries) return;
      rte_pktmbuf_free(slow_frame_);
      slow_frames_refused_.add(1);
    }
    slow_frame_ = nullptr;
    slow_frame_tries_ = 0;
  }
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
    for (WorkerSideState& state : states_[i])
      drop(state.hold.front(state.hold.size()), fast::Drop::no_distributing_member, state.counters);
  rte_rcu_qsbr_thread_offline(settings_.qsbr, settings_.qsbr_thread);
  rte_rcu_qsbr_thread_unregister(settings_.qsbr, settings_.qsbr_thread);
  return 0;
}

void Worker::add_to(control::LagStatus& status, std::size_t lag) const {
  std::array<std::uint64_t, fast::kDrops> drops{};
  for (std::size_t i = 0; i < settings_.connections.size(); ++i) {
    const WorkerConnection& c = settings_.connections[i];
    for (std::size_t s = 0; s < 2; ++s) {
      const WorkerSide& side = s == 0 ? c.a : c.b;
      if (side.table == nullptr || side.lag != lag) continue;
      const fast::LagCounters& counted = states_[i][s].counters;
      for (std::size_t m = 0; m < status.members.size(); ++m) {
        control::Traffic& traffic = status.members[m].traffic;
        const fast::MemberCounters& member = counted.of(MemberIndex{static_cast<std::uint8_t>(m)});
        traffic.rx_packets += member.rx_packets.read();
        traffic.rx_bytes += member.rx_bytes.read();
        traffic.tx_packets += member.tx_packets.read();
        traffic.tx_bytes += member.tx_bytes.read();
      }
      for (std::size_t d = 0; d < fast::kDrops; ++d) drops[d] += counted.drop[d].read();
    }
  }
  for (std::size_t d = 0; d < fast::kDrops; ++d) {
    const auto name = name_of(static_cast<fast::Drop>(d));
    bool found = false;
    for (control::NamedCount& drop : status.drops)
      if (drop.name == name) {
        drop.count += drops[d];
        found = true;
      }
    if (!found) status.drops.push_back({name, drops[d]});
  }
}

}  // namespace lagoon::dpdk
