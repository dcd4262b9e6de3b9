// Formation: automatic LAGs of a process, and the candidates among which they find their members. The keeper
// decides (control/formation/formation_keeper.hpp); what it says of a port that its LAG has open is done
// here, and ports that change their LAG are for whoever may open and close them.
//
// Thread: the control lcore.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "control/formation/formation_keeper.hpp"
#include "dpdk/control/lag_runtime.hpp"

namespace lagoon::dpdk {

class Formation {
 public:
  using Move = control::FormationKeeper::Move;

  /// `wake` is called where there is something to move; it may not block.
  explicit Formation(std::function<void()> wake) : wake_{std::move(wake)} {}

  void turn(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now);
  [[nodiscard]] const std::vector<Move>& moves() const noexcept { return keeper_.moves(); }

 private:
  std::function<void()> wake_;
  control::FormationKeeper keeper_{};
  Instant next_{};
};

}  // namespace lagoon::dpdk
