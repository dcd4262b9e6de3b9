#include "dpdk/snapshot/qsbr_publisher.hpp"

#include <rte_malloc.h>
#include <rte_rcu_qsbr.h>

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

void QsbrPublisher::retire(Snapshot old) {
  retired_.push_back({.period = begin_grace_period(), .snapshot = std::move(old)});
}

QsbrPublisher::Snapshot QsbrPublisher::replace(const void* slot, Snapshot next) {
  const auto at = published_.try_emplace(slot, nullptr, [](const void*) {}).first;
  std::swap(at->second, next);
  return next;
}

// Where DPDK has no more memory the table stays in ours: that is better than a table that names a dead
// member.
QsbrPublisher::Snapshot QsbrPublisher::shared_copy(Snapshot made, std::size_t size, std::size_t alignment) {
  void* const at = rte_malloc("lagoon_snapshot", size, static_cast<unsigned>(alignment));
  if (at == nullptr) return made;
  std::memcpy(at, made.get(), size);
  return {at, [](const void* p) { rte_free(const_cast<void*>(p)); }};
}

GracePeriod QsbrPublisher::begin_grace_period() const noexcept {
  return {rte_rcu_qsbr_start(qsbr_)};
}

bool QsbrPublisher::passed(const GracePeriod& period) const noexcept {
  return rte_rcu_qsbr_check(qsbr_, period.token, false) == 1;
}

void QsbrPublisher::reclaim() {
  while (!retired_.empty() && passed(retired_.front().period)) retired_.pop_front();
}

}  // namespace lagoon::dpdk
