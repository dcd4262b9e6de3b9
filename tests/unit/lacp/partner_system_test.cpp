// partner_system: who may be our Partner, by the Selection Logic alone and by LACPDUs while it runs.
#include <algorithm>

#include "rig.hpp"
#include "support/catch.hpp"

namespace partner_system_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

namespace {

const MacAddress kThird{{0x02, 0x4c, 0x41, 0, 0, 0x55}};

void allow(Rig& rig, std::optional<PartnerSystem> partner) {
  AggregatorConfig config = rig.lag.config();
  config.partner_system = partner;
  rig.lag.change(config, rig.now);
  rig.drain();
}

// Port 0 leads to kTheirs, port 1 to kThird, with system priority 100.
Rig two_partners(std::optional<PartnerSystem> partner) {
  Rig rig{config_of([&](AggregatorConfig& c) { c.partner_system = partner; }), 2};
  rig.peer[1].actor.system = kThird;
  rig.peer[1].actor.system_priority = 100;
  rig.bring_up({0, 1});
  return rig;
}

std::size_t left_out(const Rig& rig, unsigned port, UnselectedReason reason) {
  return static_cast<std::size_t>(std::ranges::count_if(rig.events, [&](const Event& e) {
    return e.kind == EventKind::left_out && e.port == Rig::at(port) && e.reason == reason;
  }));
}

}  // namespace

TEST_CASE("Only the System that is named may be the Partner, with its priority where that is named",
          "[lacp][selection][partner_system]") {
  struct Row {
    std::optional<PartnerSystem> allowed;
    std::uint32_t distributing;
    UnselectedReason first;
    UnselectedReason second;
  };
  using enum UnselectedReason;
  for (const Row& row : {
           Row{std::nullopt, 0b01, none, other_lag_id},
           Row{PartnerSystem{kTheirs, std::nullopt}, 0b01, none, partner_not_allowed},
           Row{PartnerSystem{kThird, std::nullopt}, 0b10, partner_not_allowed, none},
           Row{PartnerSystem{kThird, 100}, 0b10, partner_not_allowed, none},
           Row{PartnerSystem{kThird, 101}, 0, partner_not_allowed, partner_not_allowed},
           Row{PartnerSystem{kTheirs, 32768}, 0b01, none, partner_not_allowed},
           Row{PartnerSystem{kTheirs, 0}, 0, partner_not_allowed, partner_not_allowed},
           Row{PartnerSystem{kOurs, std::nullopt}, 0, partner_not_allowed, partner_not_allowed},
       }) {
    const Rig rig = two_partners(row.allowed);
    CAPTURE(row.distributing, row.first, row.second);
    CHECK(rig.lag.distributing() == row.distributing);
    CHECK(rig.view(0).reason == row.first);
    CHECK(rig.view(1).reason == row.second);
    for (const unsigned port : {0U, 1U})
      CHECK(left_out(rig, port, partner_not_allowed) == (rig.view(port).reason == partner_not_allowed));
  }
}

TEST_CASE("A Partner that is not allowed any more is left in the call, and one that is now allowed joins",
          "[lacp][aggregator][change][partner_system]") {
  Rig rig = two_partners(std::nullopt);
  REQUIRE(rig.lag.distributing() == 0b01);
  rig.talk({0, 1}, 3s);
  rig.sent.clear();
  allow(rig, PartnerSystem{kThird, std::nullopt});
  CHECK(rig.lag.distributing() == 0);
  CHECK(rig.view(0).selected == Selected::unselected);
  CHECK(rig.view(0).reason == UnselectedReason::partner_not_allowed);
  CHECK(rig.view(0).receive == ReceiveState::current);  // the Partner is heard all the same
  REQUIRE_FALSE(rig.sent.empty());
  CHECK(rig.sent[0].port == 0);
  CHECK_FALSE(says(rig.sent[0].pdu.actor, synchronization));
  CHECK(rig.view(1).selected == Selected::selected);
  rig.talk({0, 1}, 3s);
  CHECK(rig.lag.distributing() == 0b10);

  allow(rig, std::nullopt);  // the group in use stays, and the other Partner may be one, but not in this LAG
  rig.talk({0, 1}, 3s);
  CHECK(rig.lag.distributing() == 0b10);
  CHECK(rig.view(0).reason == UnselectedReason::other_lag_id);
}

TEST_CASE("A member joins when the Partner behind it becomes the one that is allowed",
          "[lacp][aggregator][partner_system]") {
  Rig rig{config_of([](AggregatorConfig& c) { c.partner_system = PartnerSystem{kTheirs, 5}; }), 1};
  rig.bring_up({0});
  CHECK(rig.view(0).reason == UnselectedReason::partner_not_allowed);
  rig.peer[0].actor.system_priority = 5;
  rig.hear(0, kHello);
  CHECK(rig.view(0).selected == Selected::selected);
  rig.talk({0}, 3s);
  rig.hear(0, kCarrying);
  CHECK(rig.lag.distributing() == 0b1);
}

}  // namespace partner_system_test
