// A port goes on from what another process knew: what is believed, and what starts afresh.
#include <array>

#include "rig.hpp"
#include "support/catch.hpp"

namespace restore_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

namespace {

// What a port knew that has carried for a while; `rig` is the process that was killed.
SavedPort saved_by(Rig& rig) {
  rig.bring_up({0});
  rig.talk({0}, 5s);
  const auto saved = rig.lag.saved(Rig::at(0));
  REQUIRE(saved);
  return *saved;
}

// The next process, `after` that.
struct Next {
  Rig rig;
  RestoreFault fault;
  Next(const Rig& before, const SavedPort& saved, Duration after, const LinkState& link = kUp10G,
       const AggregatorConfig& config = config_of())
      : rig{config} {
    rig.now = before.now + after;
    rig.peer = before.peer;
    std::array<PortRestore, 1> ports{{{.port = Rig::at(0), .link = link, .saved = saved}}};
    rig.lag.restore(ports, true, rig.now);
    fault = ports[0].fault;
    rig.lag.link_changed(Rig::at(0), link, rig.now);
    rig.drain();
  }
};

}  // namespace

TEST_CASE("A port that goes on distributes at once, and its first LACPDU has the saved flags",
          "[lacp][restore]") {
  for (const MuxControl control : {MuxControl::independent, MuxControl::coupled})
    for (const Rate rate : {Rate::fast, Rate::slow}) {
      CAPTURE(static_cast<int>(control), static_cast<int>(rate));
      const AggregatorConfig config = config_of([&](auto& c) {
        c.mux = control;
        c.rate = rate;
        c.partner_settle = 100ms;
      });
      Rig before{config};
      const SavedPort saved = saved_by(before);
      Next next{before, saved, 1s, kUp10G, config};
      CHECK(next.fault == RestoreFault::none);
      CHECK(next.rig.distributes(0));
      CHECK(next.rig.view(0).receive == ReceiveState::current);
      REQUIRE(next.rig.sent.size() == 1);
      CHECK((next.rig.sent[0].pdu.actor == saved.actor));
      CHECK((next.rig.sent[0].pdu.partner == before.view(0).partner));
      CHECK_FALSE(says(next.rig.sent[0].pdu.actor, defaulted));
      next.rig.talk({0}, 10s);
      CHECK(next.rig.distributes(0));
      CHECK(next.rig.count(EventKind::mux_state) == 0);
    }
}

TEST_CASE("A Partner that is silent after a restart is given up as ever", "[lacp][restore]") {
  Rig before;
  const SavedPort saved = saved_by(before);
  Next next{before, saved, 2s};
  CHECK(next.rig.distributes(0));
  next.rig.advance(1400ms);  // nobody listened for a while: the Partner has time for a LACPDU
  CHECK(next.rig.distributes(0));
  next.rig.advance(200ms);
  CHECK(next.rig.view(0).receive == ReceiveState::expired);
  CHECK_FALSE(next.rig.distributes(0));
}

TEST_CASE("What does not fit any more starts afresh, and says why", "[lacp][restore]") {
  Rig before;
  const SavedPort saved = saved_by(before);
  struct Row {
    RestoreFault fault;
    Duration after;
    LinkState link = kUp10G;
    AggregatorConfig config = config_of();
    SavedPort saved{};
  };
  std::vector<Row> rows{
      {.fault = RestoreFault::link_down, .after = 1s, .link = kDown},
      {.fault = RestoreFault::another_identity,
       .after = 1s,
       .link = {.up = true, .speed = mbps(1'000), .full_duplex = true}},
      {.fault = RestoreFault::another_identity, .after = 1s, .config = config_of([](auto& c) {
                                                               c.system.octets[5] ^= 3;
                                                             })},
      {.fault = RestoreFault::partner_timed_out, .after = 2600ms},
      {.fault = RestoreFault::partner_timed_out, .after = 100s},
      {.fault = RestoreFault::partner_timed_out, .after = -20s},
  };
  for (Row& row : rows) row.saved = saved;
  rows.push_back({.fault = RestoreFault::partner_silent, .after = 1s, .saved = saved});
  rows.back().saved.current_while = before.now;
  rows.push_back({.fault = RestoreFault::another_identity, .after = 1s, .saved = saved});
  rows.back().saved.heard.actor.system = kOurs;
  for (const Row& row : rows) {
    CAPTURE(name_of(row.fault), to_ms(row.after));
    Next next{before, row.saved, row.after, row.link, row.config};
    CHECK(next.fault == row.fault);
    CHECK_FALSE(next.rig.distributes(0));
    if (!row.link.up) continue;
    REQUIRE(next.rig.sent.size() == 1);
    CHECK(says(next.rig.sent[0].pdu.actor, defaulted));
  }
}

TEST_CASE("A port that is not in use leaves nothing", "[lacp][restore]") {
  Rig rig{config_of(), 3};
  CHECK_FALSE(rig.lag.saved(Rig::at(0)));
  rig.bring_up({0, 1});
  CHECK(rig.lag.saved(Rig::at(0)));
  CHECK(rig.lag.saved(Rig::at(1)));
  CHECK_FALSE(rig.lag.saved(Rig::at(2)));
  rig.link(0, kDown);
  CHECK_FALSE(rig.lag.saved(Rig::at(0)));
  rig.lag.set_left_out(Rig::at(1), UnselectedReason::held_out, rig.now);
  CHECK_FALSE(rig.lag.saved(Rig::at(1)));
  rig.lag.set_left_out(Rig::at(1), UnselectedReason::none, rig.now);
  rig.talk({1}, 3s);
  rig.lag.shut_down(rig.now);
  CHECK_FALSE(rig.lag.saved(Rig::at(1)));
}

TEST_CASE("The group that carried goes on to have the Aggregator, whoever speaks first", "[lacp][restore]") {
  Rig before{config_of(), 2};
  before.peer[0].actor.system.octets[5] ^= 1;  // another System on the better port
  before.link(1);
  before.bring_up({1});
  REQUIRE(before.lag.distributing() == 0b10);
  before.bring_up({0});
  before.talk({0, 1}, 5s);
  REQUIRE(before.lag.distributing() == 0b10);
  Rig next{config_of(), 2};
  next.now = before.now + 1s;
  next.peer = before.peer;
  std::array<PortRestore, 1> ports{
      {{.port = Rig::at(1), .link = kUp10G, .saved = *before.lag.saved(Rig::at(1))}}};
  next.lag.restore(ports, true, next.now);
  next.link(0);
  next.talk({0, 1}, 10s);
  CHECK(next.lag.distributing() == 0b10);
}

}  // namespace restore_test
