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

}  // namespace partner_settle_test
