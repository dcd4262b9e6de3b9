#include "dpdk/succession/following.hpp"

#include <cstring>
#include <string>

#include "config/values/device_name.hpp"

namespace lagoon::dpdk {

void Following::hold_back(const Port& port) {
  if (!any() || !port.device().is_tap) return;
  if (const auto tap = config::interface_of(port.device().devargs))
    taps_.push_back(TapQueues::detach(std::string{*tap}));
}

Result<void> Following::await_turn() {
  if (!any()) return {};
  LAGOON_TRY(succession_->await_turn());
  for (TapQueues& tap : taps_)
    if (const int error = tap.attach(); error != 0)
      return fail(Errc::system, tap.tap() + ": its queues can't be attached: " + std::strerror(error));
  taps_.clear();
  return {};
}

}  // namespace lagoon::dpdk
