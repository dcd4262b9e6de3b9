// Mux machine (6.4.15), under independent and under coupled control.
//
// A pure value: no clock, no timer. The owner runs wait_while_timer and feeds Ready in. Coupled control's
// COLLECTING_DISTRIBUTING is MuxState::distributing; it is in MuxState::collecting only when the control was
// changed there, and goes on from it without a pause.
#pragma once

#include "lacp/config.hpp"
#include "lacp/port_view.hpp"

namespace lagoon::lacp {

/// The variables the machine reads.
struct MuxInputs {
  Selected selected = Selected::unselected;
  bool ready = false;         // the wait is over, for this port and for those it waits with
  bool partner_sync = false;  // Partner_Oper_Port_State.Synchronization
  // Independent control only: the Partner collects and knows that we are in sync, and the port is not
  // drained.
  bool partner_collecting = false;
};

/// The Actor bits follow from the state and are stored nowhere.
struct MuxOutputs {
  bool synchronization = false;
  bool collecting = false;
  bool distributing = false;
  friend constexpr bool operator==(const MuxOutputs&, const MuxOutputs&) noexcept = default;
};

[[nodiscard]] constexpr MuxOutputs outputs(MuxState state) noexcept {
  switch (state) {
    case MuxState::detached:
    case MuxState::waiting:
      return {};
    case MuxState::attached:
      return {.synchronization = true};
    case MuxState::collecting:
      return {.synchronization = true, .collecting = true};
    case MuxState::distributing:
      return {.synchronization = true, .collecting = true, .distributing = true};
  }
  return {};
}

/// One transition; `state` itself when no exit condition holds.
[[nodiscard]] constexpr MuxState next(MuxControl control, MuxState state, const MuxInputs& in) noexcept {
  const bool selected = in.selected == Selected::selected;
  const bool coupled = control == MuxControl::coupled;
  switch (state) {
    case MuxState::detached:
      return in.selected == Selected::unselected ? state : MuxState::waiting;
    case MuxState::waiting:
      if (in.selected == Selected::unselected) return MuxState::detached;
      return selected && in.ready ? MuxState::attached : state;
    case MuxState::attached:
      if (!selected) return MuxState::detached;
      if (!in.partner_sync) return state;
      return coupled ? MuxState::distributing : MuxState::collecting;
    case MuxState::collecting:
      if (!selected || !in.partner_sync) return MuxState::attached;
      return coupled || in.partner_collecting ? MuxState::distributing : state;
    case MuxState::distributing:
      if (selected && in.partner_sync && (coupled || in.partner_collecting)) return state;
      return coupled ? MuxState::attached : MuxState::collecting;
  }
  return state;
}

/// Follows transitions until none applies. DETACHED -> WAITING stops there on purpose: `ready` can't be
/// believed before wait_while_timer was started.
[[nodiscard]] constexpr MuxState settle(MuxControl control, MuxState state, const MuxInputs& in) noexcept {
  for (MuxState after = next(control, state, in); after != state; after = next(control, state, in)) {
    state = after;
    if (state == MuxState::waiting) break;
  }
  return state;
}

}  // namespace lagoon::lacp
