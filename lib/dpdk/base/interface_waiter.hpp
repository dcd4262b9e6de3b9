// InterfaceWaiter: a thread sleeps on it until the kernel tells that some interface has come or changed (by
// rtnetlink), another thread wakes it, or time is over. What has changed it asks itself: messages may be
// lost.
//
// Network namespace: that of the thread that calls listen().
#pragma once

#include "base/error.hpp"
#include "base/time.hpp"

namespace lagoon::dpdk {

class InterfaceWaiter {
 public:
  InterfaceWaiter() = default;
  ~InterfaceWaiter();
  InterfaceWaiter(const InterfaceWaiter&) = delete;
  InterfaceWaiter& operator=(const InterfaceWaiter&) = delete;

  /// Errors: system.
  [[nodiscard]] Result<void> open();
  /// Whether the kernel's messages wake it. Where they can't be had, time has to do.
  void listen(bool wanted);
  void wait(Duration most);
  /// Never blocks. Thread: any.
  void wake() const noexcept;

 private:
  int wake_ = -1;     // eventfd
  int netlink_ = -1;  // while it listens
};

}  // namespace lagoon::dpdk
