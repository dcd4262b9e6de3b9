// Receive machine (6.4.12): keeps what the Partner says, and notices when it stops saying it.
//
// next() is the state diagram of the clause, step() follows it and does what the clause has in the new
// state's box. The machine does not touch other ones: what a step means for Selected and NTT is returned as
// ReceiveEffects. INITIALIZE is passed through (UCT) and never rested in.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "lacp/event.hpp"
#include "lacp/port_view.hpp"
#include "lacp/timers.hpp"
#include "wire/lacpdu.hpp"

namespace lagoon::lacp {

/// What makes the machine look for another state, in the clause's words.
enum class ReceiveEvent : std::uint8_t {
  begin,          // BEGIN
  port_moved,     // port_moved == TRUE: another port heard this port's Partner
  port_disabled,  // port_enabled == FALSE
  port_enabled,   // port_enabled == TRUE, and LACP_Enabled == TRUE
  lacp_disabled,  // port_enabled == TRUE, and LACP_Enabled == FALSE
  received,       // CtrlMuxN:M_UNITDATA.indication(LACPDU), of another System
  timer_expired,  // current_while_timer has expired
};

/// The state to enter, also when it is the same one again; nothing: the machine stays as it is.
[[nodiscard]] constexpr std::optional<ReceiveState> next(ReceiveState state, ReceiveEvent event) noexcept {
  const bool listens =
      state == ReceiveState::expired || state == ReceiveState::defaulted || state == ReceiveState::current;
  switch (event) {
    case ReceiveEvent::begin:
      return ReceiveState::initialize;
    case ReceiveEvent::port_moved:
      if (state == ReceiveState::port_disabled) return ReceiveState::initialize;
      break;
    case ReceiveEvent::port_disabled:
      return ReceiveState::port_disabled;
    case ReceiveEvent::port_enabled:
      if (state == ReceiveState::port_disabled) return ReceiveState::expired;
      break;
    case ReceiveEvent::lacp_disabled:
      return ReceiveState::lacp_disabled;
    case ReceiveEvent::received:
      if (listens) return ReceiveState::current;
      break;
    case ReceiveEvent::timer_expired:
      if (state == ReceiveState::current) return ReceiveState::expired;
      if (state == ReceiveState::expired) return ReceiveState::defaulted;
      break;
  }
  return std::nullopt;
}

struct ReceiveEffects {
  bool unselect = false;         // Selected = UNSELECTED
  bool ntt = false;              // NTT = TRUE
  bool partner_changed = false;  // another identity than the one that was known
};

/// The comparisons of 6.4.9, as functions of what is compared. `actor`: our own operational values.
/// update_Selected: would this Partner have another LAG ID or Port ID than the recorded one?
[[nodiscard]] bool differs_for_selection(const wire::LacpInfo& said, const wire::LacpInfo& recorded) noexcept;
/// update_NTT: has the Partner an outdated view of us?
[[nodiscard]] bool needs_ntt(const wire::Lacpdu& pdu, const wire::LacpInfo& actor) noexcept;
/// Does the Partner name us as its Partner: System, key, port, and Aggregation?
[[nodiscard]] bool matches(const wire::LacpInfo& said_of_us, const wire::LacpInfo& actor) noexcept;
/// recordPDU's Partner_Oper_Port_State.Synchronization. Beyond the standard: never while the Partner is
/// Expired, since it does not hear us then (docs/lacp.md).
[[nodiscard]] bool partner_in_sync(const wire::Lacpdu& pdu, const wire::LacpInfo& actor) noexcept;
/// The first of its conditions that does not hold.
enum class SyncFault : std::uint8_t { none, not_said, expired, knows_other, passive };
[[nodiscard]] SyncFault sync_fault(const wire::Lacpdu& pdu, const wire::LacpInfo& actor) noexcept;

class ReceiveMachine {
 public:
  [[nodiscard]] ReceiveState state() const noexcept { return state_; }
  /// Partner_Oper values; Partner_Admin values (all zero) while defaulted().
  [[nodiscard]] const wire::LacpInfo& partner() const noexcept { return partner_; }
  /// The last LACPDU as it came, whatever has become of what it said. Nothing: none yet.
  [[nodiscard]] const std::optional<wire::Lacpdu>& heard() const noexcept { return heard_; }
  /// Actor_Oper_Port_State.Defaulted: no Partner is known.
  [[nodiscard]] bool defaulted() const noexcept { return defaulted_; }
  [[nodiscard]] bool expired() const noexcept { return state_ == ReceiveState::expired; }
  [[nodiscard]] bool partner_has(StateBit bit) const noexcept { return PortState{partner_.state}.has(bit); }
  /// The Partner collects, and its last LACPDU showed that it knows of our Synchronization. Beyond the
  /// standard: Collecting alone is said too early by some (docs/lacp.md).
  /// `takes_over`: it need not know that (AggregatorConfig), only that we are its Partner.
  [[nodiscard]] bool partner_collects_from_us(bool takes_over) const noexcept {
    const bool would = takes_over && knows_us_ && partner_has(StateBit::synchronization);
    return (echoed_sync_ || would) && partner_has(StateBit::collecting);
  }
  /// We are no longer in sync: what the Partner showed to know of us counts no more.
  void forget_echo() noexcept { echoed_sync_ = false; }

  /// CURRENT, as after this LACPDU. current_while_timer is the caller's.
  void restore(const wire::Lacpdu& pdu, const wire::LacpInfo& actor) noexcept {
    state_ = ReceiveState::current;
    record(pdu, actor);
  }

  /// What an event needs: the time where a timer starts, and with `received` the LACPDU and our own
  /// operational values.
  struct Input {
    TimerTable& timers;
    Instant now{};
    const wire::Lacpdu* pdu = nullptr;
    const wire::LacpInfo* actor = nullptr;
  };
  ReceiveEffects step(ReceiveEvent event, const Input& in) noexcept;

  // The events by name.

  [[nodiscard]] ReceiveEffects initialize(TimerTable& timers) noexcept {
    return step(ReceiveEvent::begin, {.timers = timers});
  }
  [[nodiscard]] ReceiveEffects move_port(TimerTable& timers) noexcept {
    return step(ReceiveEvent::port_moved, {.timers = timers});
  }
  void disable_port(TimerTable& timers) noexcept { step(ReceiveEvent::port_disabled, {.timers = timers}); }
  void enable_port(Instant now, TimerTable& timers) noexcept {
    step(ReceiveEvent::port_enabled, {.timers = timers, .now = now});
  }
  [[nodiscard]] ReceiveEffects disable_lacp(TimerTable& timers) noexcept {
    return step(ReceiveEvent::lacp_disabled, {.timers = timers});
  }
  [[nodiscard]] ReceiveEffects receive(const wire::Lacpdu& pdu, const wire::LacpInfo& actor, Instant now,
                                       TimerTable& timers) noexcept {
    return step(ReceiveEvent::received, {.timers = timers, .now = now, .pdu = &pdu, .actor = &actor});
  }
  [[nodiscard]] ReceiveEffects time_out(Instant now, TimerTable& timers) noexcept {
    return step(ReceiveEvent::timer_expired, {.timers = timers, .now = now});
  }

 private:
  [[nodiscard]] ReceiveEffects enter(ReceiveState state, const Input& in) noexcept;
  [[nodiscard]] ReceiveEffects compare(const wire::Lacpdu& pdu, const wire::LacpInfo& actor) const noexcept;
  void record(const wire::Lacpdu& pdu, const wire::LacpInfo& actor) noexcept;
  void record_default() noexcept;
  void set_partner_bit(StateBit bit, bool value) noexcept;

  ReceiveState state_ = ReceiveState::port_disabled;
  wire::LacpInfo partner_{};
  std::optional<wire::Lacpdu> heard_{};
  bool defaulted_ = true;
  bool echoed_sync_ = false;
  bool knows_us_ = false;
};

/// Why the Partner counts as out of sync, as the machine has it.
[[nodiscard]] Cause out_of_sync_cause(const ReceiveMachine& receive, const wire::LacpInfo& actor) noexcept;

}  // namespace lagoon::lacp
