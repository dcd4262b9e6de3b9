#include "control/lag/evidence.hpp"

#include <algorithm>

#include "control/lag/lag_events.hpp"
#include "support/catch.hpp"
#include "unit/lacp/rig.hpp"

namespace lagoon::control::evidence_test {
namespace {

using namespace lacp::test;
using lacp::EventKind;

constexpr LinkState kUp1G{.up = true, .speed = mbps(1'000), .full_duplex = true};

// "from -> to (why): evidence" of the last event of that kind on the port.
std::string told(const Rig& rig, EventKind kind, unsigned port = 0) {
  std::string last = "nothing";
  for (const lacp::Event& event : rig.events) {
    if (event.kind != kind || event.port.value() != port) continue;
    const JournalEntry e = journal_entry(event);
    last = std::string{e.from} + " -> " + std::string{e.to} + " (" + std::string{e.why} + "): " + e.evidence;
  }
  return last;
}

struct TwoLinks : Rig {
  explicit TwoLinks(const lacp::AggregatorConfig& config = config_of()) : Rig{config, 2} {
    bring_up({0, 1});
    REQUIRE(distributes(0));
    REQUIRE(distributes(1));
    events.clear();
  }
};

TEST_CASE("A cable that is pulled is told as one", "[control][evidence]") {
  TwoLinks rig;
  rig.link(0, kDown);
  CHECK(told(rig, EventKind::receive_state) ==
        "CURRENT -> PORT_DISABLED (link): the port has no link: the cable, or the other end's port");
  CHECK(told(rig, EventKind::selected) ==
        "SELECTED -> UNSELECTED (link): the port has no link: the cable, or the other end's port");
}

TEST_CASE("Silence is told with its length and the last words", "[control][evidence]") {
  TwoLinks rig;
  rig.talk({1}, 4s);
  CHECK(told(rig, EventKind::receive_state) ==
        "CURRENT -> EXPIRED (silence): no LACPDU for 3.0 s; in the last one the Partner (System "
        "32768,02:4c:41:00:00:99 key 12945 port 32768,1) says activity timeout aggregation synchronization "
        "collecting distributing");
  CHECK(
      told(rig, EventKind::mux_state).starts_with("DISTRIBUTING -> ATTACHED (silence): no LACPDU for 3.0 s"));
}

TEST_CASE("A Partner that is not in sync is told with what it says", "[control][evidence]") {
  TwoLinks rig;
  rig.hear(0, kHello);
  CHECK(
      told(rig, EventKind::mux_state) ==
      "DISTRIBUTING -> ATTACHED (partner_not_in_sync): the Partner (System 32768,02:4c:41:00:00:99 key 12945 "
      "port 32768,1) says activity timeout aggregation");
  rig.hear(0, static_cast<std::uint8_t>(kInSync | bits({expired})));
  rig.hear(0, kCarrying);
  rig.hear(0, static_cast<std::uint8_t>(kCarrying | bits({expired})));
  CHECK(told(rig, EventKind::mux_state)
            .starts_with("DISTRIBUTING -> ATTACHED (partner_expired): the Partner does not hear us"));
}

TEST_CASE("A Partner that does not collect any more is told so", "[control][evidence]") {
  TwoLinks rig;
  rig.hear(0, kInSync);
  CHECK(told(rig, EventKind::mux_state).starts_with("DISTRIBUTING -> COLLECTING (partner_not_collecting): "));
}

TEST_CASE("What a Partner has wrong about us is told value by value", "[control][evidence]") {
  TwoLinks rig;
  rig.peer[0].deaf = true;
  const std::uint16_t key = rig.view(0).actor.key;
  rig.peer[0].heard.key = 7;
  rig.peer[0].heard.port_number = 9;
  rig.hear(0, kCarrying);
  CHECK(
      told(rig, EventKind::mux_state) ==
      "DISTRIBUTING -> ATTACHED (partner_knows_other): the Partner takes us for another port: key 7 (it is " +
          std::to_string(key) + "), port 9 (it is 1)");
}

TEST_CASE("Links that lead to two Partners are told with both", "[control][evidence]") {
  Rig rig{config_of(), 2};
  rig.peer[1].actor.system = {{0x02, 0x4c, 0x41, 0, 0, 0xee}};
  rig.bring_up({0});
  rig.link(1);
  rig.hear(1, kHello);
  CHECK(told(rig, EventKind::left_out, 1) ==
        "no_partner -> other_lag_id (other_lag_id): split Partners: this link leads to System "
        "32768,02:4c:41:00:00:ee, the LAG to System 32768,02:4c:41:00:00:99");
  rig.peer[1].actor.system = kTheirs;
  rig.peer[1].actor.key = 5;
  rig.events.clear();
  rig.hear(1, kHello);
  CHECK(told(rig, EventKind::partner_changed, 1)
            .starts_with(" ->  (lacpdu): it was System 32768,02:4c:41:00:00:ee key 12945 port 32768,2, now "
                         "the Partner (System "
                         "32768,02:4c:41:00:00:99 key 5 port 32768,2) says"));
}

TEST_CASE("A Partner with two keys is told so", "[control][evidence]") {
  Rig rig{config_of(), 2};
  rig.peer[1].actor.key = 5;
  rig.bring_up({0});
  rig.link(1);
  rig.hear(1, kHello);
  CHECK(told(rig, EventKind::left_out, 1) ==
        "no_partner -> other_lag_id (other_lag_id): the Partner has given this link key 5, those in use key "
        "12945");
}

TEST_CASE("Links of two speeds are told with our own keys", "[control][evidence]") {
  Rig rig{config_of(), 2};
  rig.bring_up({0});
  rig.link(1, kUp1G);
  rig.hear(1, kHello);
  CHECK(told(rig, EventKind::left_out, 1) ==
        "no_partner -> key_mismatch (key_mismatch): our key is " + std::to_string(rig.view(1).actor.key) +
            " on this link (1000 Mb/s), and " + std::to_string(rig.view(0).actor.key) + " on those in use");
}

TEST_CASE("Individual links, loops and links too many are told so", "[control][evidence]") {
  Rig rig{config_of([](lacp::AggregatorConfig& c) { c.max_links = 1; }), 3};
  rig.bring_up({0, 1});
  CHECK(told(rig, EventKind::selected, 1) ==
        "UNSELECTED -> STANDBY (above_max_links): max-links is 1, and other ports have better Port IDs");
  rig.link(2);
  rig.hear(2, bits({activity, timeout}));
  CHECK(told(rig, EventKind::left_out, 2) ==
        "no_partner -> individual (individual): the Partner does not aggregate this link, and another link "
        "has the "
        "LAG");
  rig.peer[0].actor.system = kOurs;
  rig.hear(0);
  CHECK(told(rig, EventKind::looped) ==
        " ->  (lacpdu): LACPDUs of our own System 02:4c:41:00:00:01 come back: the link leads to us");
}

// What the port would tell now.
std::string stands(const Rig& rig, unsigned port) {
  const lacp::Event event = rig.lag.standing(Rig::at(port), rig.now);
  return std::string{why_of(event)} + ": " + evidence_of(event);
}

TEST_CASE("Why a port carries nothing is told without an event, in the words of one", "[control][evidence]") {
  Rig rig{config_of(), 5};
  rig.peer[3].actor.key = 5;
  rig.peer[4].actor.system = {{0x02, 0x4c, 0x41, 0, 0, 0xee}};
  rig.bring_up({0, 1, 2});
  CHECK(stands(rig, 0) == ": ");
  rig.link(3);
  rig.hear(3, kHello);
  rig.link(4);
  rig.hear(4, kHello);
  CHECK(stands(rig, 3) == "other_lag_id: the Partner has given this link key 5, those in use key 12945");
  CHECK(stands(rig, 4) ==
        "other_lag_id: split Partners: this link leads to System 32768,02:4c:41:00:00:ee, the LAG to System "
        "32768,02:4c:41:00:00:99");
  rig.talk({0, 2}, 5s);
  CHECK(stands(rig, 1).starts_with("silence: no LACPDU for 5.0 s; in the last one the Partner "));
  rig.talk({0, 2}, 5s);
  CHECK(stands(rig, 1).starts_with("no_partner: no LACPDU for 10.0 s; in the last one the Partner "));
  rig.peer[2].deaf = true;
  rig.hear(2, static_cast<std::uint8_t>(kCarrying | bits({expired})));
  CHECK(stands(rig, 2).starts_with("partner_expired: the Partner does not hear us: the Partner "));
  rig.peer[2].heard = {};  // it has forgotten us
  rig.hear(2, kHello);
  CHECK(stands(rig, 2).starts_with("partner_expired: the Partner does not hear us: the Partner "));
  rig.talk({0}, 10s);
  CHECK(stands(rig, 2).starts_with(
      "no_partner: the Partner did not hear us when it spoke last, 10.0 s ago: the Partner "));
  rig.link(0, kDown);
  CHECK(stands(rig, 0) == "link_down: the port has no link: the cable, or the other end's port");
}

TEST_CASE("A LAG that goes down for want of links says how many it takes", "[control][evidence]") {
  TwoLinks rig{config_of([](lacp::AggregatorConfig& c) { c.min_links = 2; })};
  rig.link(1, kDown);
  CHECK(told(rig, EventKind::lag_state) == "up -> down (min_links): distributing members: 1, it takes 2");
}

}  // namespace
}  // namespace lagoon::control::evidence_test
