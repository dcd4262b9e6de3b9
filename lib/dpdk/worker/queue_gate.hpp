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
//     inside = my number                     claimed = true
//     ---- fence (thread_online) ----        ---- fence (exchange, seq_cst) ----
//     claimed?                               inside?
//       no:  it is in                          no:  it has the queue
//       yes: inside = 0, queue "closed"        yes: claimed = false, tries again next turn
//
//   order of the four steps                  user             control
//   user both, then control both             is in            sees the user, goes away
//   control both, then user both             sees the claim   has the queue
//   both write, then both read               sees the claim   sees the user: nobody is in
//   both read before the other's write       not possible: the later one of the two fences has the other's
//                                            write before it, and its own read behind it
//
//     user: leave()                          control: release_claim()
//     offline, inside = 0 (release)          claimed = false (release)
//     the next claim() that reads it sees    the next enter() that reads it sees
//     the user's burst as done               control's work on the queue as done
//
// A user that is sent away takes an empty or a full queue from it, once, and comes again with its next burst.
//
// A user may end inside: a secondary process is killed. It leaves its number, and control, once the kernel
// knows no such thread, claims the queue in spite of it. What a living thread did meanwhile decides:
//
//     control: claim_after(dead)
//     claimed = true
//     ---- fence ----
//     inside?
//       dead: whoever comes now sees the claim. offline in the name of the dead, inside = 0; it has the queue
//       else: a living one came before, or the dead has been let go. claimed = false
#pragma once

#include <rte_rcu_qsbr.h>

#include <atomic>
#include <cstdint>

#include "dpdk/base/thread_life.hpp"

namespace lagoon::dpdk {

class QueueGate {
 public:
  QueueGate(rte_rcu_qsbr* qsbr, unsigned thread) noexcept : qsbr_{qsbr}, thread_{thread} {
    rte_rcu_qsbr_thread_register(qsbr_, thread_);
  }

  /// Thread: the queue's user. False: the control thread is inside; leave() is not due.
  [[nodiscard]] bool enter() noexcept { return enter(this_thread(home_)); }
  /// For who knows its number.
  [[nodiscard]] bool enter(KernelThread thread) noexcept {
    inside_.store(thread, std::memory_order_relaxed);
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
    inside_.store(kNoThread, std::memory_order_release);
  }

  /// Whether the user is in a burst. Thread: any.
  [[nodiscard]] bool inside() const noexcept { return user() != kNoThread; }
  /// Who it is, or kNoThread.
  [[nodiscard]] KernelThread user() const noexcept { return inside_.load(std::memory_order_relaxed); }
  /// Counts the user's bursts. Thread: any.
  [[nodiscard]] std::uint64_t entries() const noexcept { return entries_.load(std::memory_order_relaxed); }

  /// Thread: control. False: the user is inside.
  [[nodiscard]] bool claim() noexcept {
    claimed_.exchange(true, std::memory_order_seq_cst);
    // Pairs with the store-release in leave(), and with the fence in thread_online().
    if (inside_.load(std::memory_order_seq_cst) == kNoThread) return true;
    release_claim();
    return false;
  }
  /// Thread: control. Precondition: has_ended(dead). False: somebody else is inside, or nobody.
  [[nodiscard]] bool claim_after(KernelThread dead) noexcept {
    claimed_.exchange(true, std::memory_order_seq_cst);
    if (inside_.load(std::memory_order_seq_cst) != dead) {
      release_claim();
      return false;
    }
    leave();
    return true;
  }
  void release_claim() noexcept { claimed_.store(false, std::memory_order_release); }

 private:
  rte_rcu_qsbr* qsbr_;
  unsigned thread_;
  std::uint64_t home_ = kPidNamespace;  // of the primary
  std::atomic<KernelThread> inside_{kNoThread};
  std::atomic<bool> claimed_{false};
  std::atomic<std::uint64_t> entries_{0};
};

}  // namespace lagoon::dpdk
