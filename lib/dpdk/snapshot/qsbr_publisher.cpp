#include "dpdk/snapshot/qsbr_publisher.hpp"

#include <rte_malloc.h>
#include <rte_rcu_qsbr.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace lagoon::dpdk {

QsbrPublisher::~QsbrPublisher() {
  rte_free(qsbr_);
}

Result<void> QsbrPublisher::open(unsigned workers, SnapshotMemory memory) {
  memory_ = memory;
  const std::size_t size = rte_rcu_qsbr_get_memsize(workers);
  qsbr_ = static_cast<rte_rcu_qsbr*>(rte_zmalloc("lagoon_qsbr", size, RTE_CACHE_LINE_SIZE));
  if (qsbr_ == nullptr || rte_rcu_qsbr_init(qsbr_, workers) != 0)
    return fail(Errc::no_resources, "memory for RCU of " + std::to_string(workers) + " workers");
  return {};
}

void QsbrPublisher::offer(const void* slot, const Snapshot& snapshot, Store store) {
  SlotState& state = slots_[slot];
  state.store = store;
  reclaim(slot, state);
  if (state.pending == nullptr && state.retired.size() < kRetiredMost) return put(slot, state, snapshot);
  // Nobody has seen the one whose place it takes.
  if (state.pending == nullptr) ++pending_;
  state.pending = snapshot;
}

void QsbrPublisher::put(const void* slot, SlotState& state, Snapshot snapshot) {
  state.store(slot, snapshot.get());
  std::swap(state.published, snapshot);
  if (snapshot != nullptr)
    state.retired.push_back({.period = begin_grace_period(), .snapshot = std::move(snapshot)});
}

void QsbrPublisher::reclaim(const void* slot, SlotState& state) {
  while (!state.retired.empty() && passed(state, state.retired.front().period)) state.retired.pop_front();
  if (state.pending == nullptr || state.retired.size() >= kRetiredMost) return;
  --pending_;
  put(slot, state, std::exchange(state.pending, nullptr));
  delayed_ = begin_grace_period();
}

// Where DPDK has no more memory the table stays in ours: that is better than a table that names a dead
// member.
QsbrPublisher::Snapshot QsbrPublisher::shared_copy(Snapshot made, std::size_t size, std::size_t alignment) {
  void* const at = rte_malloc("lagoon_snapshot", size, static_cast<unsigned>(alignment));
  if (at == nullptr) return made;
  std::memcpy(at, made.get(), size);
  return {at, [](void* p) { rte_free(p); }};
}

GracePeriod QsbrPublisher::begin_grace_period() const noexcept {
  // Between the snapshot that was stored and passed()'s look at who reads: else that look might be older, and
  // miss a reader who has come since and found the old snapshot. (The start itself is a release, and on x86
  // more than that.)
  rte_atomic_thread_fence(__ATOMIC_SEQ_CST);
  return {rte_rcu_qsbr_start(qsbr_)};
}

bool QsbrPublisher::passed(const GracePeriod& period) const noexcept {
  return pending_ == 0 && rte_rcu_qsbr_check(qsbr_, std::max(period.token, delayed_.token), false) == 1;
}

// As rte_rcu_qsbr_check() does it, of some threads.
bool QsbrPublisher::passed(const SlotState& state, const GracePeriod& period) const noexcept {
  if (state.readers.empty()) return rte_rcu_qsbr_check(qsbr_, period.token, false) == 1;
  return std::ranges::all_of(state.readers, [&](unsigned thread) {
    // Pairs with the store-release of a thread that reports a quiescent state, or goes offline.
    const std::uint64_t seen = __atomic_load_n(&qsbr_->qsbr_cnt[thread].cnt, __ATOMIC_ACQUIRE);
    return seen == __RTE_QSBR_CNT_THR_OFFLINE || seen >= period.token;
  });
}

void QsbrPublisher::reclaim() {
  for (auto& [slot, state] : slots_)
    if (!state.retired.empty() || state.pending != nullptr) reclaim(slot, state);
}

std::size_t QsbrPublisher::waiting() const noexcept {
  std::size_t waiting = pending_;
  for (const auto& [slot, state] : slots_) waiting += state.retired.size();
  return waiting;
}

}  // namespace lagoon::dpdk
