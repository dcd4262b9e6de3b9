#include "dpdk/base/mempools.hpp"

#include <rte_mempool.h>

namespace lagoon::dpdk {

std::vector<MempoolStatus> mempools() {
  std::vector<MempoolStatus> all;
  const auto add = [](rte_mempool* pool, void* to) {
    static_cast<std::vector<MempoolStatus>*>(to)->push_back(
        {.name = pool->name, .size = pool->size, .free = rte_mempool_avail_count(pool)});
  };
  rte_mempool_walk(add, &all);
  return all;
}

}  // namespace lagoon::dpdk
