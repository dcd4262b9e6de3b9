// AggregationPort: the variables and the machines of one port (6.4.7 to 6.4.17).
//
// Each call moves one machine, or hands an input to it; none calls another. The Aggregator calls them in a
// fixed order, for all its ports, until none moves, and then finish(). What follows from a machine's state
// (the Actor's information, the view) is computed when asked for.
#pragma once

#include <cstdint>
#include <optional>

#include "base/gap_meter.hpp"
#include "base/ids.hpp"
#include "lacp/config.hpp"
#include "lacp/event.hpp"
#include "lacp/mux_machine.hpp"
#include "lacp/port_view.hpp"
#include "lacp/receive_machine.hpp"
#include "lacp/retry_keeper.hpp"
#include "lacp/saved_port.hpp"
#include "lacp/selection.hpp"
#include "lacp/timers.hpp"
#include "lacp/transmit_machine.hpp"
#include "wire/lacpdu.hpp"

namespace lagoon::lacp {

class AggregationPort {
 public:
  /// `lag` and `events` outlive the port.
  AggregationPort(MemberIndex index, const PortConfig& config, const AggregatorConfig& lag,
                  EventRing& events) noexcept;

  /// BEGIN, with the link as it is. The limit on LACPDUs goes on: the Partner still sees one port.
  void restart(Instant now) noexcept;
  void receive(const wire::Lacpdu& pdu, Instant now) noexcept;
  void link_changed(const LinkState& link, Instant now) noexcept;
  /// Another port heard this Partner: port_moved, if this port is PORT_DISABLED (6.4.8).
  void heard_elsewhere(const wire::LacpInfo& partner, Instant now) noexcept;
  /// Nobody listened until now: the Partner has time to be heard, once until it is.
  void excuse_silence(Instant now) noexcept;
  /// Runs current_while_timer and wait_while_timer.
  void expire(Instant now) noexcept;
  /// Mux machine; true: it moved. `others_carry`: who has returned before its wait was over only collects
  /// meanwhile.
  [[nodiscard]] bool run_mux(bool ready, bool others_carry, Instant now) noexcept;
  /// The Selection Logic's choice, when `group` has the Aggregator; true: Selected changed, or whether it
  /// rests.
  [[nodiscard]] bool apply(PortSelection choice, const LagId& group, Instant now) noexcept;
  /// Periodic, Churn and Transmit machine, when the others have come to rest.
  void finish(Instant now) noexcept;
  /// Asks for the last LACPDU; after it LACP_Enabled is FALSE.
  void shut_down(Instant now) noexcept;
  /// LACP_Enabled is TRUE again, and the port starts afresh.
  void enable(Instant now) noexcept;
  void set_drained(bool drained) noexcept;
  void set_left_out(UnselectedReason why) noexcept;
  void change(const PortConfig& config, Instant now) noexcept;
  /// The Aggregator's configuration is another now, with the same System.
  void lag_changed(const AggregatorConfig& before, Instant now) noexcept;

  /// Nothing: the port is not in use.
  [[nodiscard]] std::optional<SavedPort> saved() const noexcept;
  /// The machines begin in the saved states. With a fault nothing is changed. Precondition: as new.
  [[nodiscard]] RestoreFault restore(const SavedPort& saved, const LinkState& link, Instant now) noexcept;

  [[nodiscard]] std::optional<wire::Lacpdu> transmit(Instant now) noexcept;
  [[nodiscard]] bool closing() const noexcept { return closing_; }
  [[nodiscard]] bool transmit_pending() const noexcept { return transmit_.needed(); }
  [[nodiscard]] std::optional<Instant> deadline(Instant now) const noexcept;

  [[nodiscard]] SelectionPort for_selection() const noexcept;
  [[nodiscard]] MuxState mux() const noexcept { return mux_; }
  [[nodiscard]] bool is_selected() const noexcept { return selected_ == Selected::selected; }
  /// WAITING, and since when; Ready_N is then no_longer_waits().
  [[nodiscard]] std::optional<Instant> waiting_since() const noexcept;
  [[nodiscard]] bool no_longer_waits() const noexcept;
  /// Distributes as far as this port is concerned: the Partner must be known to collect.
  [[nodiscard]] bool distributes() const noexcept;
  [[nodiscard]] PortView view() const noexcept;
  /// Why the port does not distribute, as an event that were raised now; Cause::none: it does, or waits.
  [[nodiscard]] Event standing(Instant now) const noexcept;

 private:
  friend void ask_for_lacpdu(AggregationPort& port) noexcept;
  friend void set_retry_neighbor(AggregationPort& port, std::uint32_t ports) noexcept;
  struct PartnerMemory {
    std::optional<wire::LacpInfo> known{};  // the Partner that the port collected from last
    bool asked_short = false;               // as of the last finish()
    bool excused = false;                   // excuse_silence() since it was heard
    bool returned = false;  // attached before its wait was over, and has not distributed since
  };
  struct Sending {
    bool drained = false;
    bool rests = false;  // distributes nothing: drained, or as another port has its place
  };
  // LACPDUs that were acted on.
  struct Heard {
    Instant last{};
    GapMeter gaps{};
  };
  [[nodiscard]] std::uint16_t key_under(const AggregatorConfig& lag) const noexcept;
  [[nodiscard]] bool aggregation() const noexcept;
  [[nodiscard]] wire::LacpInfo actor() const noexcept;
  [[nodiscard]] bool asks_short() const noexcept;
  [[nodiscard]] bool partner_takes_frames() const noexcept;
  [[nodiscard]] bool loops_back(const wire::Lacpdu& pdu, Instant now) noexcept;
  void weigh(const wire::Lacpdu& pdu, ReceiveState before, Instant now) noexcept;

  void act_on(const ReceiveEffects& effects, ReceiveState before, Cause cause, Instant now) noexcept;
  void set_selected(Selected selected, Cause cause, Instant now) noexcept;
  void disable_lacp(Instant now) noexcept;
  void retime(const AggregatorConfig& before, Instant now) noexcept;
  void run_periodic(Instant now) noexcept;
  void run_churn(ChurnState& state, Timer timer, EventKind kind, bool synchronization, std::uint64_t& churns,
                 Instant now) noexcept;

  // port_events.cpp
  [[nodiscard]] Cause mux_cause(MuxState before) const noexcept;
  void raise(EventKind kind, std::uint8_t from, std::uint8_t to, Cause cause, Instant now) noexcept;

  MemberIndex index_;
  PortConfig config_;
  const AggregatorConfig* lag_;
  EventRing* events_;

  LinkState link_{};
  ReceiveMachine receive_{};
  Selected selected_ = Selected::unselected;
  UnselectedReason reason_ = UnselectedReason::link_down;
  Cause selected_cause_ = Cause::none;  // of the last change of Selected
  LagId group_{};                       // as apply() was told last
  wire::LacpInfo partner_before_{};     // as recorded before the last LACPDU
  MuxState mux_ = MuxState::detached;
  Instant waiting_since_{};
  PeriodicState periodic_ = PeriodicState::no_periodic;
  ChurnState actor_churn_ = ChurnState::monitor;
  ChurnState partner_churn_ = ChurnState::monitor;
  TransmitMachine transmit_{};
  TimerTable timers_{};
  PartnerMemory memory_{};
  bool looped_ = false;
  bool closing_ = false;
  Sending sending_{};
  UnselectedReason left_out_ = UnselectedReason::none;
  bool named_ = false;              // the last LACPDU named this port as its Partner
  bool partner_collected_ = false;  // as of the last step of the Mux machine
  Instant collecting_since_{};      // the Partner, when it does
  Instant last_change_{};
  Heard heard_{};
  RetryKeeper retry_{};
  PortCounters counters_{};
};

/// One more LACPDU, where any are sent: what the Partner knows is as fresh as can be, and it waits as long as
/// it can be asked to.
inline void ask_for_lacpdu(AggregationPort& port) noexcept {
  port.retry_.leave();
  if (port.periodic_ != PeriodicState::no_periodic) port.transmit_.need();
}
/// `ports`: a bit for each of the LAG whose neighbour may know retry counts.
inline void set_retry_neighbor(AggregationPort& port, std::uint32_t ports) noexcept {
  port.retry_.set_neighbor((ports >> port.index_.value() & 1) != 0);
}

}  // namespace lagoon::lacp
