// What an operator changes while the LAG runs: drained and disabled ports, another configuration.
#include "lacp/key.hpp"
#include "rig.hpp"
#include "support/catch.hpp"

namespace runtime_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

namespace {

Rig carrying(unsigned ports, std::function<void(AggregatorConfig&)> change = {}) {
  Rig rig{config_of(std::move(change)), ports};
  for (unsigned i = 0; i < ports; ++i) rig.bring_up({i});
  for (unsigned i = 0; i < ports; ++i) rig.hear(i, kCarrying);
  rig.advance(1500ms);  // the limit on LACPDUs is far
  for (unsigned i = 0; i < ports; ++i) rig.hear(i, kCarrying);
  rig.sent.clear();
  rig.events.clear();
  return rig;
}

void change(Rig& rig, std::function<void(AggregatorConfig&)> edit) {
  AggregatorConfig config = rig.lag.config();
  edit(config);
  rig.lag.change(config, rig.now);
  rig.drain();
}

}  // namespace

TEST_CASE("A drained port distributes nothing, goes on collecting, and tells its Partner",
          "[lacp][aggregator][drain]") {
  struct Row {
    MuxControl control;
    MuxState drained;
  };
  for (const Row& row : {Row{MuxControl::independent, MuxState::collecting},
                         Row{MuxControl::coupled, MuxState::distributing}}) {
    CAPTURE(row.drained);
    Rig rig = carrying(2, [&](auto& c) { c.mux = row.control; });
    REQUIRE(rig.lag.distributing() == 0b11);
    rig.lag.set_drained(Rig::at(0), true, rig.now);
    CHECK(rig.lag.distributing() == 0b10);
    CHECK(rig.lag.collecting() == 0b11);
    CHECK(rig.view(0).mux == row.drained);
    CHECK(rig.view(0).drained);
    CHECK_FALSE(rig.view(0).distributing);
    rig.drain();
    REQUIRE(rig.sent.size() == 1);
    CHECK(rig.sent[0].port == 0);
    CHECK(says(rig.sent[0].pdu.actor, synchronization));
    CHECK(says(rig.sent[0].pdu.actor, collecting));
    CHECK_FALSE(says(rig.sent[0].pdu.actor, distributing));
    rig.talk({0, 1}, 60s);
    CHECK(rig.lag.distributing() == 0b10);
    CHECK(rig.lag.collecting() == 0b11);
    rig.sent.clear();
    rig.lag.set_drained(Rig::at(0), false, rig.now);
    CHECK(rig.lag.distributing() == 0b11);
    rig.advance(1s);
    REQUIRE_FALSE(rig.sent.empty());
    CHECK(says(rig.peer[0].heard, distributing));
  }
}

TEST_CASE("A port that is drained before it comes up, or whose link was lost, stays drained",
          "[lacp][aggregator][drain]") {
  Rig rig{config_of(), 2};
  rig.lag.set_drained(Rig::at(0), true, rig.now);
  rig.bring_up({0, 1});
  CHECK(rig.lag.collecting() == 0b11);
  CHECK(rig.lag.distributing() == 0b10);
  rig.link(0, kDown);
  rig.bring_up({0});
  rig.hear(1, kCarrying);
  CHECK(rig.lag.collecting() == 0b11);
  CHECK(rig.lag.distributing() == 0b10);
  for (const Sent& sent : rig.sent)
    if (sent.port == 0) CHECK_FALSE(says(sent.pdu.actor, distributing));
}

TEST_CASE("A drained port does not count for min-links", "[lacp][aggregator][drain][min_links]") {
  for (const MuxControl control : {MuxControl::independent, MuxControl::coupled}) {
    Rig rig = carrying(2, [&](auto& c) {
      c.min_links = 2;
      c.mux = control;
    });
    REQUIRE(rig.lag.up());
    rig.lag.set_drained(Rig::at(1), true, rig.now);
    CHECK_FALSE(rig.lag.up());
    CHECK(rig.lag.distributing() == 0);
    rig.lag.set_drained(Rig::at(1), false, rig.now);
    CHECK(rig.lag.distributing() == 0b11);
  }
}

TEST_CASE("A port that leaves says so once more, and the others don't notice", "[lacp][aggregator][leave]") {
  Rig rig = carrying(3);
  CHECK_FALSE(rig.lag.has_left(Rig::at(1)));
  rig.lag.leave(Rig::at(1), rig.now);
  CHECK(rig.lag.distributing() == 0b101);
  CHECK(rig.lag.collecting() == 0b101);
  CHECK_FALSE(rig.lag.has_left(Rig::at(1)));
  rig.drain();
  CHECK(rig.lag.has_left(Rig::at(1)));
  REQUIRE(rig.sent.size() == 1);
  CHECK(rig.sent[0].port == 1);
  CHECK_FALSE(says(rig.sent[0].pdu.actor, synchronization));
  CHECK_FALSE(says(rig.sent[0].pdu.actor, collecting));
  CHECK_FALSE(says(rig.sent[0].pdu.actor, distributing));
  CHECK(rig.sent[0].pdu.partner.system == kTheirs);
  CHECK(rig.view(1).receive == ReceiveState::lacp_disabled);
  CHECK(rig.view(1).reason == UnselectedReason::disabled);
  CHECK_FALSE(rig.view(1).enabled);
  rig.sent.clear();
  rig.talk({0, 1, 2}, 100s);
  for (const Sent& sent : rig.sent) CHECK(sent.port != 1);
  CHECK(rig.lag.distributing() == 0b101);
  rig.lag.remove_port(Rig::at(1), rig.now);
  CHECK(rig.lag.distributing() == 0b101);
}

TEST_CASE("A port that leaves waits for the limit on LACPDUs, and not for a link that is gone",
          "[lacp][aggregator][leave]") {
  for (const bool link_lost : {false, true}) {
    Rig rig = carrying(2);
    for (const std::uint8_t state : {kInSync, kCarrying, kInSync}) rig.hear(0, state);
    rig.lag.leave(Rig::at(0), rig.now);
    rig.drain();
    CHECK_FALSE(rig.lag.has_left(Rig::at(0)));
    rig.sent.clear();
    if (link_lost) {
      rig.link(0, kDown);
      CHECK(rig.lag.has_left(Rig::at(0)));
      CHECK(rig.view(0).receive == ReceiveState::port_disabled);
      rig.link(0);
      CHECK(rig.view(0).receive == ReceiveState::lacp_disabled);
    }
    rig.advance(1100ms);
    CHECK(rig.lag.has_left(Rig::at(0)));
    std::size_t farewells = 0;
    for (const Sent& sent : rig.sent) farewells += sent.port == 0 ? 1 : 0;
    CHECK(farewells == (link_lost ? 0U : 1U));
  }
}

TEST_CASE("A disabled port that is enabled starts afresh, also when its link was away in between",
          "[lacp][aggregator][leave]") {
  for (const bool flapped : {false, true}) {
    Rig rig = carrying(2);
    rig.lag.set_enabled(Rig::at(0), false, rig.now);
    rig.drain();
    if (flapped) {
      rig.link(0, kDown);
      rig.link(0);
    }
    rig.talk({0, 1}, 10s);
    CHECK(rig.lag.distributing() == 0b10);
    rig.sent.clear();
    rig.lag.set_enabled(Rig::at(0), true, rig.now);
    rig.drain();
    CHECK(rig.view(0).receive == ReceiveState::expired);
    REQUIRE_FALSE(rig.sent.empty());
    CHECK(rig.sent[0].port == 0);
    rig.hear(0, kHello);
    rig.talk({0, 1}, 2s);
    rig.hear(0, kCarrying);
    CHECK(rig.lag.distributing() == 0b11);
    CHECK(rig.view(0).reason == UnselectedReason::none);
  }
}

TEST_CASE("Enabling an enabled port, and after shutdown, does nothing", "[lacp][aggregator][leave]") {
  Rig rig = carrying(2);
  rig.lag.set_enabled(Rig::at(0), true, rig.now);
  CHECK(rig.lag.distributing() == 0b11);
  rig.drain();
  CHECK(rig.events.empty());
  rig.lag.shut_down(rig.now);
  rig.lag.set_enabled(Rig::at(0), true, rig.now);
  rig.drain();
  CHECK(rig.lag.told());
  CHECK(rig.view(0).receive == ReceiveState::lacp_disabled);
}

TEST_CASE("A port that is enabled before its last LACPDU was sent goes on speaking each second",
          "[lacp][aggregator][leave]") {
  Rig rig = carrying(1);
  // (three LACPDUs in a second may be sent, so the last one waits)
  for (const Rate rate : {Rate::slow, Rate::fast, Rate::slow, Rate::fast})
    change(rig, [rate](auto& c) { c.rate = rate; });
  rig.lag.set_enabled(Rig::at(0), false, rig.now);
  rig.drain();
  REQUIRE_FALSE(rig.lag.has_left(Rig::at(0)));
  rig.lag.set_enabled(Rig::at(0), true, rig.now);
  rig.talk({0}, 3s);
  const std::size_t before = rig.sent.size();
  rig.talk({0}, 5s);
  CHECK(rig.sent.size() >= before + 5);
}

TEST_CASE("With max-links a port in STANDBY takes the place of one that leaves",
          "[lacp][aggregator][leave][standby]") {
  Rig rig{config_of([](auto& c) { c.max_links = 1; }), 2};
  rig.bring_up({0, 1});
  REQUIRE(rig.lag.distributing() == 0b01);
  rig.hear(1, kHello);
  rig.lag.leave(Rig::at(0), rig.now);
  CHECK(rig.view(1).mux == MuxState::attached);
}

TEST_CASE("What may change without a port being reset changes so", "[lacp][aggregator][change]") {
  struct Row {
    const char* what;
    std::function<void(AggregatorConfig&)> edit;
    bool told;  // the Partner gets to know
  };
  const Row rows[] = {
      {"rate", [](auto& c) { c.rate = Rate::slow; }, true},
      {"activity", [](auto& c) { c.activity = Activity::passive; }, true},
      {"partner_settle", [](auto& c) { c.partner_settle = 5s; }, false},
      {"aggregate_wait", [](auto& c) { c.aggregate_wait = 30s; }, false},
      {"min_links", [](auto& c) { c.min_links = c.min_links_up = 2; }, false},
      {"max_links", [](auto& c) { c.max_links = 2; }, false},
      {"select", [](auto& c) { c.select = SelectPolicy::bandwidth; }, false},
      {"the key, to what it is", [](auto& c) { c.key = automatic_key(0, kUp10G); }, false},
      {"control", [](auto& c) { c.mux = MuxControl::coupled; }, false},
      {"the LAG's number stays", [](auto& c) { c.lag_number = 9; }, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Rig rig = carrying(2);
    REQUIRE(rig.lag.distributing() == 0b11);
    change(rig, row.edit);
    CHECK(rig.lag.distributing() == 0b11);
    CHECK(rig.events.empty());
    CHECK(rig.sent.size() == (row.told ? 2U : 0U));
    CHECK(rig.lag.config().lag_number == 0);
    rig.talk({0, 1}, 10s);
    CHECK(rig.lag.distributing() == 0b11);
  }
}

TEST_CASE("Another control takes effect without a pause", "[lacp][aggregator][change]") {
  Rig rig = carrying(2);
  rig.lag.set_drained(Rig::at(0), true, rig.now);
  REQUIRE(rig.view(0).mux == MuxState::collecting);
  change(rig, [](auto& c) { c.mux = MuxControl::coupled; });
  CHECK(rig.view(0).mux == MuxState::distributing);
  CHECK_FALSE(says(rig.view(0).actor, distributing));
  CHECK(rig.lag.distributing() == 0b10);
  CHECK(rig.lag.collecting() == 0b11);
  change(rig, [](auto& c) { c.mux = MuxControl::independent; });
  CHECK(rig.view(0).mux == MuxState::collecting);
  CHECK(rig.lag.distributing() == 0b10);
  rig.lag.set_drained(Rig::at(0), false, rig.now);
  CHECK(rig.lag.distributing() == 0b11);
}

TEST_CASE("From the fast to the slow rate, the long timeout counts from the last LACPDU on",
          "[lacp][aggregator][change]") {
  Rig rig = carrying(1);
  rig.advance(1s);
  const Instant heard = rig.view(0).last_received;
  change(rig, [](auto& c) { c.rate = Rate::slow; });
  rig.advance(heard + 90s - 1ns - rig.now);
  CHECK(rig.view(0).receive == ReceiveState::current);
  rig.advance(1ns);
  CHECK(rig.view(0).receive == ReceiveState::expired);
}

TEST_CASE("From the slow to the fast rate, the short timeout begins with the next LACPDU",
          "[lacp][aggregator][change]") {
  Rig rig = carrying(1, [](auto& c) { c.rate = Rate::slow; });
  rig.advance(20s);
  change(rig, [](auto& c) { c.rate = Rate::fast; });
  CHECK(says(rig.peer[0].heard, timeout));
  rig.advance(10s);
  CHECK(rig.distributes(0));
  rig.hear(0);
  rig.advance(3s - 1ns);
  CHECK(rig.distributes(0));
  rig.advance(1ns);
  CHECK(rig.view(0).receive == ReceiveState::expired);
}

TEST_CASE("Waits that run follow what they are set to", "[lacp][aggregator][change]") {
  Rig rig;
  rig.link(0);
  rig.hear(0, kHello);
  rig.advance(500ms);
  change(rig, [](auto& c) { c.aggregate_wait = 1s; });
  rig.advance(500ms - 1ns);
  CHECK(rig.view(0).mux == MuxState::waiting);
  rig.advance(1ns);
  CHECK(rig.view(0).mux == MuxState::attached);
  rig.link(0, kDown);
  change(rig, [](auto& c) { c.partner_settle = 10s; });
  rig.bring_up({0});
  CHECK_FALSE(rig.distributes(0));
  change(rig, [](auto& c) { c.partner_settle = 50ms; });
  rig.advance(50ms);
  CHECK(rig.distributes(0));
}

TEST_CASE("min-links and max-links take effect in the call that sets them", "[lacp][aggregator][change]") {
  Rig rig = carrying(3);
  change(rig, [](auto& c) { c.min_links = 4; });
  CHECK_FALSE(rig.lag.up());
  CHECK(rig.view(0).mux == MuxState::distributing);
  change(rig, [](auto& c) { c.min_links = 1; });
  CHECK(rig.lag.distributing() == 0b111);
  change(rig, [](auto& c) { c.max_links = 2; });
  CHECK(rig.lag.distributing() == 0b011);
  CHECK(rig.view(2).reason == UnselectedReason::above_max_links);
  change(rig, [](auto& c) { c.max_links = 3; });
  CHECK(rig.view(2).selected == Selected::selected);
  CHECK(rig.lag.distributing() == 0b011);
}

TEST_CASE("Another key takes the ports out of the Aggregator, and they come back with it",
          "[lacp][aggregator][change]") {
  Rig rig = carrying(2);
  change(rig, [](auto& c) { c.key = 77; });
  CHECK(rig.lag.distributing() == 0);
  REQUIRE(rig.sent.size() == 2);
  CHECK(rig.sent[0].pdu.actor.key == 77);
  CHECK_FALSE(says(rig.sent[0].pdu.actor, synchronization));
  rig.talk({0, 1}, 2500ms);
  CHECK(rig.lag.distributing() == 0b11);
  CHECK(rig.lag.lag_id().first.key == 77);
}

TEST_CASE("Another System, by address or by priority, starts the ports afresh, but for disabled ones",
          "[lacp][aggregator][change]") {
  for (const bool by_address : {true, false}) {
    Rig rig = carrying(3);
    rig.lag.leave(Rig::at(2), rig.now);
    rig.drain();
    rig.sent.clear();
    change(rig, [&](auto& c) {
      if (by_address)
        c.system.octets[5] = 2;
      else
        c.system_priority = 1;
    });
    CHECK(rig.lag.distributing() == 0);
    CHECK(rig.view(0).receive == ReceiveState::expired);
    CHECK(rig.view(2).receive == ReceiveState::lacp_disabled);
    CHECK(rig.sent.size() == 2);
    rig.talk({0, 1}, 2s);
    rig.hear(0, kCarrying);
    rig.hear(1, kCarrying);
    CHECK(rig.lag.distributing() == 0b11);
  }
}

TEST_CASE("Another Port ID takes one port out, and it comes back with it", "[lacp][aggregator][change]") {
  for (const PortConfig& config : {PortConfig{.port_number = 1, .port_priority = 7},
                                   PortConfig{.port_number = 200}, PortConfig{.port_number = 1}}) {
    const bool same = config == PortConfig{.port_number = 1};
    Rig rig = carrying(2);
    rig.lag.change_port(Rig::at(0), config, rig.now);
    rig.drain();
    CHECK(rig.lag.distributing() == (same ? 0b11U : 0b10U));
    CHECK(rig.sent.size() == (same ? 0U : 1U));
    rig.talk({0, 1}, 2500ms);
    CHECK(rig.lag.distributing() == 0b11);
    CHECK(rig.view(0).actor.port_priority == config.port_priority);
    CHECK(rig.view(0).actor.port_number == config.port_number);
  }
}

TEST_CASE("With max-links the port that is given the best Port ID takes the place of another",
          "[lacp][aggregator][change][standby]") {
  Rig rig{config_of([](auto& c) { c.max_links = 1; }), 2};
  rig.bring_up({0, 1});
  REQUIRE(rig.lag.distributing() == 0b01);
  rig.lag.change_port(Rig::at(1), {.port_number = 2, .port_priority = 1}, rig.now);
  CHECK(rig.lag.distributing() == 0b01);
  rig.talk({0, 1}, 3s);
  rig.hear(1, kCarrying);
  CHECK(rig.lag.distributing() == 0b10);
}

}  // namespace runtime_test
