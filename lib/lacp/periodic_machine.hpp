// Periodic Transmission machine (6.4.13). PERIODIC_TX is not a state here: it is the `transmit` of a step.
#pragma once

#include "base/time.hpp"
#include "lacp/constants.hpp"
#include "lacp/port_view.hpp"

namespace lagoon::lacp {

struct PeriodicInputs {
  bool may_speak = false;  // port enabled, and the Actor or the Partner is Active
  bool fast = false;       // the Partner has the short timeout, or we ask for one that is not heard
  bool expired = false;    // periodic_timer
};

struct PeriodicStep {
  PeriodicState state = PeriodicState::no_periodic;
  bool transmit = false;  // NTT
  bool restart = false;   // periodic_timer, with period(state)
  friend constexpr bool operator==(const PeriodicStep&, const PeriodicStep&) noexcept = default;
};

/// Precondition: state is not NO_PERIODIC.
[[nodiscard]] constexpr Duration period(PeriodicState state) noexcept {
  return state == PeriodicState::slow_periodic ? kSlowPeriodicTime : kFastPeriodicTime;
}

[[nodiscard]] constexpr PeriodicStep step(PeriodicState state, const PeriodicInputs& in) noexcept {
  if (!in.may_speak) return {};
  const PeriodicState wanted = in.fast ? PeriodicState::fast_periodic : PeriodicState::slow_periodic;
  const bool sped_up = state == PeriodicState::slow_periodic && in.fast;
  return {.state = wanted, .transmit = in.expired || sped_up, .restart = in.expired || state != wanted};
}

}  // namespace lagoon::lacp
