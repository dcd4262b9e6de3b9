#include "dpdk/control_loop.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_pause.h>
#include <rte_ring.h>

#include <algorithm>
#include <ctime>

#include "base/check.hpp"
#include "dpdk/monotonic_clock.hpp"

namespace lagoon::dpdk {

namespace {

constexpr unsigned kPuntsAtOnce = 32;
// An idle turn comes this often on `idle: relax`. rtnetlink wakes us earlier.
constexpr Duration kRest = 200us;

}  // namespace

ControlLoop::ControlLoop(const ControlLoopParts& parts) : parts_{parts} {
  static_assert(RTE_MAX_ETHPORTS <= 1024);
  for (const auto& lag : parts_.lags)
    for (std::size_t i = 0; i < lag->members.size(); ++i) {
      const MemberRuntime& member = lag->members[i];
      origin_[member.port.id().value()] = {.lag = lag.get(),
                                           .member = MemberIndex{static_cast<std::uint8_t>(i)},
                                           .has_socket = member.slow_socket.has_value()};
      if (member.slow_socket)
        news_.push_back({.fd = member.slow_socket->descriptor(), .events = POLLIN, .revents = 0});
    }
  news_.push_back({.fd = parts_.links.descriptor(), .events = POLLIN, .revents = 0});
}

bool ControlLoop::turn(Instant now) {
  bool busy = parts_.links.poll(parts_.lags, now);
  busy |= take_punts(now);
  busy |= poll_control_queues(now);
  busy |= poll_slow_sockets(now);
  busy |= parts_.tasks.serve();
  busy |= run_machines(now);
  parts_.publisher.reclaim();
  return busy;
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

bool ControlLoop::poll_control_queues(Instant now) {
  bool busy = false;
  for (const auto& lag : parts_.lags)
    for (const MemberRuntime& member : lag->members) {
      const auto queue = member.port.control_rx();
      if (!queue) continue;
      std::array<rte_mbuf*, kPuntsAtOnce> frames;
      const std::uint16_t port = member.port.id().value();
      const std::uint16_t count = rte_eth_rx_burst(port, queue->value(), frames.data(), kPuntsAtOnce);
      for (std::uint16_t i = 0; i < count; ++i) take_frame(frames[i], port, now);
      busy |= count > 0;
    }
  return busy;
}

bool ControlLoop::poll_slow_sockets(Instant now) {
  constexpr unsigned kAtOnce = 16;
  std::array<std::byte, 2048> room;
  bool busy = false;
  for (const auto& lag : parts_.lags)
    for (std::size_t i = 0; i < lag->members.size(); ++i) {
      const auto& socket = lag->members[i].slow_socket;
      if (!socket) continue;
      for (unsigned taken = 0; taken < kAtOnce; ++taken) {
        const auto frame = socket->receive(room);
        if (!frame) break;
        lag->lag->frame_received(MemberIndex{static_cast<std::uint8_t>(i)}, *frame, now);
        busy = true;
      }
    }
  return busy;
}

void ControlLoop::take_frame(rte_mbuf* frame, std::uint16_t port, Instant now) {
  const Origin& origin = origin_[port];
  LAGOON_CHECK(origin.lag != nullptr);
  if (origin.has_socket) return rte_pktmbuf_free(frame);
  // A slow-protocol frame fits the first segment: it is at most 1518 octets, and the pool's rooms hold 2048.
  const std::span<const std::byte> octets{rte_pktmbuf_mtod(frame, const std::byte*), frame->data_len};
  origin.lag->lag->frame_received(origin.member, octets, now);
  rte_pktmbuf_free(frame);
}

bool ControlLoop::run_machines(Instant now) {
  bool busy = false;
  parts_.transmitter.retry();
  for (const auto& runtime : parts_.lags) {
    control::Lag& lag = *runtime->lag;
    if (const auto due = lag.deadline(); due && *due <= now) lag.expire(now);
    // The table first: what we tell the Partner about Collecting has to be true when it hears it.
    if (auto table = lag.take_table(now)) {
      parts_.publisher.publish(runtime->table, std::move(table));
      busy = true;
    }
    while (const auto frame = lag.transmit(now)) {
      parts_.transmitter.send(*runtime, *frame);
      busy = true;
    }
  }
  return busy;
}

void ControlLoop::rest(Instant now) {
  if (parts_.idle == config::Idle::busy) {
    rte_pause();
    return;
  }
  Duration rest = kRest;
  for (const auto& lag : parts_.lags)
    if (const auto due = lag->lag->deadline()) rest = std::min(rest, *due - now);
  if (rest <= Duration::zero()) return;
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
