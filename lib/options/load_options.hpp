// What balance::MemberLoad is told of a LAG's options.
#pragma once

#include "balance/member_load.hpp"
#include "options/lag_options.hpp"

namespace lagoon::control {

[[nodiscard]] inline balance::MemberLoadOptions load_options(const LagOptions& options) noexcept {
  return {.window = options.weighted.window,
          .unit = options.weighted.unit,
          .conversation = options.weighted.estimate.value_or(BitsPerSecond{})};
}

}  // namespace lagoon::control
