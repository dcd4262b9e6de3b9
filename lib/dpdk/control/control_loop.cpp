#include "dpdk/control/control_loop.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_pause.h>
#include <rte_ring.h>

#include <algorithm>
#include <ctime>

#include "dpdk/base/log.hpp"
#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/control/addresses.hpp"
#include "fast/collect/punt.hpp"
#include "report/progress.hpp"

namespace lagoon::dpdk {

namespace {

constexpr unsigned kPuntsAtOnce = 32;
constexpr unsigned kPuntRounds = 64;
// An idle turn comes this often on `idle: relax`. rtnetlink wakes us earlier.
constexpr Duration kRest = 200us;

}  // namespace

ControlLoop::ControlLoop(const ControlLoopParts& parts) : parts_{parts}, loads_(parts.lags.size()) {
  static_assert(RTE_MAX_ETHPORTS <= 1024);
  list_members();
}

void ControlLoop::list_members() {
  if (listed_ == parts_.lifecycle.revision()) return;
  listed_ = parts_.lifecycle.revision();
  origin_.fill({});
  news_.clear();
  for (const auto& lag : parts_.lags) {
    for_each_member(*lag, [&](MemberIndex index, const MemberRuntime& member) {
      origin_[member.port.id().value()] = {
          .lag = lag.get(), .member = index, .has_socket = member.slow_socket.has_value()};
      if (member.slow_socket)
        news_.push_back({.fd = member.slow_socket->descriptor(), .events = POLLIN, .revents = 0});
    });
    if (lag->host != nullptr)
      news_.push_back({.fd = lag->host->descriptor(), .events = POLLIN, .revents = 0});
  }
  news_.push_back({.fd = parts_.links.descriptor(), .events = POLLIN, .revents = 0});
}

bool ControlLoop::turn(Instant now) {
  bool busy = parts_.links.poll(parts_.lags, now);
  if (parts_.care != nullptr) busy |= parts_.care->turn(now);
  busy |= take_punts(now);
  busy |= take_outgoing(now);
  busy |= poll_control_queues(now);
  busy |= poll_slow_sockets(now);
  busy |= watch_hosts(now);
  busy |= parts_.tasks.serve();
  busy |= run_machines(now);
  busy |= parts_.lifecycle.serve(now, [this, now] {
    // (bounded, since others go on punting)
    for (unsigned round = 0; round < kPuntRounds && take_punts(now); ++round) continue;
  });
  list_members();
  feed_journals();
  parts_.publisher.reclaim();
  if (parts_.after_turn) parts_.after_turn();
  return busy;
}

void ControlLoop::feed_journals() {
  if (parts_.feed == nullptr) return;
  for (std::size_t i = 0; i < parts_.lags.size(); ++i)
    parts_.feed->take(i, parts_.lags[i]->lag->name(), parts_.lags[i]->lag->journal());
  parts_.feed->wake();
}

bool ControlLoop::take_punts(Instant now) {
  std::array<void*, kPuntsAtOnce> frames;
  const unsigned count = rte_ring_sc_dequeue_burst(parts_.punts, frames.data(), kPuntsAtOnce, nullptr);
  for (unsigned i = 0; i < count; ++i) {
    auto* const frame = static_cast<rte_mbuf*>(frames[i]);
    take_frame(frame, frame->port, now);
  }
  return count > 0;
}

bool ControlLoop::take_outgoing(Instant now) {
  std::array<void*, kPuntsAtOnce> frames;
  const unsigned count = rte_ring_sc_dequeue_burst(parts_.outgoing, frames.data(), kPuntsAtOnce, nullptr);
  for (unsigned i = 0; i < count; ++i) {
    auto* const frame = static_cast<rte_mbuf*>(frames[i]);
    if (frame->port < parts_.lags.size())
      parts_.lags[frame->port]->lag->frame_to_send(
          {rte_pktmbuf_mtod(frame, const std::byte*), frame->data_len}, now);
    rte_pktmbuf_free(frame);
  }
  return count > 0;
}

bool ControlLoop::watch_hosts(Instant now) {
  bool busy = false;
  for (const auto& lag : parts_.lags) {
    if (lag->host == nullptr) continue;
    lag->host->set_carrier(lag->lag->up());
    if (!lag->host->poll()) continue;
    lag->lag->hosts_changed(lag->host->addresses(), now);
    busy = true;
  }
  return busy;
}

bool ControlLoop::poll_control_queues(Instant now) {
  bool busy = false;
  for (const auto& lag : parts_.lags)
    for_each_member(*lag, [&](MemberIndex, const MemberRuntime& member) {
      const auto queue = member.port.control_rx();
      if (!queue) return;
      std::array<rte_mbuf*, kPuntsAtOnce> frames;
      const std::uint16_t port = member.port.id().value();
      const std::uint16_t count = rte_eth_rx_burst(port, queue->value(), frames.data(), kPuntsAtOnce);
      for (std::uint16_t i = 0; i < count; ++i) take_frame(frames[i], port, now);
      busy |= count > 0;
    });
  return busy;
}

bool ControlLoop::poll_slow_sockets(Instant now) {
  constexpr unsigned kAtOnce = 16;
  std::array<std::byte, 2048> room;
  bool busy = false;
  for (const auto& lag : parts_.lags)
    for_each_member(*lag, [&](MemberIndex index, const MemberRuntime& member) {
      if (!member.slow_socket) return;
      for (unsigned taken = 0; taken < kAtOnce; ++taken) {
        const auto frame = member.slow_socket->receive(room);
        if (!frame) break;
        lag->lag->frame_received(index, *frame, now);
        busy = true;
      }
    });
  return busy;
}

void ControlLoop::take_frame(rte_mbuf* frame, std::uint16_t port, Instant now) {
  const Origin& origin = origin_[port];
  // What control is to see fits the first segment: the pool's rooms hold 2048 octets.
  const std::span<const std::byte> octets{rte_pktmbuf_mtod(frame, const std::byte*), frame->data_len};
  // (A member that has left has no origin; the socket of one that is here has brought the frame already.)
  if (origin.lag != nullptr && !(origin.has_socket && fast::is_slow_protocol(octets)))
    origin.lag->lag->frame_received(origin.member, octets, now);
  rte_pktmbuf_free(frame);
}

void ControlLoop::measure(std::size_t index, Instant now) {
  LagRuntime& runtime = *parts_.lags[index];
  if (!runtime.lag->measurement_due(now)) return;
  const LagTotals totals = count_all(runtime.users);
  control::Measurement counts{};
  counts.group_octets = totals.group_octets;
  for_each_member(runtime, [&](MemberIndex member, const MemberRuntime& m) {
    const control::Traffic traffic = since(totals.members[member.value()], m.before);
    counts.rx_frames[member.value()] = heard(traffic);
    counts.tx_octets[member.value()] = traffic.tx_bytes;
  });
  if (runtime.lag->wants_load()) loads_[index].fill(counts, distributors_of(runtime.users));
  runtime.lag->measured(counts, now);
}

bool ControlLoop::run_machines(Instant now) {
  bool busy = false;
  parts_.transmitter.retry();
  for (std::size_t i = 0; i < parts_.lags.size(); ++i) {
    LagRuntime* const runtime = parts_.lags[i].get();
    control::Lag& lag = *runtime->lag;
    measure(i, now);
    if (const auto served = runtime->egress_keeper.serve(*runtime, now); !served)
      log_line(LogLevel::error, "LAG '" + lag.name() + "': traffic: " + served.error().detail);
    if (lag.wants_progress()) lag.report(report::progress_of(distributors_of(runtime->users)), now);
    if (const auto due = lag.deadline(); due && *due <= now) lag.expire(now);
    // The table first: what we tell the Partner about Collecting has to be true when it hears it.
    if (auto table = lag.take_table(now)) {
      parts_.publisher.publish(runtime->table, std::move(table));
      busy = true;
    }
    // (an announcement says whose address is where: it has to be there by then)
    busy |= apply_addresses(*runtime, now);
    while (const auto frame = lag.transmit(now)) {
      parts_.transmitter.send(*runtime, *frame);
      busy = true;
    }
  }
  return busy;
}

Duration ControlLoop::patience(Instant now) const {
  if (parts_.idle == config::Idle::busy) return Duration::zero();
  Duration rest = kRest;
  for (const auto& lag : parts_.lags)
    if (const auto due = lag->lag->deadline()) rest = std::min(rest, *due - now);
  return std::max(rest, Duration::zero());
}

void ControlLoop::rest(Instant now) {
  if (parts_.idle == config::Idle::busy) {
    rte_pause();
    return;
  }
  const Duration rest = patience(now);
  if (rest == Duration::zero()) return;
  const timespec timeout{.tv_sec = 0, .tv_nsec = rest.count()};
  static_cast<void>(ppoll(news_.data(), news_.size(), &timeout, nullptr));
}

void ControlLoop::run(const std::atomic<bool>& stop, Duration patience) {
  while (!stop.load(std::memory_order_relaxed)) {
    const Instant now = dpdk::now();
    if (!turn(now)) rest(now);
  }
  const Instant stopped = dpdk::now();
  for (const auto& lag : parts_.lags) lag->lag->shut_down(stopped);
  for (Instant now = stopped; now < stopped + patience; now = dpdk::now()) {
    if (!turn(now)) rest(now);
    const bool told = std::all_of(parts_.lags.begin(), parts_.lags.end(),
                                  [](const auto& lag) { return lag->lag->drained(); });
    if (told && parts_.transmitter.idle()) return;
  }
}

}  // namespace lagoon::dpdk
