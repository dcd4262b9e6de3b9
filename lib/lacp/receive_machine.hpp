// Receive machine (6.4.12): keeps what the Partner says, and notices when it stops saying it.
//
// It does not touch other machines: what a step means for Selected and NTT is returned as ReceiveEffects.
// INITIALIZE is passed through (UCT) and never rested in.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "lacp/port_view.hpp"
#include "lacp/timers.hpp"
#include "wire/lacpdu.hpp"

namespace lagoon::lacp {

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
  [[nodiscard]] bool partner_collects_from_us() const noexcept {
    return echoed_sync_ && partner_has(StateBit::collecting);
  }
  /// We are no longer in sync: what the Partner showed to know of us counts no more.
  void forget_echo() noexcept { echoed_sync_ = false; }

  /// BEGIN, or port_moved: INITIALIZE -> PORT_DISABLED.
  [[nodiscard]] ReceiveEffects initialize(TimerTable& timers) noexcept;
  /// port_enabled turned FALSE. The Partner is remembered, but is not in sync.
  void disable_port(TimerTable& timers) noexcept;
  /// port_enabled turned TRUE, with LACP_Enabled.
  void enable_port(Instant now, TimerTable& timers) noexcept;
  /// LACP_Enabled turned FALSE on an enabled port.
  [[nodiscard]] ReceiveEffects disable_lacp(TimerTable& timers) noexcept;
  /// A LACPDU of another System. Does nothing in PORT_DISABLED and LACP_DISABLED.
  [[nodiscard]] ReceiveEffects receive(const wire::Lacpdu& pdu, const wire::LacpInfo& actor, Instant now,
                                       TimerTable& timers) noexcept;
  /// current_while_timer ran out.
  [[nodiscard]] ReceiveEffects time_out(Instant now, TimerTable& timers) noexcept;

 private:
  void enter_expired(Instant now, TimerTable& timers) noexcept;
  void record_default() noexcept;
  void set_partner_bit(StateBit bit, bool value) noexcept;

  ReceiveState state_ = ReceiveState::port_disabled;
  wire::LacpInfo partner_{};
  std::optional<wire::Lacpdu> heard_{};
  bool defaulted_ = true;
  bool echoed_sync_ = false;
};

}  // namespace lagoon::lacp
