// TapQueues: the queues that this process has at a tap of the kernel's, while they are detached (TUNSETQUEUE,
// linux/Documentation/networking/tuntap.rst). The kernel shares a tap's frames out among the queues that are
// attached, of whatever process: one that is to follow another one detaches its own until it is its turn.
//
// Thread: any; the driver's calls for that tap are not to be under way.
#pragma once

#include <string>
#include <vector>

namespace lagoon::dpdk {

class TapQueues {
 public:
  /// Those that are attached. None: there is no such tap, or this process has no queue at it.
  [[nodiscard]] static TapQueues detach(const std::string& tap);

  /// Gives an errno, or 0. What waited in them before they were detached is still there.
  [[nodiscard]] int attach();
  [[nodiscard]] const std::string& tap() const noexcept { return tap_; }

 private:
  std::string tap_;
  std::vector<int> descriptors_;  // the driver's
};

}  // namespace lagoon::dpdk
