// QueueGate: lets one of two threads into a queue, and neither waits for the other. The user is a thread of a
// program that we are part of: it calls whenever it likes, may stand still anywhere, and may be in a
// secondary process, so the gate lies in shared memory. The control thread claims the queue when no user is
// inside, and does for it what else nobody would (QueueCare).
//
// While it is inside the user is a reader of the RCU (rte_rcu_qsbr, online for one burst): a burst costs one
// full fence, and a user that stands still outside delays no grace period.
//
// Each side writes its own flag, passes a full fence, and then reads the other's (Dekker's algorithm):
//
//     user: enter()                          control: claim()
//     inside = true                          claimed = true
//     ---- fence (thread_online) ----        ---- fence (exchange, seq_cst) ----
//     claimed?                               inside?
//       no:  it is in                          no:  it has the queue
//       yes: inside = false, queue "closed"    yes: claimed = false, tries again next turn
//
//   order of the four steps                  user             control
//   user both, then control both             is in            sees the user, goes away
//   control both, then user both             sees the claim   has the queue
//   both write, then both read               sees the claim   sees the user: nobody is in
//   both read before the other's write       not possible: the later one of the two fences has the other's
//                                            write before it, and its own read behind it
//
//     user: leave()                          control: release_claim()
//     offline, inside = false (release)      claimed = false (release)
//     the next claim() that reads it sees    the next enter() that reads it sees
//     the user's burst as done               control's work on the queue as done
//
// A user that is sent away takes an empty or a full queue from it, once, and comes again with its next burst.
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
    // Pairs with release_claim(): the user sees all that control did to the queue.
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

  /// Whether the user is in a burst. Thread: any.
  [[nodiscard]] bool inside() const noexcept { return inside_.load(std::memory_order_relaxed); }
  /// Counts the user's bursts. Thread: any.
  [[nodiscard]] std::uint64_t entries() const noexcept { return entries_.load(std::memory_order_relaxed); }

  /// Thread: control. False: the user is inside.
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
