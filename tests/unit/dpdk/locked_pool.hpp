// A pool of mbufs whose free ones lie under a std::mutex. The pools of DPDK's own libraries do it without a
// lock, in code that ThreadSanitizer has not instrumented: it would see an mbuf's next use as a race with its
// last one.
#pragma once

#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <cerrno>
#include <cstdio>
#include <mutex>
#include <vector>

namespace lagoon::dpdk::test {

class LockedStack {
 public:
  void put(void* const* objects, unsigned count) {
    const std::lock_guard lock{mutex_};
    objects_.insert(objects_.end(), objects, objects + count);
  }
  bool take(void** objects, unsigned count) {
    const std::lock_guard lock{mutex_};
    if (objects_.size() < count) return false;
    for (unsigned i = 0; i < count; ++i) {
      objects[i] = objects_.back();
      objects_.pop_back();
    }
    return true;
  }
  unsigned size() {
    const std::lock_guard lock{mutex_};
    return static_cast<unsigned>(objects_.size());
  }

 private:
  std::mutex mutex_;
  std::vector<void*> objects_;
};

[[nodiscard]] inline LockedStack* stack_of(const rte_mempool* pool) {
  return static_cast<LockedStack*>(pool->pool_data);
}

/// Precondition: EAL runs; called once.
[[nodiscard]] inline rte_mempool* make_locked_pool(unsigned count) {
  static rte_mempool_ops ops{};
  std::snprintf(ops.name, sizeof(ops.name), "locked");
  ops.alloc = [](rte_mempool* pool) {
    // (no heap: LeakSanitizer does not look for pointers in DPDK's memory)
    static LockedStack stack;
    pool->pool_data = &stack;
    return 0;
  };
  ops.free = [](rte_mempool*) {};
  ops.enqueue = [](rte_mempool* pool, void* const* objects, unsigned n) {
    stack_of(pool)->put(objects, n);
    return 0;
  };
  ops.dequeue = [](rte_mempool* pool, void** objects, unsigned n) {
    return stack_of(pool)->take(objects, n) ? 0 : -ENOBUFS;
  };
  ops.get_count = [](const rte_mempool* pool) { return stack_of(pool)->size(); };
  rte_mempool_register_ops(&ops);
  return rte_pktmbuf_pool_create_by_ops("test", count, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0, "locked");
}

}  // namespace lagoon::dpdk::test
