// Open vSwitch answers our Synchronization with Collecting a few milliseconds before its datapath takes
// frames:
// 1. the cable of one of three links came back, traffic ran at 2000 frames/s;
// 2. its LACPDU with Collecting and the echo of our Synchronization came half a millisecond after ours;
// 3. we sent at once, and 4 frames were lost.
#include "rig.hpp"
#include "support/catch.hpp"

namespace partner_settle_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

namespace {

AggregatorConfig with_settle(MuxControl control) {
  return config_of([control](auto& c) {
    c.mux = control;
    c.partner_settle = 100ms;
  });
}

}  // namespace

TEST_CASE("We begin to distribute only when the Partner has had time to settle",
          "[lacp][aggregator][settle]") {
  for (const MuxControl control : {MuxControl::independent, MuxControl::coupled}) {
    CAPTURE(static_cast<int>(control));
    Rig rig{with_settle(control)};
    rig.bring_up({0});
    CHECK_FALSE(rig.distributes(0));
    rig.advance(99ms);
    CHECK_FALSE(rig.distributes(0));
    rig.advance(1ms);
    CHECK(rig.distributes(0));
  }
}

TEST_CASE("More LACPDUs of a Partner that settles do not make us wait anew", "[lacp][aggregator][settle]") {
  Rig rig{with_settle(MuxControl::independent)};
  rig.bring_up({0});
  rig.advance(60ms);
  rig.hear(0, kCarrying);
  rig.advance(40ms);
  CHECK(rig.distributes(0));
}

TEST_CASE("We leave at once, and wait again when the Partner collects again", "[lacp][aggregator][settle]") {
  Rig rig{with_settle(MuxControl::independent)};
  rig.bring_up({0});
  rig.advance(100ms);
  REQUIRE(rig.distributes(0));
  rig.hear(0, kInSync);
  CHECK_FALSE(rig.distributes(0));
  rig.hear(0, kCarrying);
  CHECK_FALSE(rig.distributes(0));
  rig.advance(100ms);
  CHECK(rig.distributes(0));
}

TEST_CASE("A Partner that stops collecting while it settles is not sent to", "[lacp][aggregator][settle]") {
  Rig rig{with_settle(MuxControl::independent)};
  rig.bring_up({0});
  rig.advance(50ms);
  rig.hear(0, kInSync);
  rig.advance(400ms);
  CHECK_FALSE(rig.distributes(0));
}

TEST_CASE(
    "Who takes over believes a Partner that collects all along, and distributes in the call in which it may",
    "[lacp][aggregator][settle]") {
  for (const bool takes_over : {true, false}) {
    CAPTURE(takes_over);
    AggregatorConfig config = config_of();
    config.takes_over = takes_over;
    config.held_back = UnselectedReason::stands_by;
    Rig rig{config, 1};
    rig.link(0);
    rig.advance(100ms);
    rig.hear(0, kCarrying);
    rig.talk({0}, 5s);
    CHECK(rig.view(0).selected == Selected::standby);
    CHECK_FALSE(says(rig.view(0).actor, synchronization));
    config.held_back = UnselectedReason::none;
    rig.lag.change(config, rig.now);
    CHECK(rig.view(0).mux == (takes_over ? MuxState::distributing : MuxState::collecting));
    // (and leaves at once, as ever)
    config.held_back = UnselectedReason::stands_by;
    rig.lag.change(config, rig.now);
    CHECK(rig.lag.distributing() == 0);
    CHECK(rig.lag.collecting() == 0);
  }
}

}  // namespace partner_settle_test
