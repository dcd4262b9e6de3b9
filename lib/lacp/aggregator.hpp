// Aggregator: the Aggregation Ports of one LAG, their five machines each, and the Selection Logic that
// decides which of them attach to the LAG's one Aggregator (802.1AX-2014 6.3 and 6.4).
//
// Sans-IO. Inputs are receive(), link_changed() and expire(), each with the time; outputs are drained with
// transmit() and poll_event() until they are empty. Nothing here reads a clock, calls back, or allocates
// after the construction. After every input the machines have run to a fixed point, in a fixed order, so
// ports are never seen half updated. `now` never goes back.
//
// Thread: one at a time; in Lagoon the control lcore.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/ids.hpp"
#include "base/link_state.hpp"
#include "base/time.hpp"
#include "lacp/config.hpp"
#include "lacp/event.hpp"
#include "lacp/port_view.hpp"
#include "lacp/saved_port.hpp"
#include "wire/lacpdu.hpp"

namespace lagoon::lacp {

struct Transmission {
  MemberIndex port{};
  wire::Lacpdu pdu{};
};

class Aggregator {
 public:
  explicit Aggregator(const AggregatorConfig& config, Instant now);
  ~Aggregator();
  Aggregator(Aggregator&&) noexcept;
  Aggregator& operator=(Aggregator&&) noexcept;

  /// Adds a port, with its link down. Precondition: no port has this index, index < kMembersMax.
  void add_port(MemberIndex port, const PortConfig& config, Instant now);
  /// At once. A port with a Partner goes more gently by leave() first.
  void remove_port(MemberIndex port, Instant now);
  /// Takes another System identity (the LAG's address changed). All ports start afresh.
  void set_system(const MacAddress& system, Instant now);
  /// Takes another configuration with the least disturbance: another System (address or priority) starts all
  /// ports afresh, another key those that have it, anything else none. lag_number stays.
  void change(const AggregatorConfig& config, Instant now);
  /// Another Port ID or Aggregation: the port leaves the Aggregator and comes back with it. One that
  /// distributes does so as set_enabled() has it.
  void change_port(MemberIndex port, const PortConfig& config, Instant now);
  /// A drained port collects and stays in sync, but distributes nothing; it does not count for min_links.
  /// Under max_links it goes on until another one distributes in its place (swap.hpp).
  void set_drained(MemberIndex port, bool drained, Instant now);
  /// A port that is held out, whose frames nobody carries (unserved), or that is a candidate, is not selected
  /// and decides about no other, whatever its Partner says. It goes on speaking, and tells that it is out of
  /// sync. UnselectedReason::none: it is left out no more.
  void set_left_out(MemberIndex port, UnselectedReason why, Instant now);
  /// LACP_Enabled. A port that is disabled takes itself out of sync and asks for one last LACPDU, so that the
  /// Partner moves its conversations first. Enabled, it starts afresh; never after shut_down(). Where a
  /// STANDBY port is to have its place it stays until that one distributes, or swap_patience is over, and its
  /// own conversations have moved off it.
  void set_enabled(MemberIndex port, bool enabled, Instant now);
  void leave(MemberIndex port, Instant now) { set_enabled(port, false, now); }
  /// A bit for each port whose frames arrive, as far as others than LACP know (all, unless it is said): those
  /// that distribute without that are waited for, and none waits for them.
  void set_works(std::uint32_t works, Instant now);
  /// A bit for each port whose neighbour may know retry counts (docs/lacp.md).
  void set_retry_neighbors(std::uint32_t ports);
  /// A bit for each port that another one has replaced: it distributes nothing any more, and is still in
  /// sync.
  [[nodiscard]] std::uint32_t moving_off() const noexcept;
  /// Nothing is on its way on these any more, and nothing is to be sent on them: of moving_off(), they may
  /// go.
  void moved_off(std::uint32_t ports, Instant now);
  /// The port is disabled and its last LACPDU was taken, or there is no link to send it on.
  [[nodiscard]] bool has_left(MemberIndex port) const;

  void receive(MemberIndex port, const wire::Lacpdu& pdu, Instant now);
  void link_changed(MemberIndex port, const LinkState& link, Instant now);
  /// Nobody listened until now: Partners have time to be heard (AggregationPort).
  void excuse_silence(Instant now);
  /// Runs what is due. Calling it early does nothing.
  void expire(Instant now);
  /// Takes all ports out of sync for good and asks for one last LACPDU on each. transmit() then hands them
  /// out under the usual limit; told() tells when the last one was taken.
  void shut_down(Instant now);
  /// No LACPDU waits to be taken: all Partners were told what is so.
  [[nodiscard]] bool told() const noexcept;
  /// Asks for a LACPDU on each port that sends any, as it is: for a process that ends and comes back. A
  /// Partner that knows retry counts is asked to wait as long as it can.
  void refresh(Instant now);

  /// What another process needs to go on with this port; nothing: it would start afresh.
  [[nodiscard]] std::optional<SavedPort> saved(MemberIndex port) const;
  /// Goes on from what ports knew in another process: they are in the states they were in, and the first
  /// LACPDU says so. `was_up`: the LAG was. Those with a fault start afresh. Precondition: the ports were
  /// added, their links are down, and nothing was heard on them.
  void restore(std::span<PortRestore> ports, bool was_up, Instant now);

  /// When expire() is next due; nothing: only an input can change anything. Never in the past after expire().
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  /// The next LACPDU to send. At most 3 in one Fast_Periodic_Time on a port; what must wait is kept and
  /// always carries the state of the moment it is sent.
  [[nodiscard]] std::optional<Transmission> transmit(Instant now);
  [[nodiscard]] std::optional<Event> poll_event();

  /// Precondition: the port was added.
  [[nodiscard]] PortView port(MemberIndex port) const;
  /// Why the port does not distribute, as an event of now. Precondition: the port was added.
  [[nodiscard]] Event standing(MemberIndex port, Instant now) const;
  [[nodiscard]] bool has_port(MemberIndex port) const noexcept;
  /// What carries data now: bit sets of members. distributing is a subset of collecting, and empty while
  /// fewer than min-links ports distribute.
  [[nodiscard]] std::uint32_t collecting() const noexcept;
  [[nodiscard]] std::uint32_t distributing() const noexcept;
  /// The LAG as a whole: up when it distributes.
  [[nodiscard]] bool up() const noexcept;
  [[nodiscard]] const AggregatorConfig& config() const noexcept;
  /// The LAG ID in use (6.3.6), printed as the standard does; empty while no port is selected.
  [[nodiscard]] LagId lag_id() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lagoon::lacp
