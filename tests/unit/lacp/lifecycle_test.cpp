// Shutdown, another System address, ports that come and go, events.
#include "rig.hpp"
#include "support/catch.hpp"

namespace lifecycle_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

TEST_CASE("Shutdown: every port leaves, says so once more, and then is silent",
          "[lacp][aggregator][shutdown]") {
  Rig rig{config_of(), 3};
  rig.bring_up({0, 1});
  rig.advance(1200ms);
  rig.sent.clear();
  rig.lag.shut_down(rig.now);
  CHECK(rig.lag.distributing() == 0);
  CHECK(rig.lag.collecting() == 0);
  CHECK(rig.view(0).mux == MuxState::detached);
  CHECK_FALSE(rig.lag.told());
  rig.drain();
  CHECK(rig.lag.told());
  REQUIRE(rig.sent.size() == 2);  // the third has no link
  for (const Sent& sent : rig.sent) {
    CHECK_FALSE(says(sent.pdu.actor, synchronization));
    CHECK_FALSE(says(sent.pdu.actor, collecting));
    CHECK_FALSE(says(sent.pdu.actor, distributing));
    CHECK(sent.pdu.partner.system == kTheirs);
  }
  CHECK(rig.view(0).receive == ReceiveState::lacp_disabled);
  rig.talk({0, 1}, 10s);
  CHECK(rig.sent.size() == 2);
  CHECK(rig.lag.distributing() == 0);
  CHECK_FALSE(rig.lag.deadline());
}

TEST_CASE("Shutdown waits for the limit, and not for a link that is gone", "[lacp][aggregator][shutdown]") {
  Rig rig{config_of(), 2};
  rig.bring_up({0, 1});
  rig.advance(1500ms);
  for (const std::uint8_t state : {kInSync, kCarrying, kInSync}) {
    rig.hear(0, state);
    rig.hear(1, state);
  }
  rig.sent.clear();
  rig.lag.shut_down(rig.now);
  rig.drain();
  CHECK(rig.sent.empty());
  CHECK_FALSE(rig.lag.told());
  CHECK(rig.lag.deadline().has_value());
  rig.link(1, kDown);
  rig.advance(1100ms);
  CHECK(rig.sent.size() == 1);
  CHECK(rig.lag.told());
}

TEST_CASE("Another System address starts all ports afresh", "[lacp][aggregator]") {
  Rig rig{config_of(), 2};
  rig.bring_up({0, 1});
  rig.advance(1200ms);
  rig.sent.clear();
  const MacAddress other{{0x02, 0, 0, 0, 0, 7}};
  rig.lag.set_system(other, rig.now);
  CHECK(rig.lag.distributing() == 0);
  CHECK(rig.view(0).mux == MuxState::detached);
  CHECK(rig.view(0).receive == ReceiveState::expired);
  CHECK(rig.view(0).partner.system.is_zero());
  rig.drain();
  REQUIRE(rig.sent.size() == 2);
  CHECK(rig.sent[0].pdu.actor.system == other);
  CHECK(rig.lag.config().system == other);
  rig.hear(0, kHello);
  rig.talk({0}, 2s);
  rig.hear(0, kCarrying);
  CHECK(rig.distributes(0));
}

TEST_CASE("A port that is removed leaves nothing behind, and its index may be used again",
          "[lacp][aggregator]") {
  Rig rig{config_of(), 2};
  rig.bring_up({0, 1});
  rig.lag.remove_port(Rig::at(0), rig.now);
  CHECK_FALSE(rig.lag.has_port(Rig::at(0)));
  CHECK(rig.lag.distributing() == 2);
  rig.hear(0);  // a frame that was under way
  rig.link(0);
  CHECK(rig.lag.distributing() == 2);
  rig.add(0, {.port_number = 1});
  CHECK(rig.view(0).counters.lacpdu_rx == 0);
  CHECK(rig.view(0).mux == MuxState::detached);
}

TEST_CASE("Every change of a port's state is an event with both ends of it", "[lacp][aggregator][events]") {
  Rig rig;
  rig.bring_up({0});
  std::vector<std::pair<MuxState, MuxState>> muxes;
  for (const Event& event : rig.events) {
    if (event.kind != EventKind::mux_state) continue;
    muxes.emplace_back(static_cast<MuxState>(event.from), static_cast<MuxState>(event.to));
  }
  const std::vector<std::pair<MuxState, MuxState>> expected{{MuxState::detached, MuxState::waiting},
                                                            {MuxState::waiting, MuxState::attached},
                                                            {MuxState::attached, MuxState::collecting},
                                                            {MuxState::collecting, MuxState::distributing}};
  CHECK((muxes == expected));
  CHECK(rig.count(EventKind::receive_state) == 2);
  CHECK(rig.count(EventKind::selected) == 1);
  CHECK(rig.count(EventKind::partner_changed) == 0);
  CHECK(rig.view(0).last_change == rig.now);
  CHECK(rig.view(0).last_received == rig.now);
  rig.peer[0].actor.port_number = 9;
  rig.hear(0);
  CHECK(rig.count(EventKind::partner_changed) == 1);
  CHECK(rig.view(0).counters.partner_changes == 1);
}

TEST_CASE("Events that nobody reads are bounded, and the newest are kept", "[lacp][aggregator][events]") {
  Rig rig;
  for (int i = 0; i < 1000; ++i) {
    rig.lag.link_changed(Rig::at(0), i % 2 == 0 ? kUp10G : kDown, rig.now);
    rig.now += 1ms;
  }
  std::size_t count = 0;
  Event last;
  while (const auto event = rig.lag.poll_event()) {
    last = *event;
    ++count;
  }
  CHECK(count == kEventsMax);
  CHECK(last.at == rig.now - 1ms);
}

TEST_CASE("expire() before anything is due does nothing", "[lacp][aggregator]") {
  Rig rig;
  rig.bring_up({0});
  rig.advance(100ms);
  const auto due = rig.lag.deadline();
  const std::size_t sent = rig.sent.size();
  const std::size_t events = rig.events.size();
  for (int i = 0; i < 100; ++i) rig.expire();
  CHECK(rig.lag.deadline() == due);
  CHECK(rig.sent.size() == sent);
  CHECK(rig.events.size() == events);
}

}  // namespace lifecycle_test
