// RemovalWatch: hears that a device is about to go: from EAL, when the kernel asks for what VFIO lent us, or
// from its driver, which finds the NIC gone. The kernel waits until the device is let go, and asks again.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace lagoon::dpdk {

class RemovalWatch {
 public:
  /// `on_removal` gets the device's name ("0000:3b:00.0"), in a thread of the watch's own, where it may take
  /// its time: events come in DPDK's interrupt thread. It may get the same name again.
  explicit RemovalWatch(std::function<void(const std::string& device)> on_removal);
  /// Blocking: until a handler that runs has ended.
  ~RemovalWatch();
  RemovalWatch(const RemovalWatch&) = delete;
  RemovalWatch& operator=(const RemovalWatch&) = delete;

  /// Thread: any.
  void tell(const char* device);

 private:
  void work();

  std::function<void(const std::string& device)> on_removal_;
  std::mutex mutex_;
  std::condition_variable told_;
  std::deque<std::string> devices_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace lagoon::dpdk
