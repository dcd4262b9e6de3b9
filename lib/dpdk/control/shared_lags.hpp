// SharedLags: LAGs that two boxes have, and uplinks, as the control loop looks after them: orders of the desk
// become the LAG's, what became of them goes back, and so does what the LAG is worth.
//
// Thread: the control lcore.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "control/lag/lag.hpp"
#include "dpdk/base/errand.hpp"
#include "dpdk/control/lag_runtime.hpp"
#include "dpdk/control/slow_transmitter.hpp"
#include "dpdk/multichassis/desk.hpp"
#include "dpdk/snapshot/qsbr_publisher.hpp"

namespace lagoon::dpdk {

class SharedLags {
 public:
  /// Of access ports, asked in this thread.
  struct Access {
    std::vector<std::string> names{};               // by position
    std::function<bool(std::size_t port)> is_up{};  // its link
    // The ethdev behind the LAG whose link follows it; nothing: there is none.
    std::function<std::optional<std::uint16_t>(std::size_t lag)> behind{};
  };
  /// `desk`: nothing: no LAG is of two boxes.
  SharedLags(Access access, Errands& errands, MultichassisDesk* desk)
      : access_{std::move(access)}, errands_{errands}, desk_{desk} {}
  /// Blocking: until what drivers are doing is done.
  ~SharedLags();
  SharedLags(const SharedLags&) = delete;
  SharedLags& operator=(const SharedLags&) = delete;

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
    bool forwards = false;
    std::optional<bool> link_given{};  // to the port behind it
    Errand link{};
  };
  void follow(OfLag& of, std::size_t lag);
  bool look_at_uplinks(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now);
  void resolve(OfLag& of, std::span<const std::unique_ptr<LagRuntime>> lags, std::size_t self) const;

  Access access_;
  Errands& errands_;
  MultichassisDesk* desk_;
  std::deque<OfLag> of_{};  // by LAG
  std::size_t under_way_ = 0;
  Instant next_look_{};
};

}  // namespace lagoon::dpdk
