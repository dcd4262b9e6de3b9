#include "dpdk/worker/worker.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_pause.h>
#include <rte_rcu_qsbr.h>
#include <rte_ring.h>
#include <sys/prctl.h>

#include <algorithm>
#include <bit>
#include <ctime>
#include <span>
#include <utility>

#include "dpdk/worker/validity.hpp"
#include "dpdk/worker/worker_path.hpp"
#include "fast/collect/collector.hpp"

namespace lagoon::dpdk {

namespace {

// On `idle: relax`: this many empty turns are polled through, then the lcore naps, at first for 50 us. A nap
// that is longer is at most an eighth of the silence before it, and 400 us: what the first frame after it may
// have to wait.
constexpr unsigned kEmptyTurns = 64;
constexpr unsigned kNapsOfALength = 16;
constexpr unsigned kLengths = 4;
constexpr unsigned kIdleLong = kEmptyTurns + kNapsOfALength * kLengths;
constexpr long kShortestNapNs = 50'000;

long nap_ns(unsigned idle_turns) noexcept {
  return kShortestNapNs << std::min((idle_turns - kEmptyTurns) / kNapsOfALength, kLengths - 1);
}

std::uint64_t octets_of(std::span<rte_mbuf* const> frames) noexcept {
  std::uint64_t octets = 0;
  for (const rte_mbuf* frame : frames) octets += frame->pkt_len;
  return octets;
}

// `counters` are of where the frames come from, `sent` of the port: what goes by a socket the driver does not
// count.
void send_to_port(const WorkerSide& to, std::span<rte_mbuf*> frames, fast::LagCounters& counters,
                  fast::MemberCounters& sent) noexcept {
  if (to.ports == nullptr) return drop(frames, fast::Drop::no_peer, counters);
  const SidePorts& ports = ports_of(to);
  const bool counted = ports[MemberIndex{0}].tx_socket.has_value();
  const std::size_t count = frames.size();
  const std::uint64_t octets = counted ? octets_of(frames) : 0;
  MemberSender sender{ports};
  for (unsigned tries = 0; tries < kTxTries && !frames.empty(); ++tries)
    frames = frames.subspan(sender.send(MemberIndex{0}, frames));
  const fast::Unfit unfit = sender.take_unfit();
  counters.of(fast::Drop::unfit).add(unfit.frames);
  if (counted) {
    sent.tx_packets.add(count - unfit.frames - frames.size());
    sent.tx_bytes.add(octets - unfit.octets - octets_of(frames));
  }
  if (!frames.empty()) [[unlikely]]
    drop(frames, fast::Drop::port_tx_refused, counters);
}

}  // namespace

Worker::Worker(WorkerSettings settings)
    : settings_{std::move(settings)},
      slow_{settings_.slow_frames},
      states_{std::make_unique<std::array<WorkerSideState, 2>[]>(settings_.connections.size())} {
  // Round robin at random: each worker begins elsewhere, so that they do not choose the same member at once.
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
      std::span<rte_mbuf*> frames =
          without_cut(port, member, std::span{burst}.first(count), from_state.counters);
      if (const table::PortTable* table = table_of(from); table != nullptr && !frames.empty())
        frames =
            fast::collect<rte_mbuf>(is_usable(*table, from_state) ? *table : kClosedTable, member, frames,
                                    PuntRings{ports}, Freer{}, from_state.collector, from_state.counters);
      if (frames.empty()) continue;
      if (from.stations != nullptr) from.stations->note(frames);
      if (const table::PortTable* table = table_of(to); table != nullptr && !is_usable(*table, to_state))
        drop(frames, fast::Drop::lapsed, to_state.counters);
      else if (table != nullptr)
        send_to_lag(*table, to, frames, to_state);
      else
        send_to_port(to, frames, from_state.counters, to_state.counters.of(MemberIndex{0}));
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
    for (const auto& [side, state] : {std::pair{&c.a, &a}, std::pair{&c.b, &b}})
      if (const table::PortTable* const table = table_of(*side);
          table != nullptr && table->authority != state->authority && !is_over(*table)) [[unlikely]]
        begin_anew(i, *state, table->authority);
    const auto look_after_one = [](const WorkerSide& side, WorkerSideState& state) noexcept {
      const table::PortTable* const table = table_of(side);
      if (table == nullptr || !is_usable(*table, state)) return false;
      return look_after(*table, side, state, [&] { release(*table, side, state); });
    };
    carried += look_after_one(c.a, a) ? 1U : 0U;
    carried += look_after_one(c.b, b) ? 1U : 0U;
    carried += carry(c.a, c.b, a, b);
    carried += carry(c.b, c.a, b, a);
  }
  return carried;
}

// What lies in queues may have been forwarded by the other box, before this one might: it goes. Queues that
// frames come into faster than they are emptied here are left after kStaleMost bursts.
void Worker::begin_anew(std::size_t connection, WorkerSideState& lag, std::uint32_t authority) noexcept {
  constexpr unsigned kStaleMost = 1024;
  lag.authority = authority;
  drop(lag.hold.front(lag.hold.size()), fast::Drop::lapsed, lag.counters);
  lag.hold.pop(lag.hold.size());
  lag.egress.discard();
  const WorkerConnection& c = settings_.connections[connection];
  for (const WorkerSide* side : {&c.a, &c.b}) {
    if (side->ports == nullptr) continue;
    const SidePorts& ports = ports_of(*side);
    for_each(ports.present, [&](MemberIndex member) {
      const WorkerPort& port = ports[member];
      for (std::uint16_t queue = port.first_rx; queue < port.rx_end;
           queue = static_cast<std::uint16_t>(queue + port.step))
        for (unsigned bursts = 0; bursts < kStaleMost; ++bursts) {
          std::array<rte_mbuf*, kBurstMax> burst;
          const std::uint16_t count = rte_eth_rx_burst(port.id, queue, burst.data(), kBurstMax);
          if (count == 0) break;
          std::span<rte_mbuf*> frames{burst.data(), count};
          // (slow frames are the Partner's word, whoever carries)
          if (side->is_lag())
            frames = fast::collect<rte_mbuf>(kClosedTable, member, frames, PuntRings{ports}, Freer{},
                                             lag.collector, lag.counters);
          drop(frames, fast::Drop::lapsed, lag.counters);
        }
    });
  }
}

void Worker::send_slow_frames() noexcept {
  slow_.send([this](std::uint16_t port) noexcept { return port_of(port); },
             [this](rte_mbuf& marker) noexcept { return waits_for_data(marker); });
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

// The member may have left since the frame was made.
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
  const timespec nap{.tv_sec = 0, .tv_nsec = nap_ns(idle_turns)};
  nanosleep(&nap, nullptr);
}

int Worker::run() noexcept {
  rte_rcu_qsbr_thread_register(settings_.qsbr, settings_.qsbr_thread);
  rte_rcu_qsbr_thread_online(settings_.qsbr, settings_.qsbr_thread);
  // A nap is to be as short as it says, not rounded up to the kernel's usual slack.
  prctl(PR_SET_TIMERSLACK, 1'000UL);
  unsigned idle_turns = 0;
  while (!settings_.stop->load(std::memory_order_relaxed)) {
    heart_.beat();
    const unsigned carried = turn();
    rte_rcu_qsbr_quiescent(settings_.qsbr, settings_.qsbr_thread);
    idle_turns = carried > 0 ? 0 : std::min(idle_turns, kIdleLong) + 1;
    if (carried == 0) rest(idle_turns);
  }
  // What the control lcore gave us last is the farewell to the Partners.
  send_slow_frames();
  slow_.discard();
  for (std::size_t i = 0; i < settings_.connections.size(); ++i)
    for (WorkerSideState& state : states_[i]) {
      drop(state.hold.front(state.hold.size()), fast::Drop::no_distributing_member, state.counters);
      state.egress.discard();
    }
  rte_rcu_qsbr_thread_offline(settings_.qsbr, settings_.qsbr_thread);
  rte_rcu_qsbr_thread_unregister(settings_.qsbr, settings_.qsbr_thread);
  return 0;
}

std::optional<LagUser> Worker::user_of(std::size_t lag) const noexcept {
  for (std::size_t i = 0; i < settings_.connections.size(); ++i) {
    const WorkerConnection& c = settings_.connections[i];
    auto& [a, b] = states_[i];
    for (const auto& [side, state] : {std::pair{&c.a, &a}, std::pair{&c.b, &b}})
      if (side->is_lag() && side->index == lag)
        return LagUser{
            .lcore = settings_.lcore, .counters = &state->counters, .distributor = &state->distributor};
  }
  return std::nullopt;
}

void Worker::count_port(PortTally& tally, std::size_t port) const {
  for (std::size_t i = 0; i < settings_.connections.size(); ++i) {
    const WorkerConnection& c = settings_.connections[i];
    for (std::size_t s = 0; s < 2; ++s) {
      const WorkerSide& side = s == 0 ? c.a : c.b;
      if (side.ports == nullptr || side.is_lag() || side.index != port) continue;
      const fast::LagCounters& counters = states_[i][s].counters;
      for (std::size_t d = 0; d < fast::kDrops; ++d) tally.drops[d] += counters.drop[d].read();
      tally.sent.tx_packets += counters.of(MemberIndex{0}).tx_packets.read();
      tally.sent.tx_bytes += counters.of(MemberIndex{0}).tx_bytes.read();
    }
  }
}

std::vector<LagUser> users_of(std::span<const std::unique_ptr<Worker>> workers, std::size_t lag) {
  std::vector<LagUser> users;
  for (const auto& worker : workers)
    if (const auto user = worker->user_of(lag)) users.push_back(*user);
  return users;
}

}  // namespace lagoon::dpdk
