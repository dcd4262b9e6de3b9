// When LACPDUs go out: periods, silence, the limit.
#include <deque>

#include "rig.hpp"
#include "support/catch.hpp"

namespace periodic_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

namespace {

AggregatorConfig slow() {
  return config_of([](auto& c) { c.rate = Rate::slow; });
}

std::vector<Duration> gaps(const Rig& rig) {
  std::vector<Duration> out;
  for (std::size_t i = 1; i < rig.sent.size(); ++i) out.push_back(rig.sent[i].at - rig.sent[i - 1].at);
  return out;
}

// Lets a port that carries go on with a Partner that says `state` every 2.5 s, and returns what we sent.
std::vector<Duration> gaps_with_partner(const AggregatorConfig& config, std::uint8_t state, Duration by) {
  Rig rig{config};
  rig.bring_up({0});
  rig.hear(0, state);
  rig.advance(1500ms);  // past the limit
  rig.sent.clear();
  for (Duration gone{}; gone < by; gone += 2500ms) {
    rig.hear(0);
    rig.advance(2500ms);
  }
  return gaps(rig);
}

}  // namespace

TEST_CASE("The Partner's short timeout has us send every second", "[lacp][periodic]") {
  for (const AggregatorConfig& config : {config_of(), slow()}) {
    const auto found = gaps_with_partner(config, kCarrying, 20s);
    CHECK(found.size() >= 18);
    for (const Duration gap : found) CHECK(gap == 1s);
  }
}

TEST_CASE("The Partner's long timeout has us send every 30 s", "[lacp][periodic]") {
  for (const AggregatorConfig& config : {config_of(), slow()}) {
    const std::uint8_t state = PortState{kCarrying}.with(timeout, false).octet();
    const auto found = gaps_with_partner(config, state, 200s);
    CHECK(found.size() >= 5);
    for (const Duration gap : found) CHECK(gap == 30s);
  }
}

TEST_CASE("A Partner that asks for the fast rate is answered at once, not after the slow period",
          "[lacp][periodic]") {
  Rig rig{slow()};
  rig.bring_up({0});
  rig.hear(0, PortState{kCarrying}.with(timeout, false).octet());
  rig.advance(5s);
  rig.sent.clear();
  rig.hear(0, kCarrying);
  CHECK(rig.sent.size() == 1);
}

TEST_CASE("The longest gap is told, and not one of the slow rate as one of the fast", "[lacp][periodic]") {
  Rig rig{slow()};
  rig.bring_up({0});
  rig.hear(0, PortState{kCarrying}.with(timeout, false).octet());
  rig.advance(31s);
  rig.hear(0, PortState{kCarrying}.with(timeout, false).octet());
  rig.advance(30s);
  CHECK(rig.view(0).tx_gap == 30s);
  CHECK(rig.view(0).rx_gap == 31s);
  rig.hear(0, kCarrying);
  CHECK_FALSE(rig.view(0).tx_gap.has_value());
  rig.advance(5s);
  CHECK(rig.view(0).tx_gap == 1s);
}

// The Partner fell back to one LACPDU in 30 s. If we did as well, a healed link would be found up to 30 s
// late.
TEST_CASE("At the fast rate we go on asking every second while no Partner is heard",
          "[lacp][periodic][fast_asking]") {
  Rig rig;
  rig.bring_up({0});
  rig.hear(0, PortState{kCarrying}.with(timeout, false).octet());
  rig.advance(10s);
  REQUIRE(rig.view(0).receive == ReceiveState::defaulted);
  rig.sent.clear();
  rig.advance(100s);
  CHECK(rig.sent.size() == 100);
  for (const Duration gap : gaps(rig)) CHECK(gap == 1s);
}

TEST_CASE("At the slow rate a port without a Partner asks every 30 s", "[lacp][periodic]") {
  Rig rig{slow()};
  rig.link(0);
  rig.advance(10s);
  REQUIRE(rig.view(0).receive == ReceiveState::defaulted);
  rig.advance(30s);
  rig.sent.clear();
  rig.advance(300s);
  CHECK(rig.sent.size() == 10);
}

TEST_CASE("At the slow rate the Partner is asked for the fast one until it takes frames from us",
          "[lacp][periodic][asking]") {
  Rig fast;
  Rig slow_one{slow()};
  for (Rig* rig : {&fast, &slow_one}) {
    rig->link(0);
    rig->hear(0, kHello);
    rig->talk({0}, 2s);
    rig->hear(0, kInSync);
    CHECK(says(rig->sent.back().pdu.actor, timeout));
    rig->hear(0, kCarrying);
    rig->advance(1500ms);
  }
  CHECK(says(fast.sent.back().pdu.actor, timeout));
  CHECK_FALSE(says(slow_one.sent.back().pdu.actor, timeout));
  CHECK(slow_one.distributes(0));
  // And again when it does not hear us any more.
  slow_one.hear(0, kCarrying | bits({expired}));
  CHECK(says(slow_one.sent.back().pdu.actor, timeout));
}

TEST_CASE("A Partner that does not follow the wish for the fast rate is believed for 90 s",
          "[lacp][periodic][asking]") {
  Rig rig{slow()};
  rig.link(0);
  rig.hear(0, PortState{kHello}.with(timeout, false).octet());
  rig.advance(29s);
  CHECK(rig.view(0).receive == ReceiveState::current);
  CHECK(rig.view(0).mux == MuxState::attached);
}

TEST_CASE("A port that is not selected asks for no fast rate", "[lacp][periodic][asking]") {
  Rig rig{config_of([](auto& c) {
            c.rate = Rate::slow;
            c.max_links = 1;
          }),
          2};
  rig.bring_up({0, 1});
  REQUIRE(rig.view(1).selected == Selected::standby);
  rig.advance(1500ms);
  CHECK_FALSE(says(rig.view(1).actor, timeout));
}

TEST_CASE("A Passive port is silent until it hears an Active Partner, and again when it lost it",
          "[lacp][periodic][passive]") {
  Rig rig{config_of([](auto& c) { c.activity = Activity::passive; })};
  rig.link(0);
  rig.advance(100s);
  CHECK(rig.sent.empty());
  CHECK(rig.view(0).periodic == PeriodicState::no_periodic);
  rig.hear(0, kHello);
  REQUIRE(rig.sent.size() == 1);
  CHECK_FALSE(says(rig.sent[0].pdu.actor, activity));
  rig.talk({0}, 2s);
  rig.hear(0, kCarrying);
  CHECK(rig.distributes(0));
  rig.advance(7s);
  CHECK(rig.view(0).receive == ReceiveState::defaulted);
  rig.sent.clear();
  rig.advance(100s);
  CHECK(rig.sent.empty());
}

TEST_CASE("Two Passive ends stay silent, whatever the one hears of the other", "[lacp][periodic][passive]") {
  Rig rig{config_of([](auto& c) { c.activity = Activity::passive; })};
  rig.link(0);
  for (int i = 0; i < 20; ++i) {
    rig.hear(0, bits({timeout, aggregation, synchronization}));
    rig.advance(1s);
  }
  CHECK(rig.sent.empty());
  CHECK(rig.lag.distributing() == 0);
  rig.lag.shut_down(rig.now);
  rig.drain();
  CHECK(rig.sent.empty());
}

TEST_CASE("No second holds more than 3 LACPDUs of a port, and the last one has the last state",
          "[lacp][transmit]") {
  Rig rig;
  rig.bring_up({0});
  rig.advance(2s);
  rig.sent.clear();
  for (int i = 0; i < 1000; ++i) {  // each one is a change for us
    rig.hear(0, i % 2 == 0 ? kHello : kCarrying);
    rig.now += 5ms;
  }
  rig.hear(0, kHello);
  const wire::LacpInfo last = rig.view(0).actor;
  rig.peer[0].deaf = true;
  rig.advance(1100ms);
  std::deque<Instant> window;
  for (const Sent& sent : rig.sent) {
    window.push_back(sent.at);
    while (sent.at - window.front() > 1s) window.pop_front();
    CHECK(window.size() <= 3);
  }
  CHECK(rig.sent.size() >= 15);
  CHECK((rig.sent.back().pdu.actor == last));
  CHECK(rig.view(0).counters.lacpdu_rx >= 1001);
}

TEST_CASE("A LACPDU that waits under the limit says the state at its sending", "[lacp][transmit]") {
  Rig rig;
  rig.bring_up({0});
  rig.advance(1500ms);
  for (const std::uint8_t state : {kInSync, kCarrying, kInSync}) rig.hear(0, state);  // uses the limit up
  rig.sent.clear();
  rig.hear(0, kHello);
  CHECK(rig.sent.empty());
  const auto due = rig.lag.deadline();
  REQUIRE(due.has_value());
  CHECK(*due - rig.now <= 1s + 10ms);
  rig.hear(0, kCarrying);
  CHECK(rig.sent.empty());
  rig.advance(1100ms);
  REQUIRE_FALSE(rig.sent.empty());
  CHECK(says(rig.sent.front().pdu.actor, distributing));
}

TEST_CASE("The limit is each port's own, and a restart does not lift it", "[lacp][transmit]") {
  Rig rig{config_of(), 2};
  for (int i = 0; i < 5; ++i)
    for (const unsigned port : {0U, 1U}) {
      rig.link(port);
      rig.link(port, kDown);
    }
  CHECK(rig.sent.size() == 6);
}

TEST_CASE("deadline() is never in the past after expire(), nor does an LACPDU that may go now count",
          "[lacp][aggregator]") {
  Rig rig{config_of(), 3};
  unsigned seed = 12345;
  for (int i = 0; i < 20'000; ++i) {
    seed = seed * 1'103'515'245 + 12'345;
    const unsigned port = (seed >> 16) % 3;
    switch ((seed >> 20) % 8) {
      case 0:
        rig.lag.link_changed(Rig::at(port), kDown, rig.now);
        break;
      case 1:
        rig.lag.link_changed(Rig::at(port), kUp10G, rig.now);
        break;
      case 2:
      case 3:
        rig.hear(port, kCarrying);
        break;
      case 4:
        rig.hear(port, kHello);
        break;
      case 5:
        rig.drain();
        break;
      default:
        break;
    }
    rig.now += ((seed >> 8) % 700) * 1ms;
    rig.lag.expire(rig.now);
    if (const auto due = rig.lag.deadline()) CHECK(*due > rig.now);
    CHECK((rig.lag.distributing() & ~rig.lag.collecting()) == 0);
  }
}

}  // namespace periodic_test
