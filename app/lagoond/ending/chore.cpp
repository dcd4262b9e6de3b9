#include "lagoond/ending/chore.hpp"

#include <utility>

namespace lagoon::lagoond {

Chore::~Chore() {
  {
    const std::lock_guard lock{mutex_};
    ends_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Chore::ask() noexcept {
  {
    const std::lock_guard lock{mutex_};
    asked_ = true;
  }
  changed_.notify_all();
}

void Chore::begin(std::function<void()> work) {
  work_ = std::move(work);
  thread_ = std::thread{[this] { run(); }};
}

void Chore::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return asked_ || ends_; });
    if (ends_) return;
    asked_ = false;
    lock.unlock();
    work_();
    lock.lock();
  }
}

}  // namespace lagoon::lagoond
