#include "dpdk/qsbr_publisher.hpp"

#include <rte_malloc.h>
#include <rte_rcu_qsbr.h>

#include <utility>

namespace lagoon::dpdk {

QsbrPublisher::~QsbrPublisher() {
  rte_free(qsbr_);
}

Result<void> QsbrPublisher::open(unsigned workers) {
  const std::size_t size = rte_rcu_qsbr_get_memsize(workers);
  qsbr_ = static_cast<rte_rcu_qsbr*>(rte_zmalloc("lagoon_qsbr", size, RTE_CACHE_LINE_SIZE));
  if (qsbr_ == nullptr || rte_rcu_qsbr_init(qsbr_, workers) != 0)
    return fail(Errc::no_resources, "memory for RCU of " + std::to_string(workers) + " workers");
  return {};
}

void QsbrPublisher::publish(TableSlot& slot, std::unique_ptr<const table::PortTable> table) {
  // Pairs with the load-acquire of a worker at the start of a burst.
  const table::PortTable* old = slot.exchange(table.release(), std::memory_order_acq_rel);
  if (old == nullptr) return;
  retired_.push_back(
      {.token = rte_rcu_qsbr_start(qsbr_), .table = std::unique_ptr<const table::PortTable>{old}});
}

void QsbrPublisher::reclaim() {
  while (!retired_.empty() && rte_rcu_qsbr_check(qsbr_, retired_.front().token, false) == 1)
    retired_.pop_front();
}

}  // namespace lagoon::dpdk
