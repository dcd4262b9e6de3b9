// Events of an Aggregator: what an operator may want to read afterwards.
#pragma once

#include <cstdint>

#include "base/ids.hpp"
#include "base/ring_queue.hpp"
#include "base/time.hpp"
#include "lacp/constants.hpp"

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
  lag_state,        // from, to: 0 down, 1 up; port is not used
};

struct Event {
  EventKind kind = EventKind::mux_state;
  MemberIndex port{};
  std::uint8_t from = 0;
  std::uint8_t to = 0;
  Instant at{};
};

using EventRing = RingQueue<Event, kEventsMax>;

}  // namespace lagoon::lacp
