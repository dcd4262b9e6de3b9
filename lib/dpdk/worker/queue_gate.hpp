// QueueGate: the way into a queue that a thread of somebody else's calls, whenever it likes. Inside it is a
// reader of the RCU (rte_rcu_qsbr, online for one burst), so there is one full fence for a burst, and who
// stands still outside keeps nobody waiting. Where nobody is inside, the control thread may claim the queue
// and do what nobody else does; a caller that comes meanwhile finds it empty, or full.
//
// Both sides write first and then look at what the other wrote (Dekker's way): thread_online() ends in a
// fence. In shared memory: the caller may be a secondary process.
#pragma once

#include <rte_rcu_qsbr.h>

#include <atomic>
#include <cstdint>

namespace lagoon::dpdk {

class QueueGate {
 public:
  QueueGate(rte_rcu_qsbr* qsbr, unsigned thread) noexcept : qsbr_{qsbr}, thread_{thread} {
    rte_rcu_qsbr_thread_register(qsbr_, thread_);
  }

  /// Thread: the queue's user. False: the control thread is inside; leave() is not due.
  [[nodiscard]] bool enter() noexcept {
    inside_.store(true, std::memory_order_relaxed);
    rte_rcu_qsbr_thread_online(qsbr_, thread_);
    // Pairs with release_claim(): what control did to the queue is seen.
    if (claimed_.load(std::memory_order_acquire)) [[unlikely]] {
      leave();
      return false;
    }
    entries_.store(entries_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return true;
  }
  void leave() noexcept {
    rte_rcu_qsbr_thread_offline(qsbr_, thread_);
    // Pairs with the load in claim().
    inside_.store(false, std::memory_order_release);
  }

  /// How often the user came in. Thread: any.
  [[nodiscard]] std::uint64_t entries() const noexcept { return entries_.load(std::memory_order_relaxed); }

  /// Thread: control. False: somebody is inside.
  [[nodiscard]] bool claim() noexcept {
    claimed_.exchange(true, std::memory_order_seq_cst);
    // Pairs with the store-release in leave(), and with the fence in thread_online().
    if (!inside_.load(std::memory_order_seq_cst)) return true;
    release_claim();
    return false;
  }
  void release_claim() noexcept { claimed_.store(false, std::memory_order_release); }

 private:
  rte_rcu_qsbr* qsbr_;
  unsigned thread_;
  std::atomic<bool> inside_{false};
  std::atomic<bool> claimed_{false};
  std::atomic<std::uint64_t> entries_{0};
};

}  // namespace lagoon::dpdk
