// TaskQueue: how another thread has something done by the control lcore, and waits for it. The control lcore
// never waits: it looks at one atomic, and leaves tasks for its next turn when the lock is taken.
#pragma once

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "base/time.hpp"

namespace lagoon::dpdk {

class TaskQueue {
 public:
  /// Thread: any; in the control lcore's own, between its turns, the task runs at once. Blocking: until the
  /// task ran, or `patience` ends. False when it did not run, and then it never will.
  [[nodiscard]] bool run(std::function<void()> task, Duration patience);
  /// Thread: the control lcore. True when a task ran.
  bool serve();
  /// Whether the calling thread is the one that serves: it must not wait for what the control loop does.
  [[nodiscard]] bool is_server() const noexcept;

 private:
  struct Task {
    std::function<void()> work;
    bool done = false;
    bool given_up = false;
  };
  std::mutex mutex_;
  std::condition_variable served_;
  std::deque<std::shared_ptr<Task>> tasks_;
  std::atomic<bool> pending_ = false;
  std::atomic<pthread_t> server_{};
  std::atomic<bool> serves_ = false;  // server_ is known
};

}  // namespace lagoon::dpdk
