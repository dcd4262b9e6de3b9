#include "dpdk/control/task_queue.hpp"

#include <utility>

namespace lagoon::dpdk {

bool TaskQueue::run(std::function<void()> work, Duration patience) {
  if (is_server()) {
    work();
    return true;
  }
  const auto task = std::make_shared<Task>();
  task->work = std::move(work);
  std::unique_lock lock{mutex_};
  tasks_.push_back(task);
  // Pairs with the load in serve().
  pending_.store(true, std::memory_order_release);
  served_.wait_for(lock, patience, [&task] { return task->done; });
  task->given_up = !task->done;
  return task->done;
}

bool TaskQueue::is_server() const noexcept {
  return serves_.load(std::memory_order_relaxed) && server_.load(std::memory_order_relaxed) == pthread_self();
}

bool TaskQueue::serve() {
  server_.store(pthread_self(), std::memory_order_relaxed);
  serves_.store(true, std::memory_order_relaxed);
  // Pairs with the store in run().
  if (!pending_.load(std::memory_order_acquire)) return false;
  const std::unique_lock lock{mutex_, std::try_to_lock};
  if (!lock.owns_lock()) return false;
  // The work is done under the lock, so that who gives up can't leave the stack it refers to under our hands.
  for (const auto& task : tasks_) {
    if (task->given_up) continue;
    task->work();
    task->done = true;
  }
  tasks_.clear();
  pending_.store(false, std::memory_order_relaxed);
  served_.notify_all();
  return true;
}

}  // namespace lagoon::dpdk
