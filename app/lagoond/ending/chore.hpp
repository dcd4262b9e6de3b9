// Chore: something that takes its time, done in a thread of its own each time somebody asks for it. Who asks
// never waits; several who ask while it is under way are served by one more.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace lagoon::lagoond {

class Chore {
 public:
  Chore() = default;
  /// Blocking: while it is under way.
  ~Chore();
  Chore(const Chore&) = delete;
  Chore& operator=(const Chore&) = delete;

  /// Thread: any, also before begin(): then it is done then.
  void ask() noexcept;
  /// Once. The thread inherits the caller's CPUs and blocked signals.
  void begin(std::function<void()> work);

 private:
  void run();

  std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool asked_ = false;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace lagoon::lagoond
