// LastResort: ends the process when its end takes too long, whatever stands in the way: a worker inside a
// burst, a command that hangs, a disk.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/time.hpp"

namespace lagoon::lagoond {

class LastResort {
 public:
  /// `end`: prints why and leaves the process; called at most once, in a thread of its own. It gets the words
  /// that waits_for() was given last. The thread inherits the caller's CPUs and blocked signals.
  LastResort(Duration patience, std::function<void(const char* waits_for)> end);
  /// In time.
  ~LastResort();
  LastResort(const LastResort&) = delete;
  LastResort& operator=(const LastResort&) = delete;

  /// From now on the time runs. Thread: any; again: nothing.
  void arm() noexcept;
  /// What the end is waiting for: a static text. Thread: any.
  void waits_for(const char* what) noexcept { waits_for_.store(what, std::memory_order_relaxed); }

 private:
  void run(Duration patience);

  std::function<void(const char*)> end_;
  std::atomic<const char*> waits_for_ = "its start";
  std::mutex mutex_;
  std::condition_variable changed_;
  bool armed_ = false;
  bool in_time_ = false;
  std::thread thread_;
};

}  // namespace lagoon::lagoond
