// What the LAG is as a whole: who belongs to it, how many carry, when it is up.
#include "rig.hpp"
#include "support/catch.hpp"

namespace lag_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

namespace {

// The seed's figures: Master's P1, P2, P3 with key 401; the Partner's key is 12945 but for P2's, which is
// 401.
Rig figure(SelectPolicy policy, std::uint16_t p2_priority, std::initializer_list<unsigned> order) {
  Rig rig{config_of([&](auto& c) {
            c.key = 401;
            c.select = policy;
          }),
          0};
  for (unsigned i = 0; i < 3; ++i) {
    const std::uint16_t priority = i == 1 ? p2_priority : std::uint16_t{32768};
    rig.add(i, {.port_number = static_cast<std::uint16_t>(i + 1), .port_priority = priority});
  }
  rig.peer[1].actor.key = 401;
  rig.bring_up(order);
  return rig;
}

}  // namespace

TEST_CASE("figure 5: P1 and P3 form the LAG, P2 is UNSELECTED, in whatever order the links come",
          "[lacp][aggregator]") {
  for (const SelectPolicy policy : {SelectPolicy::port_priority, SelectPolicy::stable})
    for (const auto& order : {std::initializer_list<unsigned>{0, 1, 2}, {1, 2, 0}, {2, 1, 0}}) {
      const Rig rig = figure(policy, 32768, order);
      CHECK(rig.lag.distributing() == 0b101);
      CHECK(rig.view(1).selected == Selected::unselected);
      CHECK(rig.view(1).reason == UnselectedReason::other_lag_id);
      CHECK(rig.view(1).mux == MuxState::detached);
      CHECK(rig.lag.lag_id().first.key == 401);
      CHECK(rig.lag.lag_id().second.key == 12945);
    }
}

TEST_CASE("figure 6: with priority 0 P2 forms the LAG, P1 and P3 are UNSELECTED", "[lacp][aggregator]") {
  for (const SelectPolicy policy : {SelectPolicy::port_priority, SelectPolicy::stable})
    for (const auto& order : {std::initializer_list<unsigned>{0, 1, 2}, {1, 2, 0}, {2, 0, 1}}) {
      const Rig rig = figure(policy, 0, order);
      CHECK(rig.lag.distributing() == 0b010);
      CHECK(rig.view(0).selected == Selected::unselected);
      CHECK(rig.view(2).reason == UnselectedReason::other_lag_id);
      CHECK(rig.lag.lag_id().second.key == 401);
    }
}

TEST_CASE("figure 6, later: a stable LAG that carries stays with P1 and P3, port-priority moves to P2",
          "[lacp][aggregator]") {
  for (const SelectPolicy policy : {SelectPolicy::port_priority, SelectPolicy::stable}) {
    Rig rig = figure(policy, 0, {0, 2});
    REQUIRE(rig.lag.distributing() == 0b101);
    rig.link(1);
    // It has to know us for a while before it takes the LAG from those that carry.
    for (unsigned second = 0; second < 2; ++second) {
      rig.hear(1, kHello);
      CHECK(rig.lag.distributing() == 0b101);
      rig.hear(0, kCarrying);
      rig.hear(2, kCarrying);
      rig.advance(1s);
    }
    rig.hear(1, kHello);
    CHECK(rig.lag.distributing() == (policy == SelectPolicy::stable ? 0b101U : 0U));
    CHECK(rig.view(1).selected ==
          (policy == SelectPolicy::stable ? Selected::unselected : Selected::selected));
    rig.link(0, kDown);
    rig.link(2, kDown);
    CHECK(rig.view(1).selected == Selected::selected);
  }
}

TEST_CASE("figure 6, after all links were down: a stable LAG chooses as on its first day",
          "[lacp][aggregator]") {
  Rig rig = figure(SelectPolicy::stable, 0, {0, 2});
  rig.link(0, kDown);
  rig.link(2, kDown);
  CHECK((rig.lag.lag_id() == LagId{}));
  rig.bring_up({0, 1, 2});
  CHECK(rig.lag.distributing() == 0b010);
}

TEST_CASE("Automatic keys keep ports of two speeds apart", "[lacp][aggregator][key]") {
  Rig rig{config_of(), 2};
  rig.link(0);
  rig.link(1, {.up = true, .speed = mbps(1'000), .full_duplex = true});
  rig.hear(0, kHello);
  rig.hear(1, kHello);
  CHECK(rig.view(0).selected == Selected::selected);
  CHECK(rig.view(1).reason == UnselectedReason::key_mismatch);
  rig.link(1);  // now it has the same
  CHECK(rig.view(1).selected == Selected::selected);
}

TEST_CASE("A half duplex port says that it does not aggregate, and is not selected", "[lacp][aggregator]") {
  Rig rig;
  rig.link(0, {.up = true, .speed = mbps(10'000), .full_duplex = false});
  rig.hear(0, kHello);
  CHECK(rig.view(0).reason == UnselectedReason::half_duplex);
  CHECK_FALSE(says(rig.sent.back().pdu.actor, aggregation));
}

TEST_CASE("An Individual port carries alone", "[lacp][aggregator]") {
  Rig rig{config_of(), 0};
  rig.add(0, {.port_number = 1, .aggregatable = false});
  rig.add(1, {.port_number = 2, .aggregatable = false});
  rig.bring_up({0, 1});
  CHECK(rig.lag.distributing() == 1);
  CHECK(rig.view(1).reason == UnselectedReason::individual);
  rig.link(0, kDown);
  rig.talk({1}, 2s);
  rig.hear(1);
  CHECK(rig.lag.distributing() == 2);
}

TEST_CASE("max-links: the rest is STANDBY, and takes over in the call in which a port leaves",
          "[lacp][aggregator][standby]") {
  Rig rig{config_of([](auto& c) { c.max_links = 2; }), 4};
  rig.bring_up({0, 1, 2, 3});
  CHECK(rig.lag.distributing() == 0b0011);
  CHECK(rig.view(2).selected == Selected::standby);
  CHECK(rig.view(2).reason == UnselectedReason::above_max_links);
  CHECK(rig.view(2).mux == MuxState::waiting);
  CHECK(rig.view(2).receive == ReceiveState::current);
  rig.hear(2, kHello);
  rig.hear(3, kHello);
  rig.link(0, kDown);
  CHECK(rig.view(2).mux == MuxState::attached);
  CHECK(rig.view(3).selected == Selected::standby);
  rig.hear(2, kCarrying);
  CHECK(rig.lag.distributing() == 0b0110);
}

TEST_CASE("max-links: a port that returns pushes none out before it can carry itself",
          "[lacp][aggregator][standby]") {
  Rig rig{config_of([](auto& c) { c.max_links = 1; }), 2};
  rig.bring_up({0, 1});
  rig.hear(1, kHello);
  rig.link(0, kDown);
  rig.hear(1, kCarrying);
  REQUIRE(rig.lag.distributing() == 0b10);
  rig.advance(300ms);  // no period of port 1 ends when port 0 is ready
  rig.link(0);
  rig.hear(0, kHello);
  CHECK(rig.view(0).selected == Selected::standby);
  rig.talk({0, 1}, 1500ms);
  CHECK(rig.lag.distributing() == 0b10);
  rig.talk({0, 1}, 500ms);
  CHECK(rig.view(0).mux == MuxState::attached);
  CHECK(rig.view(1).mux == MuxState::distributing);
  rig.talk({0, 1}, 1s);
  CHECK(rig.view(1).mux == MuxState::distributing);
  rig.hear(0, kCarrying);
  CHECK(rig.lag.distributing() == 0b01);
  rig.advance(100ms);  // the Partner may not have heard yet that port 0 collects
  CHECK(rig.view(1).mux == MuxState::collecting);
  CHECK(says(rig.peer[1].heard, synchronization));
  rig.advance(100ms);
  CHECK(rig.view(1).selected == Selected::standby);
  CHECK(rig.view(1).mux == MuxState::waiting);
  CHECK_FALSE(says(rig.peer[1].heard, synchronization));
}

TEST_CASE("max-links: the hot port takes over from one that falls silent with its link up",
          "[lacp][aggregator][standby]") {
  Rig rig{config_of([](auto& c) { c.max_links = 1; }), 2};
  rig.bring_up({0, 1});
  rig.hear(1, kHello);
  rig.talk({1}, 3s);
  CHECK(rig.view(0).receive == ReceiveState::expired);
  CHECK(rig.view(0).selected == Selected::standby);
  CHECK(rig.view(1).mux == MuxState::attached);
}

TEST_CASE("min-links: too few and nothing is distributed; the higher threshold brings it up again",
          "[lacp][aggregator][min_links]") {
  Rig rig{config_of([](auto& c) {
            c.min_links = 2;
            c.min_links_up = 3;
          }),
          3};
  rig.bring_up({0, 1, 2});
  REQUIRE(rig.lag.distributing() == 0b111);
  rig.link(2, kDown);
  CHECK(rig.lag.distributing() == 0b011);
  rig.hear(1, kInSync);
  CHECK(rig.lag.distributing() == 0);
  CHECK_FALSE(rig.lag.up());
  CHECK(rig.view(0).mux == MuxState::distributing);
  CHECK_FALSE(rig.view(0).distributing);
  CHECK(rig.lag.collecting() == 0b011);
  rig.hear(1, kCarrying);
  CHECK(rig.lag.distributing() == 0);  // two are enough to stay up, not to come up
  rig.link(2);
  rig.hear(2, kHello);
  rig.talk({0, 1, 2}, 2s);
  rig.hear(2, kCarrying);
  CHECK(rig.lag.distributing() == 0b111);
  CHECK(rig.count(EventKind::lag_state) == 3);
}

TEST_CASE("Churn: a port that does not come into sync within 60 s is told of, and when it does",
          "[lacp][aggregator][churn]") {
  Rig rig;
  rig.link(0);
  rig.advance(60s - 1ns);
  CHECK(rig.view(0).actor_churn == ChurnState::monitor);
  rig.advance(1ns);
  CHECK(rig.view(0).actor_churn == ChurnState::churn);
  CHECK(rig.view(0).partner_churn == ChurnState::churn);
  CHECK(rig.view(0).counters.actor_churns == 1);
  CHECK(rig.view(0).counters.partner_churns == 1);
  rig.hear(0, kHello);
  rig.talk({0}, 2s);
  CHECK(rig.view(0).actor_churn == ChurnState::no_churn);
  CHECK(rig.view(0).partner_churn == ChurnState::churn);
  rig.hear(0, kCarrying);
  CHECK(rig.view(0).partner_churn == ChurnState::no_churn);
  rig.hear(0, kHello);
  CHECK(rig.view(0).partner_churn == ChurnState::monitor);
  rig.talk({0}, 60s);
  CHECK(rig.view(0).counters.partner_churns == 2);
  CHECK(rig.view(0).counters.actor_churns == 1);
  rig.link(0, kDown);
  CHECK(rig.view(0).partner_churn == ChurnState::monitor);
  rig.advance(100s);
  CHECK(rig.view(0).partner_churn == ChurnState::monitor);
}

}  // namespace lag_test
