// Churn Detection machines (6.4.17): Actor and Partner churn are one machine with another Synchronization.
#pragma once

#include "lacp/port_view.hpp"

namespace lagoon::lacp {

struct ChurnInputs {
  bool port_enabled = false;
  bool synchronization = false;  // of the end that is watched
  bool expired = false;          // its churn timer
};

[[nodiscard]] constexpr ChurnState next(ChurnState state, const ChurnInputs& in) noexcept {
  if (!in.port_enabled) return ChurnState::monitor;
  switch (state) {
    case ChurnState::monitor:
      if (in.synchronization) return ChurnState::no_churn;
      return in.expired ? ChurnState::churn : state;
    case ChurnState::no_churn:
      return in.synchronization ? state : ChurnState::monitor;
    case ChurnState::churn:
      return in.synchronization ? ChurnState::no_churn : state;
  }
  return state;
}

}  // namespace lagoon::lacp
