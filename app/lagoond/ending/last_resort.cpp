#include "lagoond/ending/last_resort.hpp"

#include <utility>

namespace lagoon::lagoond {

LastResort::LastResort(Duration patience, std::function<void(const char* waits_for)> end)
    : end_{std::move(end)}, thread_{[this, patience] { run(patience); }} {}

LastResort::~LastResort() {
  {
    const std::lock_guard lock{mutex_};
    in_time_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void LastResort::arm() noexcept {
  {
    const std::lock_guard lock{mutex_};
    armed_ = true;
  }
  changed_.notify_all();
}

void LastResort::run(Duration patience) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return armed_ || in_time_; });
  if (changed_.wait_for(lock, patience, [this] { return in_time_; })) return;
  lock.unlock();
  end_(waits_for_.load(std::memory_order_relaxed));
}

}  // namespace lagoon::lagoond
