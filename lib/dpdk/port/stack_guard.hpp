// StackGuard: keeps the kernel's own protocols off an interface that net_af_packet shares with it. The kernel
// sees every frame as well, and members carry the LAG's address: a host that has the LAG through a tap would
// answer twice. IPv6 is switched off there, ARP answers only for addresses of that interface, and IPv4
// packets are dropped that the routes would not send back there. What was set before comes back with the end
// of this object, unless the interface is another one by then.
//
// Thread: the control lcore. Network namespace: that of the thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "state/state.hpp"

namespace lagoon::dpdk {

class StackGuard {
 public:
  explicit StackGuard(const std::string& interface);
  /// What it would change there, as it is.
  [[nodiscard]] static std::vector<state::Setting> settings_of(const std::string& interface);
  ~StackGuard();
  StackGuard(StackGuard&&) noexcept = default;
  StackGuard& operator=(StackGuard&&) = delete;

 private:
  std::string interface_;
  unsigned index_;
  std::vector<std::pair<std::string, std::string>> before_;  // path, value
};

}  // namespace lagoon::dpdk
