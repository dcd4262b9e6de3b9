// LinkMonitor: brings the state of every member's link to its LAG: at once when an interrupt or rtnetlink
// tells, and at the latest with the LAG's poll, every `miimon` (some drivers claim interrupts that never
// come).
//
// Thread: the control lcore.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "base/error.hpp"
#include "base/time.hpp"
#include "dpdk/control/lag_runtime.hpp"
#include "dpdk/port/carrier_watch.hpp"

namespace lagoon::dpdk {

class LinkMonitor {
 public:
  [[nodiscard]] Result<void> open();
  /// Members come and go with their ports.
  void add(MemberRuntime& member);
  void remove(MemberRuntime& member);
  /// True when a link changed.
  bool poll(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now);
  /// What the member's link is, before the control loop runs. Blocking: until the kernel has answered, a
  /// second at most, and then it is down.
  [[nodiscard]] LinkState ask(MemberRuntime& member);
  [[nodiscard]] int descriptor() const noexcept { return watch_.descriptor(); }

 private:
  /// Nothing: not known yet.
  [[nodiscard]] std::optional<LinkState> read(MemberRuntime& member);

  CarrierWatch watch_;
};

}  // namespace lagoon::dpdk
