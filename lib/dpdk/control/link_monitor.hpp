// LinkMonitor: brings the state of every member's link to its LAG: at once when an interrupt or rtnetlink
// tells, and at the latest with the LAG's poll, every `miimon` (some drivers claim interrupts that never
// come). An interface that is gone is told as such.
//
// Thread: the control lcore.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

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
  /// An access port's interface; nothing: it has none. For is_lost() and remove().
  [[nodiscard]] std::optional<std::size_t> add(const Port& port);
  void remove(std::size_t number) noexcept { watch_.remove(number); }
  [[nodiscard]] bool is_lost(std::size_t number) const noexcept {
    return watch_.loss(number) != CarrierWatch::Loss::none;
  }
  /// As the kernel has answered last; not yet: it has none.
  [[nodiscard]] bool has_carrier(std::size_t number) const noexcept {
    const auto answer = watch_.answer(number);
    return answer && answer->carrier;
  }
  /// Called by poll() when an interface was lost, of a member or an access port. Before poll().
  void use_listener(std::function<void()> on_loss) { on_loss_ = std::move(on_loss); }
  /// True when a link changed.
  bool poll(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now);
  /// What the member's link is, before the control loop runs. Blocking: until the kernel has answered, a
  /// second at most, and then it is down.
  [[nodiscard]] LinkState ask(MemberRuntime& member);
  [[nodiscard]] int descriptor() const noexcept { return watch_.descriptor(); }

 private:
  /// Nothing: not known yet.
  [[nodiscard]] std::optional<LinkState> read(MemberRuntime& member);
  void look_for_losses(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now);

  CarrierWatch watch_;
  std::function<void()> on_loss_{};
  std::uint64_t losses_ = 0;  // seen
};

}  // namespace lagoon::dpdk
