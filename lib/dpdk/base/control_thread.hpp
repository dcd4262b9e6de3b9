// ControlThread: a thread for a control loop in a program whose lcores are its own, or beside the control
// lcore: a control thread of DPDK's, so that it runs on the CPUs that no lcore is pinned to.
#pragma once

#include <functional>
#include <memory>

#include "base/error.hpp"

namespace lagoon::dpdk {

class ControlThread {
 public:
  /// `name`: 15 octets at most. Errors: system.
  [[nodiscard]] static Result<ControlThread> start(const char* name, std::function<void()> work);
  ControlThread(ControlThread&&) noexcept;
  ControlThread& operator=(ControlThread&&) = delete;
  ~ControlThread();

  /// Blocking: until the work ends.
  void join();

 private:
  struct Running;
  explicit ControlThread(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace lagoon::dpdk
