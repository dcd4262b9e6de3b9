#include "dpdk/control/queue_care.hpp"

#include <rte_ring.h>

#include <array>
#include <span>

#include "dpdk/worker/worker_path.hpp"

namespace lagoon::dpdk {

namespace {

// A program that polls does so more often by far; a LACPDU may well be that late.
constexpr Duration kRxPatience = 20ms;
// Held frames and moves wait for this one.
constexpr Duration kTxPatience = 1ms;
constexpr unsigned kRounds = 4;
// Between two questions whether who stands inside lives.
constexpr Duration kLookForDead = 100ms;

}  // namespace

template <typename Queue>
bool QueueCare::is_left_alone(Watched<Queue>& watched, Duration patience, Instant now) {
  const std::uint64_t entries = watched.queue->gate.entries();
  if (entries != watched.entries) {
    watched.entries = entries;
    watched.since = now;
  }
  return now - watched.since >= patience;
}

template <typename Queue>
bool QueueCare::claim(Watched<Queue>& watched, Instant now) {
  QueueGate& gate = watched.queue->gate;
  if (gate.claim()) return true;
  if (now < watched.next_look) return false;
  watched.next_look = now + kLookForDead;
  const KernelThread user = gate.user();
  if (!has_ended(user) || !gate.claim_after(user)) return false;
  dead_.push_back({.who = watched.who, .frames = clear_up(*watched.queue)});
  return true;
}

bool QueueCare::poll(RxQueue& queue) {
  bool busy = false;
  for (unsigned round = 0; round < kRounds; ++round) {
    std::array<rte_mbuf*, kBurstMax> frames;
    const std::size_t count = poll_members(queue, frames).frames;
    if (count == 0) break;
    busy = true;
    std::array<void*, kBurstMax> as_objects;
    std::copy_n(frames.begin(), count, as_objects.begin());
    const unsigned kept =
        rte_ring_sp_enqueue_burst(queue.found, as_objects.data(), static_cast<unsigned>(count), nullptr);
    if (kept < count)
      drop(std::span{frames}.first(count).subspan(kept), fast::Drop::not_polled, queue.counters);
  }
  return busy;
}

bool QueueCare::turn(Instant now) {
  bool busy = false;
  dead_.clear();
  for (auto& watched : receivers_) {
    if (!is_left_alone(watched, kRxPatience, now) || !claim(watched, now)) continue;
    busy |= poll(*watched.queue);
    watched.queue->gate.release_claim();
  }
  for (auto& watched : senders_) {
    if (!is_left_alone(watched, kTxPatience, now) || !claim(watched, now)) continue;
    if (const table::PortTable* const table = table_of(watched.queue->side))
      look_after(*watched.queue, *table);
    watched.queue->gate.release_claim();
  }
  return busy;
}

}  // namespace lagoon::dpdk
