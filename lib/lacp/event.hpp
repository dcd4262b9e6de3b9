// Events of an Aggregator: what an operator may want to read afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ids.hpp"
#include "base/ring_queue.hpp"
#include "base/time.hpp"
#include "lacp/constants.hpp"
#include "lacp/port_view.hpp"
#include "wire/lacpdu.hpp"

namespace lagoon::lacp {

/// Something an operator may want to know; every change of a port's view raises one.
enum class EventKind : std::uint8_t {
  receive_state,    // from, to: ReceiveState
  mux_state,        // from, to: MuxState
  selected,         // from, to: Selected
  actor_churn,      // from, to: ChurnState
  partner_churn,    // from, to: ChurnState
  partner_changed,  // a Partner of another identity speaks on this port
  looped,           // a LACPDU of our own System came back
  left_out,         // from, to: UnselectedReason; the port goes on to be UNSELECTED
  swap,             // from, to: Swap
  retry_count,      // from, to: the Partner's; 0: it is not known to have one
  lag_state,        // from, to: 0 down, 1 up; port is not used
};

/// What led to an event.
enum class Cause : std::uint8_t {
  none,
  link,                 // port_enabled: the port got a link, or lost it
  lacpdu,               // a LACPDU was received
  silence,              // current_while_timer ran out
  port_moved,           // another port heard this Partner
  restarted,            // everything begins anew: our System is another
  disabled,             // LACP_Enabled is FALSE
  own_values,           // our own key, Port ID or Aggregation is another
  partner_changed,      // the Partner has another identity, and so another LAG ID
  selection,            // the Selection Logic's choice: `reason`
  wait_over,            // wait_while_timer
  partner_in_sync,      // and the following: what the Partner said last
  partner_not_in_sync,  //   it is not in sync itself
  partner_expired,      //   it does not hear us
  partner_knows_other,  //   it takes us for another port than we are
  partner_passive,      //   neither end maintains the link
  partner_collecting,
  partner_not_collecting,
  drained,        // by the operator
  replaced,       // another port distributes in its place
  swap_patience,  // or has not come to in time
};
inline constexpr std::array<std::string_view, 21> kCauseNames{"",
                                                              "link",
                                                              "lacpdu",
                                                              "silence",
                                                              "port_moved",
                                                              "restarted",
                                                              "disabled",
                                                              "own_values",
                                                              "partner_changed",
                                                              "selection",
                                                              "wait_over",
                                                              "partner_in_sync",
                                                              "partner_not_in_sync",
                                                              "partner_expired",
                                                              "partner_knows_other",
                                                              "partner_passive",
                                                              "partner_collecting",
                                                              "partner_not_collecting",
                                                              "drained",
                                                              "replaced",
                                                              "swap_patience"};
[[nodiscard]] constexpr std::string_view name_of(Cause cause) noexcept {
  return kCauseNames[static_cast<std::size_t>(cause)];
}

/// What was known when an event was raised, so that it can be told later.
struct Evidence {
  LinkState link{};
  wire::LacpInfo actor{};               // ours
  wire::LacpInfo before{};              // the Partner as it was recorded before the last LACPDU
  std::optional<wire::Lacpdu> heard{};  // the last LACPDU, as it came
  Duration silent{};                    // since then
  LagId group{};                        // that has the Aggregator
  std::uint8_t links_max = 0;
  // Of EventKind::lag_state.
  std::uint8_t distributing = 0;
  std::uint8_t needed = 0;
};

struct Event {
  EventKind kind = EventKind::mux_state;
  MemberIndex port{};
  std::uint8_t from = 0;
  std::uint8_t to = 0;
  Instant at{};
  Cause cause = Cause::none;
  UnselectedReason reason = UnselectedReason::none;  // with Cause::selection
  Evidence evidence{};
};

using EventRing = RingQueue<Event, kEventsMax>;

}  // namespace lagoon::lacp
