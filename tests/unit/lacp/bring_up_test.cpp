// From link up to Distributing, and what must be true before a frame may go out.
#include <utility>

#include "rig.hpp"
#include "support/catch.hpp"

namespace bring_up_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

TEST_CASE("A LAG of two ports distributes once the Partner collects, after the wait of 2 s",
          "[lacp][aggregator]") {
  Rig rig{config_of(), 2};
  rig.link(0);
  rig.link(1);
  CHECK(rig.view(0).receive == ReceiveState::expired);
  REQUIRE(rig.sent.size() == 2);  // link up: NTT
  rig.hear(0, kHello);
  rig.hear(1, kHello);
  CHECK(rig.view(0).selected == Selected::selected);
  CHECK(rig.view(0).mux == MuxState::waiting);
  rig.talk({0, 1}, 1500ms);
  CHECK(rig.view(0).mux == MuxState::waiting);
  rig.talk({0, 1}, 500ms);
  CHECK(rig.view(0).mux == MuxState::attached);
  CHECK(says(rig.sent.back().pdu.actor, synchronization));
  CHECK(rig.lag.collecting() == 0);
  rig.hear(0, kInSync);
  CHECK(rig.view(0).mux == MuxState::collecting);
  CHECK(rig.lag.collecting() == 1);
  CHECK(rig.lag.distributing() == 0);
  CHECK_FALSE(rig.lag.up());
  rig.hear(0, kCarrying);
  CHECK(rig.lag.distributing() == 1);
  CHECK(rig.lag.up());
  rig.hear(1, kCarrying);
  CHECK(rig.lag.distributing() == 3);
  CHECK(says(rig.sent.back().pdu.actor, distributing));
  CHECK(rig.count(EventKind::lag_state) == 1);
  CHECK((rig.lag.lag_id() == rig.view(1).lag_id));
  CHECK(rig.lag.lag_id().second.key == 12945);
}

TEST_CASE("Ports that begin to wait within each other's wait attach together", "[lacp][aggregator][mux]") {
  Rig rig{config_of(), 2};
  rig.link(0);
  rig.hear(0, kHello);
  rig.talk({0}, 1s);
  rig.link(1);
  rig.hear(1, kHello);
  rig.talk({0, 1}, 1500ms);
  CHECK(rig.view(0).mux == MuxState::waiting);
  rig.talk({0, 1}, 500ms);
  CHECK(rig.view(0).mux == MuxState::attached);
  CHECK(rig.view(1).mux == MuxState::attached);
}

TEST_CASE("A link that goes down while it waits does not hold up the others", "[lacp][aggregator][mux]") {
  Rig rig{config_of(), 2};
  rig.link(0);
  rig.hear(0, kHello);
  rig.talk({0}, 1s);
  rig.link(1);
  rig.hear(1, kHello);
  rig.talk({0, 1}, 1s);
  CHECK(rig.view(0).mux == MuxState::waiting);
  rig.link(1, kDown);
  CHECK(rig.view(0).mux == MuxState::attached);
}

TEST_CASE("A port waits for those that came during its own wait, not for those that came later",
          "[lacp][aggregator][mux]") {
  Rig rig{config_of(), 3};
  rig.link(0);
  rig.hear(0, kHello);
  rig.talk({0}, 1500ms);
  rig.link(1);
  rig.hear(1, kHello);
  rig.talk({0, 1}, 1500ms);
  rig.link(2);
  rig.hear(2, kHello);
  rig.talk({0, 1, 2}, 500ms);
  CHECK(rig.view(0).mux == MuxState::attached);
  CHECK(rig.view(1).mux == MuxState::waiting);
  rig.talk({0, 1, 2}, 1500ms);
  CHECK(rig.view(1).mux == MuxState::attached);
  CHECK(rig.view(2).mux == MuxState::attached);
}

TEST_CASE("An input's effects happen within the call: the answer to the first LACPDU is there at once",
          "[lacp][aggregator]") {
  Rig rig;
  rig.link(0);
  rig.sent.clear();
  rig.peer[0].heard = {};  // it has not heard us
  rig.hear(0, kHello);
  REQUIRE(rig.sent.size() == 1);
  CHECK(rig.sent[0].pdu.partner.system == kTheirs);
  CHECK_FALSE(says(rig.sent[0].pdu.actor, defaulted));
  CHECK_FALSE(says(rig.sent[0].pdu.actor, expired));
  rig.sent.clear();
  rig.hear(0, kHello);  // it knows us now
  CHECK(rig.sent.empty());
}

// Open vSwitch says Collecting and Distributing as soon as it is attached, before it has seen our
// Synchronization, and drops frames that come before that. Its next periodic LACPDU shows that it has.
TEST_CASE("Against a Partner that says Collecting too early we wait for the echo of our Synchronization",
          "[lacp][aggregator][echo]") {
  for (const MuxControl control : {MuxControl::independent, MuxControl::coupled}) {
    Rig rig{config_of([&](auto& c) { c.mux = control; })};
    rig.link(0);
    rig.hear(0, kHello);
    rig.talk({0}, 1500ms);
    rig.peer[0].deaf = true;
    rig.hear(0, kCarrying);
    rig.advance(600ms);
    rig.hear(0);
    CAPTURE(static_cast<int>(control));
    CHECK(rig.view(0).mux ==
          (control == MuxControl::coupled ? MuxState::distributing : MuxState::collecting));
    CHECK(rig.lag.distributing() == 0);
    CHECK_FALSE(rig.view(0).distributing);
    rig.peer[0].heard = rig.sent.back().pdu.actor;
    rig.hear(0);
    CHECK(rig.lag.distributing() == 1);
    CHECK(rig.view(0).distributing);
  }
}

TEST_CASE("An echo from before we left the Aggregator does not count after we came back",
          "[lacp][aggregator][echo]") {
  for (const bool it_speaks_meanwhile : {false, true}) {
    CAPTURE(it_speaks_meanwhile);
    Rig rig;
    rig.bring_up({0});
    REQUIRE(rig.distributes(0));
    const wire::LacpInfo before = rig.peer[0].heard;
    rig.link(0, {.up = true, .speed = mbps(1'000), .full_duplex = true});  // another key
    CHECK(rig.view(0).mux == MuxState::waiting);
    const wire::LacpInfo after = std::exchange(rig.peer[0].heard, before);
    if (it_speaks_meanwhile) rig.hear(0);
    rig.peer[0].heard = after;
    rig.advance(2s);
    CHECK_FALSE(rig.distributes(0));
    rig.hear(0, kCarrying);
    CHECK(rig.distributes(0));
  }
}

TEST_CASE("Two ends under coupled control do not wait for each other", "[lacp][aggregator][coupled]") {
  Rig rig{config_of([](auto& c) { c.mux = MuxControl::coupled; })};
  rig.link(0);
  rig.hear(0, kHello);
  rig.talk({0}, 2s);
  rig.hear(0, kInSync);  // in sync, not Collecting: the standard lets a coupled end carry now
  CHECK(rig.view(0).mux == MuxState::distributing);
  CHECK(says(rig.sent.back().pdu.actor, collecting));
  CHECK(says(rig.sent.back().pdu.actor, distributing));
  CHECK(rig.lag.collecting() == 1);
  CHECK(rig.lag.distributing() == 0);
  rig.hear(0, kCarrying);
  CHECK(rig.lag.distributing() == 1);
}

TEST_CASE("Coupled control never is in COLLECTING", "[lacp][aggregator][coupled]") {
  Rig rig{config_of([](auto& c) { c.mux = MuxControl::coupled; })};
  rig.bring_up({0});
  rig.hear(0, kInSync);
  rig.hear(0, kHello);
  for (const Event& event : rig.events)
    if (event.kind == EventKind::mux_state)
      CHECK(event.to != static_cast<std::uint8_t>(MuxState::collecting));
  CHECK(rig.view(0).mux == MuxState::attached);
}

TEST_CASE("Our LACPDU says who we are and what we were asked", "[lacp][aggregator]") {
  Rig rig{config_of([](auto& c) {
            c.system_priority = 7;
            c.key = 401;
            c.rate = Rate::slow;
          }),
          0};
  rig.add(0, {.port_number = 9, .port_priority = 33});
  rig.link(0);
  const wire::LacpInfo expected{.system_priority = 7,
                                .system = kOurs,
                                .key = 401,
                                .port_priority = 33,
                                .port_number = 9,
                                .state = bits({activity, timeout, aggregation, defaulted, expired})};
  REQUIRE(rig.sent.size() == 1);
  CHECK((rig.sent[0].pdu.actor == expected));
  CHECK(rig.sent[0].pdu.version == 1);
  CHECK(rig.sent[0].pdu.collector_max_delay == 0);
  CHECK((rig.view(0).actor == expected));
}

TEST_CASE("32 ports come up together", "[lacp][aggregator]") {
  Rig rig{config_of(), 32};
  for (unsigned port = 0; port < 32; ++port) {
    rig.link(port);
    rig.hear(port, kHello);
  }
  for (int i = 0; i < 2; ++i) {
    rig.advance(1s);
    for (unsigned port = 0; port < 32; ++port) rig.hear(port);
  }
  for (unsigned port = 0; port < 32; ++port) rig.hear(port, kCarrying);
  CHECK(rig.lag.collecting() == 0xffffffffU);
  CHECK(rig.lag.distributing() == 0xffffffffU);
}

}  // namespace bring_up_test
