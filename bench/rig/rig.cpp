#include "rig/rig.hpp"

#include <rte_malloc.h>

#include "base/check.hpp"

namespace lagoon::bench {

Rig::Rig()
    : qsbr{static_cast<rte_rcu_qsbr*>(
          rte_zmalloc(nullptr, rte_rcu_qsbr_get_memsize(1), RTE_CACHE_LINE_SIZE))} {
  LAGOON_CHECK(qsbr != nullptr && rte_rcu_qsbr_init(qsbr, 1) == 0);
  LAGOON_CHECK(rte_rcu_qsbr_thread_register(qsbr, 0) == 0);
  rte_rcu_qsbr_thread_online(qsbr, 0);
}

}  // namespace lagoon::bench
