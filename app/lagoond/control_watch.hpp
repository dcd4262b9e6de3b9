// ControlWatch: a thread that sees that the control lcore stands still, while it does, and says so on the
// standard error. Control itself tells of it in the journals, afterwards.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/time.hpp"
#include "dpdk/engine/engine.hpp"

namespace lagoon::lagoond {

class ControlWatch {
 public:
  /// `engine` outlives it. The thread inherits the caller's CPUs and blocked signals.
  explicit ControlWatch(const dpdk::Engine& engine);
  ~ControlWatch();
  ControlWatch(const ControlWatch&) = delete;
  ControlWatch& operator=(const ControlWatch&) = delete;

 private:
  void run();

  const dpdk::Engine& engine_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace lagoon::lagoond
