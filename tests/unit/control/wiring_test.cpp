// What is said of cables: judge_wiring() over what LLDP and LACP know, and a Lag whose cables are wrong.
#include <deque>
#include <string>
#include <vector>

#include "control/wiring/wiring_judge.hpp"
#include "control/wiring/wiring_keeper.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"
#include "unit/control/pair.hpp"

namespace lagoon::control {
namespace {

using test::at;
using test::Pair;

constexpr Instant kNow = Instant{} + 100s;
constexpr MacAddress kOwn{{2, 0, 0, 0, 0, 1}};

MacAddress system_of(std::uint8_t number) {
  return MacAddress{{2, 0, 0, 0, 9, number}};
}

/// LAGs and who is at the other ends of their cables.
class Scene {
 public:
  struct End {
    std::uint8_t system = 1;  // LACP's; 0: none is heard
    std::uint16_t key = 1;
    std::string name = "sw1";  // LLDP's; empty: none
    std::string port = "e1";
    bool in_use = true;
  };

  void lag(std::string_view name, const std::vector<End>& ends, bool lacp = true) {
    LagWiring lag{.lag = name, .system = kOwn, .lacp = lacp};
    for (const End& end : ends) lag.ends.push_back(far_end(end));
    for (std::size_t i = 0; i < ends.size(); ++i) {
      lag.ends[i].member = at(i);
      lag.ends[i].name = kNames[i];
    }
    lags.push_back(std::move(lag));
  }
  /// One more, heard on the same cable.
  lldp::Neighbor& add_neighbor(std::size_t of_lag, std::size_t member, const End& end) {
    FarEnd& far = lags[of_lag].ends[member];
    auto& all = heard_.emplace_back(far.neighbors.begin(), far.neighbors.end());
    all.push_back(neighbor(end));
    far.neighbors = all;
    return all.back();
  }
  lldp::Neighbor& neighbor_of(std::size_t of_lag, std::size_t member) {
    return const_cast<lldp::Neighbor&>(lags[of_lag].ends[member].neighbors.front());
  }
  /// "member:fault" of each.
  [[nodiscard]] std::vector<std::string> faults(std::size_t of_lag = 0) const {
    std::vector<std::string> out;
    const auto found = judge_wiring(lags, kNow);
    for (const Miswiring& one : found[of_lag])
      out.push_back(std::to_string(one.member.value()) + ":" + std::string{name_of(one.fault)});
    return out;
  }
  [[nodiscard]] std::string sentence(std::size_t of_lag = 0) const {
    return judge_wiring(lags, kNow)[of_lag].at(0).sentence;
  }

  std::vector<LagWiring> lags;

 private:
  static constexpr std::array<std::string_view, 4> kNames{"p1", "p2", "p3", "p4"};
  static lldp::Neighbor neighbor(const End& end) {
    lldp::Neighbor n;
    n.said.chassis = {.subtype = 7, .value = wire::lldp_value("chassis of " + end.name)};
    n.said.port = {.subtype = 5, .value = wire::lldp_value(end.port)};
    n.said.system_name = wire::lldp_value(end.name);
    n.since = kNow - 50s;
    n.heard = kNow - 1s;
    n.until = kNow + 100s;
    return n;
  }
  FarEnd far_end(const End& end) {
    FarEnd far{.up = true, .in_use = end.in_use, .silent_since = kNow - 50s};
    if (end.system != 0) far.partner = LacpPartner{.system = system_of(end.system), .key = end.key};
    if (!end.name.empty()) far.neighbors = heard_.emplace_back(1, neighbor(end));
    return far;
  }
  std::deque<std::vector<lldp::Neighbor>> heard_{};
};

using Faults = std::vector<std::string>;

TEST_CASE("Cables as they should be are no fault", "[wiring]") {
  Scene scene;
  SECTION("one switch") {
    scene.lag("lag0", {{.port = "e1"}, {.port = "e2"}, {.port = "e3"}});
  }
  SECTION("one System on two chassis: the other end's MC-LAG") {
    scene.lag("lag0", {{.name = "sw1"}, {.name = "sw2"}});
  }
  SECTION("nobody speaks LLDP") {
    scene.lag("lag0", {{.name = ""}, {.name = ""}});
  }
  SECTION("nobody speaks anything") {
    scene.lag("lag0", {{.system = 0, .name = ""}, {.system = 0, .name = ""}});
  }
  SECTION("LACP tells two Systems, and LLDP nothing: the reason stands at the member") {
    scene.lag("lag0", {{.system = 1, .name = ""}, {.system = 2, .name = ""}});
  }
  SECTION("a mode with an active member may lead to two switches") {
    scene.lag("lag0", {{.system = 0, .name = "sw1"}, {.system = 0, .name = "sw2"}}, false);
    scene.lags[0].one_system = false;
  }
  SECTION("without a name, and another chassis on each port: one switch, as far as can be known") {
    scene.lag("lag0", {{.system = 0}, {.system = 0}}, false);
    for (std::size_t i = 0; i < 2; ++i) {
      lldp::Neighbor& n = scene.neighbor_of(0, i);
      n.source = system_of(static_cast<std::uint8_t>(i + 1));
      n.said.chassis = {.subtype = wire::kChassisMacAddress, .value = {}};
      for (const std::uint8_t octet : n.source.octets)
        n.said.chassis.value.push_back(static_cast<std::byte>(octet));
      n.said.system_name.reset();
    }
  }
  SECTION("LACP has not had time to speak") {
    scene.lag("lag0", {{.system = 1}, {.system = 0}});
    scene.lags[0].ends[1].silent_since = kNow - 2s;
  }
  CHECK(scene.faults() == Faults{});
}

TEST_CASE("A cable to another switch is named, with both ends", "[wiring]") {
  Scene scene;
  scene.lag("lag0",
            {{.port = "e1"}, {.port = "e2"}, {.system = 2, .name = "sw2", .port = "e7", .in_use = false}});
  CHECK(scene.faults() == Faults{"2:wrong_switch"});
  CHECK(scene.sentence() ==
        "leads to sw2 port e7, and 2 other members to sw1: move its cable there, or take it out of this LAG");
  SECTION("also where LACP is silent on it") {
    scene.lags[0].ends[2].partner.reset();
    CHECK(scene.faults() == Faults{"2:wrong_switch"});
  }
  SECTION("also without LACP") {
    scene.lags[0].lacp = false;
    for (FarEnd& end : scene.lags[0].ends) end.partner.reset();
    CHECK(scene.faults() == Faults{"2:wrong_switch"});
  }
  SECTION("not where that was planned") {
    const lldp::ExpectedNeighbor planned{.system = "sw2", .port = ""};
    scene.lags[0].ends[2].expected = &planned;
    CHECK(scene.faults() == Faults{});
  }
  SECTION("not once its link is down") {
    scene.lags[0].ends[2].up = false;
    CHECK(scene.faults() == Faults{});
  }
}

TEST_CASE("Of two cables to two switches the one that is not in use is wrong", "[wiring]") {
  Scene scene;
  scene.lag("lag0",
            {{.system = 1, .name = "sw1", .in_use = false}, {.system = 2, .name = "sw2", .in_use = true}});
  CHECK(scene.faults() == Faults{"0:wrong_switch"});
}

TEST_CASE("A port outside of the channel, and one that speaks no LACP", "[wiring]") {
  Scene scene;
  SECTION("another key") {
    scene.lag("lag0", {{.port = "e1"}, {.port = "e2"}, {.key = 9, .port = "e7"}});
    CHECK(scene.faults() == Faults{"2:not_in_channel"});
    CHECK(scene.sentence() ==
          "sw1 port e7 is in another channel (key 9) than sw1 port e1 (key 1): put it into that one");
  }
  SECTION("another System of the same box") {
    scene.lag("lag0", {{.port = "e1"}, {.port = "e2"}, {.system = 2, .port = "e7"}});
    CHECK(scene.faults() == Faults{"2:not_in_channel"});
    CHECK(scene.sentence() ==
          "sw1 port e7 is in another channel (System 02:00:00:00:09:02) than sw1 port e1 (System "
          "02:00:00:00:09:01): put it into that one");
  }
  SECTION("another key, of the first one") {
    scene.lag("lag0", {{.key = 9, .port = "e1"}, {.port = "e2"}, {.port = "e3"}});
    CHECK(scene.faults() == Faults{"0:not_in_channel"});
  }
  SECTION("no LACP, where others of the switch speak it") {
    scene.lag("lag0", {{.port = "e1"}, {.port = "e2"}, {.system = 0, .port = "e7"}});
    CHECK(scene.faults() == Faults{"2:not_in_channel"});
    CHECK(scene.sentence() == "sw1 port e7 is not in the channel of sw1 port e1: put it there");
  }
  SECTION("no LACP at all") {
    scene.lag("lag0", {{.system = 0, .port = "e1"}, {.system = 0, .port = "e2"}});
    CHECK(scene.faults() == Faults{"0:no_lacp", "1:no_lacp"});
  }
  SECTION("without LACP, by what LLDP says of the channel") {
    scene.lag("lag0", {{.system = 0, .port = "e1"}, {.system = 0, .port = "e2"}}, false);
    scene.neighbor_of(0, 0).said.aggregation = {.capable = true, .aggregated = true, .port = 5};
    CHECK(scene.faults() == Faults{});
    scene.neighbor_of(0, 1).said.aggregation = {.capable = true, .aggregated = false, .port = 0};
    CHECK(scene.faults() == Faults{"1:not_in_channel"});
  }
}

TEST_CASE("Two cables that are swapped are told together, whichever is in use", "[wiring]") {
  Scene scene;
  const auto a_uses = GENERATE(0U, 1U);
  scene.lag("lag0", {{.system = 1, .name = "sw1", .port = "e1", .in_use = a_uses == 0},
                     {.system = 2, .name = "sw2", .port = "e2", .in_use = a_uses == 1}});
  scene.lag("lag1", {{.system = 1, .name = "sw1", .port = "e3"},
                     {.system = 2, .name = "sw2", .port = "e4", .in_use = false}});
  const auto found = judge_wiring(scene.lags, kNow);
  REQUIRE(found[0].size() == 1);
  REQUIRE(found[1].size() == 1);
  CHECK(found[0][0].fault == WiringFault::swapped);
  CHECK(found[0][0].sentence == found[1][0].sentence);
  CHECK(found[0][0].sentence == (a_uses == 0
                                     ? "the cables of lag0/p2 and lag1/p1 are swapped: lag0/p2 leads to "
                                       "sw2 port e2, lag1/p1 to sw1 port e3; exchange them at one end"
                                     : "the cables of lag0/p1 and lag1/p2 are swapped: lag0/p1 leads to "
                                       "sw1 port e1, lag1/p2 to sw2 port e4; exchange them at one end"));
}

TEST_CASE("A loop, a shared segment, and ends that differ", "[wiring]") {
  Scene scene;
  scene.lag("lag0", {{.port = "e1"}, {.port = "e2"}});
  lldp::Neighbor& second = scene.neighbor_of(0, 1);
  SECTION("a loop") {
    second.said.chassis = {.subtype = wire::kChassisMacAddress, .value = {}};
    for (const std::uint8_t octet : kOwn.octets)
      second.said.chassis.value.push_back(static_cast<std::byte>(octet));
    CHECK(scene.faults() == Faults{"1:loop"});
  }
  SECTION("two who speak at one time") {
    lldp::Neighbor& other = scene.add_neighbor(0, 1, {.name = "pc", .port = "eth0"});
    other.since = kNow - 20s;
    CHECK(scene.faults() == Faults{"1:shared_segment"});
    // A cable that was moved: the old one has not spoken since.
    scene.neighbor_of(0, 1).heard = kNow - 30s;
    CHECK(scene.faults() == Faults{});
  }
  SECTION("sizes of frames") {
    second.said.frame_size = 1522;
    CHECK(scene.faults() == Faults{});
    scene.neighbor_of(0, 0).said.frame_size = 9022;
    CHECK(scene.faults() == Faults{"1:mtu_differs"});
    CHECK(scene.sentence() ==
          "sw1 port e2 takes frames of at most 1522 octets, and sw1 port e1 9022: make them alike");
  }
  SECTION("port VLANs") {
    second.said.vlan = 7;
    scene.neighbor_of(0, 0).said.vlan = 1;
    CHECK(scene.faults() == Faults{"1:pvid_differs"});
  }
}

TEST_CASE("What is expected of a cable is compared with who is there", "[wiring]") {
  Scene scene;
  scene.lag("lag0", {{.port = "e1"}, {.name = "", .port = ""}});
  lldp::ExpectedNeighbor expected{.system = "sw1", .port = "e1"};
  scene.lags[0].ends[0].expected = &expected;
  CHECK(scene.faults() == Faults{});
  expected.port = "e2";
  CHECK(scene.faults() == Faults{"0:not_as_planned"});
  expected = {.system = "sw9", .port = ""};
  CHECK(scene.sentence() == "leads to sw1 port e1, and is to lead to sw9: move its cable, or mend `expect`");
  expected = {};
  CHECK(scene.faults() == Faults{});
  // Nobody speaks there: said when LLDP has had time to.
  lldp::ExpectedNeighbor there{.system = "sw1", .port = ""};
  scene.lags[0].ends[1].expected = &there;
  CHECK(scene.faults() == Faults{});
  scene.lags[0].ends[1].silent_since = kNow - 66s;
  CHECK(scene.faults() == Faults{"1:not_as_planned"});
}

TEST_CASE("Whatever is known, each fault is of a member with a link, and swaps are told to both",
          "[wiring]") {
  lagoon::test::Prng random{20};
  for (int round = 0; round < 3000; ++round) {
    Scene scene;
    const std::size_t lags = random.between(1, 4);
    for (std::size_t i = 0; i < lags; ++i) {
      std::vector<Scene::End> ends;
      for (std::uint64_t m = random.between(1, 4); m-- > 0;)
        ends.push_back({.system = static_cast<std::uint8_t>(random.below(4)),
                        .key = static_cast<std::uint16_t>(random.between(1, 2)),
                        .name = std::array{"", "sw1", "sw2", "sw3"}[random.below(4)],
                        .port = "e" + std::to_string(random.below(9)),
                        .in_use = random.chance(0.7)});
      scene.lag("lag", ends, random.chance(0.7));
      for (FarEnd& end : scene.lags.back().ends) end.up = random.chance(0.9);
      scene.lags.back().one_system = random.chance(0.8);
    }
    const auto found = judge_wiring(scene.lags, kNow);
    REQUIRE(found.size() == lags);
    std::size_t swaps = 0;
    for (std::size_t i = 0; i < lags; ++i)
      for (const Miswiring& one : found[i]) {
        REQUIRE(one.member.value() < scene.lags[i].ends.size());
        REQUIRE_FALSE(one.sentence.empty());
        swaps += one.fault == WiringFault::swapped ? 1U : 0U;
        if (one.fault == WiringFault::swapped) continue;
        REQUIRE(scene.lags[i].ends[one.member.value()].up);
      }
    REQUIRE(swaps % 2 == 0);
  }
}

TEST_CASE("A fault is taken up after a second, and over at once", "[wiring]") {
  WiringKeeper keeper;
  const std::vector<Miswiring> found{{.member = at(1), .fault = WiringFault::no_lacp, .sentence = "x"}};
  CHECK(keeper.take(found, kNow).empty());
  CHECK(keeper.standing().empty());
  CHECK(keeper.take({}, kNow + 500ms).empty());
  CHECK(keeper.take(found, kNow + 1s).empty());
  const auto news = keeper.take(found, kNow + 2s);
  REQUIRE(news.size() == 1);
  CHECK(news[0].begins);
  CHECK(keeper.take(found, kNow + 3s).empty());
  CHECK(keeper.standing().size() == 1);
  const auto over = keeper.take({}, kNow + 3s);
  REQUIRE(over.size() == 1);
  CHECK_FALSE(over[0].begins);
}

// Two Lags.

void with_identity(LagSettings& s) {
  s.identity = SystemIdentity{.name = "host of " + s.name, .description = "Lagoon", .capabilities = 4};
}

TEST_CASE("Members of two Lags hear each other by LLDP, and forget at once who leaves", "[wiring]") {
  Pair pair{2, with_identity};
  pair.all_links(true);
  pair.advance(3s);
  const auto near = pair.ends[0]->status(pair.now);
  REQUIRE(near.members[1].other_end.neighbors.size() == 1);
  const wire::Lldpdu& said = near.members[1].other_end.neighbors[0].said;
  CHECK(wire::text_of(*said.system_name) == "host of far");
  CHECK(wire::text_of_port(said.port) == "far/m1");
  CHECK(said.aggregation->aggregated);
  CHECK(said.lagoon.has_value());
  pair.ends[1]->leave_member(at(1), pair.now);
  pair.advance(100ms);
  CHECK(pair.ends[0]->status(pair.now).members[1].other_end.neighbors.empty());
  CHECK(pair.ends[0]->status(pair.now).members[0].other_end.neighbors.size() == 1);
}

TEST_CASE("A member whose interface is back with another address speaks from that one", "[wiring]") {
  Pair pair{2, with_identity};
  pair.all_links(true);
  pair.advance(3s);
  const MacAddress other{{2, 0, 0, 0, 0xee, 1}};
  Lag& far = *pair.ends[1];
  interface_changed(far, at(1), {.kind = InterfaceNews::Kind::gone, .why = "deleted"}, pair.now);
  pair.link(1, false);
  interface_changed(far, at(1), {.kind = InterfaceNews::Kind::back, .address = other}, pair.now);
  pair.link(1, true);
  pair.advance(3s);
  const LagStatus near = pair.ends[0]->status(pair.now);
  REQUIRE(near.members[1].other_end.neighbors.size() == 1);
  CHECK(near.members[1].other_end.neighbors[0].source == other);
}

TEST_CASE("The address of the interface behind the LAG is told, also after another change", "[wiring]") {
  Pair pair{2, with_identity};
  pair.all_links(true);
  const std::array<HostAddress, 1> hosts{HostAddress{.address = Ipv4Address{{10, 0, 0, 9}}}};
  pair.ends[1]->hosts_changed(hosts, pair.now);
  LagOptions other = pair.ends[1]->options();
  other.debounce.up_delay = 1s;
  REQUIRE(pair.ends[1]->change(other, pair.now));
  pair.advance(3s);
  const LagStatus near = pair.ends[0]->status(pair.now);
  REQUIRE(near.members[0].other_end.neighbors.size() == 1);
  const auto& management = near.members[0].other_end.neighbors[0].said.management;
  REQUIRE(management.has_value());
  CHECK(wire::text_of_address(*management) == "10.0.0.9");
}

TEST_CASE("Without an identity a Lag tells nobody who it is", "[wiring]") {
  Pair pair{2};
  pair.all_links(true);
  pair.advance(40s);
  CHECK(pair.ends[0]->status(pair.now).members[0].other_end.neighbors.empty());
}

}  // namespace
}  // namespace lagoon::control
