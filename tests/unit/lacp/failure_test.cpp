// How a port stops to distribute, and how it comes back.
#include "rig.hpp"
#include "support/catch.hpp"

namespace failure_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

TEST_CASE("A port stops to distribute in the call that takes its ground away", "[lacp][aggregator]") {
  struct Row {
    const char* what;
    std::function<void(Rig&)> happens;
    MuxState mux;
  };
  const Row rows[] = {
      {"the link goes down", [](Rig& r) { r.link(0, kDown); }, MuxState::detached},
      {"the Partner is out of sync", [](Rig& r) { r.hear(0, kHello); }, MuxState::attached},
      {"the Partner stops to collect", [](Rig& r) { r.hear(0, kInSync); }, MuxState::collecting},
      {"the Partner has another key",
       [](Rig& r) {
         r.peer[0].actor.key = 5;
         r.hear(0);
       },
       MuxState::detached},
      {"another System speaks",
       [](Rig& r) {
         r.peer[0].actor.system.octets[5] = 0x98;
         r.hear(0);
       },
       MuxState::detached},
      {"the Partner says Expired", [](Rig& r) { r.hear(0, kCarrying | bits({expired})); },
       MuxState::attached},
      {"the Partner forgot us",
       [](Rig& r) {
         r.peer[0].heard = {};
         r.hear(0);
       },
       MuxState::attached},
      {"nothing is heard for 3 s", [](Rig& r) { r.advance(3s); }, MuxState::attached},
      {"the speed changes", [](Rig& r) { r.link(0, {.up = true, .speed = mbps(100), .full_duplex = true}); },
       MuxState::detached},
      {"the duplex changes",
       [](Rig& r) { r.link(0, {.up = true, .speed = mbps(10'000), .full_duplex = false}); },
       MuxState::detached},
      {"a loop",
       [](Rig& r) {
         r.peer[0].actor.system = kOurs;
         r.hear(0);
       },
       MuxState::detached},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Rig rig{config_of(), 2};
    rig.bring_up({0, 1});
    REQUIRE(rig.lag.distributing() == 3);
    row.happens(rig);
    CHECK_FALSE(rig.distributes(0));
    CHECK(rig.view(0).mux == row.mux);
    CHECK_FALSE(says(rig.view(0).actor, distributing));
  }
}

TEST_CASE("Silence: EXPIRED after 3 s with the short timeout, DEFAULTED 3 s later",
          "[lacp][aggregator][receive]") {
  Rig rig;
  rig.bring_up({0});
  rig.advance(3s - 1ns);
  CHECK(rig.distributes(0));
  rig.advance(1ns);
  CHECK_FALSE(rig.distributes(0));
  CHECK(rig.view(0).receive == ReceiveState::expired);
  CHECK(says(rig.sent.back().pdu.actor, expired));
  CHECK(rig.view(0).selected == Selected::selected);
  rig.advance(3s);
  CHECK(rig.view(0).receive == ReceiveState::defaulted);
  CHECK(rig.view(0).selected == Selected::unselected);
  CHECK(rig.view(0).reason == UnselectedReason::no_partner);
  CHECK(rig.view(0).mux == MuxState::detached);
  CHECK(rig.view(0).counters.expirations == 2);
  CHECK(says(rig.view(0).actor, defaulted));
}

TEST_CASE("Silence: EXPIRED after 90 s with the long timeout", "[lacp][aggregator][receive]") {
  Rig rig{config_of([](auto& c) { c.rate = Rate::slow; })};
  rig.bring_up({0});
  rig.advance(90s - 1ns);
  CHECK(rig.distributes(0));
  rig.advance(1ns);
  CHECK_FALSE(rig.distributes(0));
  CHECK(rig.view(0).receive == ReceiveState::expired);
  rig.advance(3s);
  CHECK(rig.view(0).receive == ReceiveState::defaulted);
}

TEST_CASE("A port without a Partner is never selected, not even alone", "[lacp][aggregator]") {
  Rig rig{config_of(), 2};
  rig.link(0);
  rig.link(1);
  rig.advance(200s);
  for (const unsigned port : {0U, 1U}) {
    CHECK(rig.view(port).selected == Selected::unselected);
    CHECK(rig.view(port).reason == UnselectedReason::no_partner);
    CHECK(rig.view(port).mux == MuxState::detached);
  }
}

// 1. Our direction is cut; the Partner's is not. 2. After 3 s the Partner is Expired and says so; Open
// vSwitch keeps Synchronization, Collecting and Distributing beside it. 3. By the standard we would go on to
// send into the hole until the Partner is DEFAULTED. 4. It hears us again, and is Expired no more.
TEST_CASE("A Partner that says Expired is not sent to until it is Expired no more",
          "[lacp][aggregator][expired]") {
  for (const MuxControl control : {MuxControl::independent, MuxControl::coupled}) {
    Rig rig{config_of([&](auto& c) { c.mux = control; })};
    rig.bring_up({0});
    REQUIRE(rig.distributes(0));
    rig.hear(0, kCarrying | bits({expired}));
    CHECK_FALSE(rig.distributes(0));
    CHECK_FALSE(says(rig.view(0).partner, synchronization));
    rig.talk({0}, 5s);
    CHECK_FALSE(rig.distributes(0));
    CHECK(rig.view(0).mux == MuxState::attached);
    rig.hear(0, kCarrying);
    CHECK(rig.distributes(0));
  }
}

TEST_CASE("After a blackhole the only link of a LAG carries again with the first LACPDUs",
          "[lacp][aggregator][return]") {
  Rig rig;
  rig.bring_up({0});
  rig.advance(20s);
  REQUIRE(rig.view(0).mux == MuxState::detached);
  rig.hear(0, kHello);
  CHECK(rig.view(0).mux == MuxState::attached);
  rig.hear(0, kCarrying);
  CHECK(rig.distributes(0));
}

TEST_CASE("A link that returns to its Partner collects at once, and distributes when its wait is over",
          "[lacp][aggregator][return]") {
  Rig rig{config_of(), 2};
  rig.bring_up({0, 1});
  REQUIRE(rig.lag.distributing() == 0b11);
  rig.link(0, kDown);
  rig.link(0);
  rig.hear(0, kHello);
  CHECK(rig.view(0).mux == MuxState::attached);
  rig.hear(0, kCarrying);
  CHECK(rig.lag.collecting() == 0b11);
  SECTION("when its wait is over") {
    rig.talk({0, 1}, 1500ms);
    CHECK(rig.lag.distributing() == 0b10);
    rig.talk({0, 1}, 1s);
  }
  SECTION("when a shorter wait is over") {
    AggregatorConfig shorter = config_of();
    shorter.aggregate_wait = 500ms;
    rig.lag.change(shorter, rig.now);
    rig.talk({0, 1}, 1s);
  }
  SECTION("at once, when no other carries") {
    rig.talk({0, 1}, 500ms);
    CHECK(rig.lag.distributing() == 0b10);
    rig.link(1, kDown);
    CHECK(rig.lag.distributing() == 0b01);
    rig.link(1);
    rig.hear(1, kCarrying);
    rig.talk({0, 1}, 2500ms);
  }
  CHECK(rig.lag.distributing() == 0b11);
}

// A flap that only we saw: the Partner says at once all that the first LACPDU of a return lacks.
TEST_CASE("Who returns to a Partner that carries already waits with distributing, too",
          "[lacp][aggregator][return]") {
  AggregatorConfig config = config_of();
  config.partner_settle = 0s;
  Rig rig{config, 2};
  rig.bring_up({0, 1});
  rig.link(0, kDown);
  rig.link(0);
  rig.hear(0, kCarrying);
  CHECK(rig.lag.collecting() == 0b11);
  CHECK(rig.lag.distributing() == 0b10);
  rig.talk({0, 1}, 2500ms);
  CHECK(rig.lag.distributing() == 0b11);
}

TEST_CASE("Under coupled control a link that returns waits while another carries",
          "[lacp][aggregator][return]") {
  AggregatorConfig config = config_of();
  config.mux = MuxControl::coupled;
  Rig rig{config, 2};
  rig.bring_up({0, 1});
  rig.link(0, kDown);
  rig.link(0);
  rig.hear(0, kHello);
  CHECK(rig.view(0).mux == MuxState::waiting);
}

TEST_CASE("A link that returns to its Partner waits for no other where none carries",
          "[lacp][aggregator][return]") {
  Rig rig{config_of(), 2};
  rig.bring_up({0, 1});
  REQUIRE(rig.lag.distributing() == 0b11);
  rig.link(0, kDown);
  rig.link(1, kDown);
  rig.link(0);
  CHECK(rig.view(0).mux == MuxState::waiting);  // whether it is still that Partner is not known
  rig.hear(0, kHello);
  CHECK(rig.view(0).mux == MuxState::attached);
  rig.hear(0, kCarrying);
  CHECK(rig.lag.distributing() == 0b01);
}

// A machine that stood still can't say that others were silent.
TEST_CASE("Who has not listened gives its Partner time to be heard, once", "[lacp][aggregator][away]") {
  Rig rig;
  rig.bring_up({0});
  rig.now += 4s;
  rig.lag.excuse_silence(rig.now);
  rig.expire();
  CHECK(rig.lag.distributing() == 0b1);
  SECTION("it is heard") {
    rig.advance(1s);
    rig.hear(0, kCarrying);
    rig.advance(2900ms);
    CHECK(rig.lag.distributing() == 0b1);
  }
  SECTION("it is not") {
    rig.now += 1s;
    rig.lag.excuse_silence(rig.now);
    rig.advance(600ms);
    CHECK(rig.lag.distributing() == 0);
  }
  SECTION("a short stall lengthens nothing") {
    rig.hear(0, kCarrying);
    rig.now += 500ms;
    rig.lag.excuse_silence(rig.now);
    rig.advance(2600ms);
    CHECK(rig.lag.distributing() == 0);
  }
}

// Else, where each end attaches another link first, each waits for the other's.
TEST_CASE("A link that is attached alone, and whose Partner is not, is none that carries",
          "[lacp][aggregator][return]") {
  Rig rig{config_of(), 2};
  rig.bring_up({0, 1});
  for (const unsigned port : {0U, 1U}) rig.link(port, kDown);
  for (const unsigned port : {0U, 1U}) rig.link(port);
  rig.hear(0, kHello);
  REQUIRE(rig.view(0).mux == MuxState::attached);
  rig.hear(1, kHello);
  CHECK(rig.view(1).mux == MuxState::attached);
  rig.hear(1, kCarrying);
  CHECK(rig.lag.distributing() == 0b10);
}

TEST_CASE("A link that returns waits where another Partner may speak, and where its own is another",
          "[lacp][aggregator][return]") {
  SECTION("another System") {
    Rig rig;
    rig.bring_up({0});
    rig.link(0, kDown);
    rig.link(0);
    rig.peer[0].actor.system.octets[5] ^= 1;
    rig.hear(0, kHello);
    CHECK(rig.view(0).mux == MuxState::waiting);
  }
  SECTION("a link that has not spoken yet") {
    Rig rig{config_of(), 2};
    rig.bring_up({0});
    rig.link(0, kDown);
    rig.link(1);
    rig.link(0);
    rig.hear(0, kHello);
    CHECK(rig.view(0).mux == MuxState::waiting);
  }
  SECTION("the operator's change") {
    Rig rig;
    rig.bring_up({0});
    rig.lag.set_enabled(Rig::at(0), false, rig.now);
    rig.drain();
    rig.lag.set_enabled(Rig::at(0), true, rig.now);
    rig.hear(0, kHello);
    CHECK(rig.view(0).mux == MuxState::waiting);
  }
}

TEST_CASE("A silence that ends before DEFAULTED costs no new wait", "[lacp][aggregator]") {
  Rig rig;
  rig.bring_up({0});
  rig.advance(4s);
  CHECK(rig.view(0).mux == MuxState::attached);
  rig.hear(0);
  CHECK(rig.distributes(0));
}

TEST_CASE("A port that is down hears nothing", "[lacp][aggregator]") {
  Rig rig;
  rig.hear(0, kCarrying);
  CHECK(rig.view(0).receive == ReceiveState::port_disabled);
  CHECK(rig.view(0).reason == UnselectedReason::link_down);
  CHECK(rig.sent.empty());
  CHECK_FALSE(rig.lag.deadline());
}

TEST_CASE("port_moved: a Partner's port that shows up on another of our ports is forgotten where it was",
          "[lacp][aggregator][port_moved]") {
  Rig rig{config_of(), 2};
  rig.bring_up({0});
  rig.link(0, kDown);
  rig.hear(0);                                   // a frame that was under way moves nothing
  CHECK(rig.view(0).partner.system == kTheirs);  // PORT_DISABLED remembers
  rig.link(1);
  rig.peer[1].actor = rig.peer[0].actor;
  rig.peer[1].actor.port_number = 77;
  rig.hear(1, kHello);
  CHECK(rig.view(0).partner.system == kTheirs);  // another port of it did not move
  rig.peer[1].actor.port_number = rig.peer[0].actor.port_number;
  rig.hear(1, kHello);
  CHECK(rig.view(0).partner.system.is_zero());
  CHECK(rig.view(0).receive == ReceiveState::port_disabled);
}

TEST_CASE("port_moved touches no port whose link is up", "[lacp][aggregator][port_moved]") {
  Rig rig{config_of(), 2};
  rig.bring_up({0});
  rig.link(1);
  rig.peer[1].actor.port_number = rig.peer[0].actor.port_number;
  rig.hear(1, kHello);
  CHECK(rig.distributes(0));
}

// Linux bonding: a link that becomes a loop after having been up distributes for ever, since its own LACPDUs
// stop the receive timer before they are found to be its own.
TEST_CASE("A link that becomes a loop leaves at once and does not come back by our own LACPDUs",
          "[lacp][aggregator][loop]") {
  Rig rig;
  rig.bring_up({0});
  rig.hear(0);
  const wire::LacpInfo partner = rig.view(0).partner;
  for (int i = 0; i < 40; ++i) {
    wire::Lacpdu ours = rig.sent.back().pdu;
    rig.lag.receive(Rig::at(0), ours, rig.now);
    rig.drain();
    CHECK_FALSE(rig.distributes(0));
    CHECK(rig.view(0).reason == UnselectedReason::looped);
    if (i == 0) CHECK((rig.view(0).partner == partner));
    rig.advance(250ms);
  }
  CHECK(rig.view(0).counters.looped == 40);
  CHECK(rig.count(EventKind::looped) == 1);
  CHECK(rig.view(0).receive == ReceiveState::defaulted);  // current_while ran out all the same
  rig.hear(0, kHello);                                    // a Partner: the loop is gone
  CHECK(rig.view(0).selected == Selected::selected);
}

TEST_CASE("A loop is forgotten when the link goes down", "[lacp][aggregator][loop]") {
  Rig rig;
  rig.link(0);
  rig.lag.receive(Rig::at(0), rig.sent.back().pdu, rig.now);
  CHECK(rig.view(0).reason == UnselectedReason::looped);
  rig.link(0, kDown);
  rig.link(0);
  CHECK(rig.view(0).reason == UnselectedReason::no_partner);
}

}  // namespace failure_test
