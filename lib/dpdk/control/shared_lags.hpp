// SharedLags: LAGs that two boxes have, and uplinks, as the control loop looks after them: orders of the desk
// become the LAG's, what became of them goes back, and so does what the LAG is worth.
//
// Thread: the control lcore.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "control/lag/lag.hpp"
#include "dpdk/control/lag_runtime.hpp"
#include "dpdk/control/slow_transmitter.hpp"
#include "dpdk/multichassis/desk.hpp"
#include "dpdk/snapshot/qsbr_publisher.hpp"

namespace lagoon::dpdk {

class SharedLags {
 public:
  /// `ports`: names of the access ports, by position; `is_up` asks for the link of one, in this thread.
  /// `desk`: nothing: no LAG is of two boxes.
  SharedLags(std::vector<std::string> ports, std::function<bool(std::size_t port)> is_up, MultichassisDesk* desk)
      : ports_{std::move(ports)}, is_up_{std::move(is_up)}, desk_{desk} {}

  /// Before tables are made. True when something changed.
  bool begin_turn(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now);
  /// After tables were published and Partners were told what could be told.
  void end_turn(std::span<const std::unique_ptr<LagRuntime>> lags, const QsbrPublisher& publisher,
                const SlowTransmitter& transmitter, Instant now);
  /// An order is being carried out: who waits for it is to hear of it soon.
  [[nodiscard]] bool busy() const noexcept { return under_way_ != 0; }

 private:
  struct Uplink {
    bool is_lag = false;
    std::size_t index = 0;
  };
  struct OfLag {
    std::vector<std::string> names{};  // that `uplinks` are of
    std::vector<Uplink> uplinks{};
    bool up = true;
    std::optional<std::uint64_t> order{};  // that is being carried out
    std::optional<GracePeriod> published{};
    std::optional<control::ShareFitness> told{};
    bool sync = false;
  };
  bool look_at_uplinks(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now);
  void resolve(OfLag& of, std::span<const std::unique_ptr<LagRuntime>> lags, std::size_t self) const;

  std::vector<std::string> ports_;
  std::function<bool(std::size_t)> is_up_;
  MultichassisDesk* desk_;
  std::vector<OfLag> of_{};  // by LAG
  std::size_t under_way_ = 0;
  Instant next_look_{};
};

}  // namespace lagoon::dpdk
