// Rig: an Aggregator, a virtual clock, and a scripted Partner on each port. A Partner says what the test
// wrote into it; all it does by itself is to remember what it heard of us.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <ostream>
#include <vector>

#include "lacp/aggregator.hpp"
#include "lacp/port_state.hpp"

namespace lagoon::lacp {

inline std::ostream& operator<<(std::ostream& os, MuxState s) {
  return os << name_of(s);
}
inline std::ostream& operator<<(std::ostream& os, ReceiveState s) {
  return os << name_of(s);
}
inline std::ostream& operator<<(std::ostream& os, PeriodicState s) {
  return os << name_of(s);
}
inline std::ostream& operator<<(std::ostream& os, ChurnState s) {
  return os << name_of(s);
}
inline std::ostream& operator<<(std::ostream& os, Selected s) {
  return os << name_of(s);
}
inline std::ostream& operator<<(std::ostream& os, UnselectedReason r) {
  return os << name_of(r);
}

namespace test {

using enum StateBit;

[[nodiscard]] inline std::uint8_t bits(std::initializer_list<StateBit> set) {
  PortState state;
  for (const StateBit bit : set) state = state.with(bit);
  return state.octet();
}

inline const MacAddress kOurs{{0x02, 0x4c, 0x41, 0, 0, 0x01}};
inline const MacAddress kTheirs{{0x02, 0x4c, 0x41, 0, 0, 0x99}};  // ours is lower: we are Master
inline const std::uint8_t kHello = bits({activity, timeout, aggregation});
inline const std::uint8_t kInSync = bits({activity, timeout, aggregation, synchronization});
inline const std::uint8_t kCarrying =
    bits({activity, timeout, aggregation, synchronization, collecting, distributing});

inline const LinkState kUp10G{.up = true, .speed = mbps(10'000), .full_duplex = true};
inline const LinkState kDown{};

/// One port of the Partner.
struct Peer {
  wire::LacpInfo actor{.system_priority = 32768,
                       .system = kTheirs,
                       .key = 12945,
                       .port_priority = 32768,
                       .port_number = 1,
                       .state = kHello};
  wire::LacpInfo heard{};  // its Partner information
  bool deaf = false;       // our direction is cut

  [[nodiscard]] wire::Lacpdu pdu() const { return {.actor = actor, .partner = heard}; }
};

struct Sent {
  unsigned port = 0;
  wire::Lacpdu pdu{};
  Instant at{};
};

[[nodiscard]] inline AggregatorConfig config_of(std::function<void(AggregatorConfig&)> change = {}) {
  AggregatorConfig config{.system = kOurs};
  config.partner_settle = 0ms;  // partner_settle_test.cpp is about it
  if (change) change(config);
  return config;
}

[[nodiscard]] inline bool says(const wire::LacpInfo& info, StateBit bit) {
  return PortState{info.state}.has(bit);
}

class Rig {
 public:
  explicit Rig(const AggregatorConfig& config = config_of(), unsigned ports = 1) : lag{config, now} {
    for (unsigned i = 0; i < ports; ++i) add(i, {.port_number = static_cast<std::uint16_t>(i + 1)});
  }

  void add(unsigned port, const PortConfig& config) {
    lag.add_port(at(port), config, now);
    peer[port].actor.port_number = static_cast<std::uint16_t>(port + 1);
  }
  void link(unsigned port, const LinkState& state = kUp10G) {
    lag.link_changed(at(port), state, now);
    drain();
  }
  void hear(unsigned port) {
    lag.receive(at(port), peer[port].pdu(), now);
    drain();
  }
  void hear(unsigned port, std::uint8_t state) {
    peer[port].actor.state = state;
    hear(port);
  }
  void expire() {
    lag.expire(now);
    drain();
  }
  /// Silence: only what is due happens.
  void advance(Duration by) {
    const Instant end = now + by;
    for (auto due = lag.deadline(); due && *due <= end; due = lag.deadline()) {
      now = *due;
      expire();
    }
    now = end;
    drain();
  }
  /// Time goes by, and each of `ports` is heard twice a second.
  void talk(std::initializer_list<unsigned> ports, Duration by) {
    for (Duration gone{}; gone < by; gone += 500ms) {
      for (const unsigned port : ports) hear(port);
      advance(500ms);
    }
  }
  /// From link up to Distributing, as against a Partner that waits for our Synchronization.
  void bring_up(std::initializer_list<unsigned> ports) {
    for (const unsigned port : ports) link(port);
    for (const unsigned port : ports) hear(port, kHello);
    talk(ports, lag.config().aggregate_wait);
    for (const unsigned port : ports) hear(port, kInSync);
    for (const unsigned port : ports) hear(port, kCarrying);
  }
  void drain() {
    if (moves_at_once) lag.moved_off(lag.moving_off(), now);
    while (const auto out = lag.transmit(now)) {
      sent.push_back({.port = out->port.value(), .pdu = out->pdu, .at = now});
      Peer& to = peer[out->port.value()];
      if (!to.deaf) to.heard = out->pdu.actor;
    }
    while (const auto event = lag.poll_event()) events.push_back(*event);
  }
  [[nodiscard]] PortView view(unsigned port) const { return lag.port(at(port)); }
  [[nodiscard]] bool distributes(unsigned port) const { return (lag.distributing() >> port & 1U) != 0; }
  [[nodiscard]] std::size_t count(EventKind kind) const {
    std::size_t found = 0;
    for (const Event& event : events) found += event.kind == kind ? 1 : 0;
    return found;
  }
  [[nodiscard]] static MemberIndex at(unsigned port) { return MemberIndex{static_cast<std::uint8_t>(port)}; }

  Instant now{1s};
  bool moves_at_once = true;  // conversations, off a port that another one has replaced
  Aggregator lag;
  std::map<unsigned, Peer> peer;
  std::vector<Sent> sent;
  std::vector<Event> events;
};

}  // namespace test
}  // namespace lagoon::lacp
