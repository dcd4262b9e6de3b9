// What proves a member alive: by option, role and kind of frame; and what the monitor sends for it.
#include "monitor/target_monitor.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "small_network.hpp"
#include "support/catch.hpp"
#include "wire/arp.hpp"
#include "wire/neighbor.hpp"

namespace target_monitor_test {

using namespace lagoon;
using namespace lagoon::test;
using monitor::TargetOptions;
using monitor::Validate;

namespace {

constexpr MacAddress kHost{{0x02, 0xee, 0, 0, 0, 9}};

TargetOptions options(Validate validate, std::initializer_list<const char*> targets = {"10.0.0.100"}) {
  TargetOptions chosen{.interval = 100ms, .targets = {}, .validate = validate};
  for (const char* const text : targets) chosen.targets.push_back(*parse_host_address(text));
  return chosen;
}

// Two members with their links up, the first one active, whose probes nobody answers.
SmallNetwork unanswered(const TargetOptions& chosen) {
  SmallNetwork net{chosen, 2, Partner::learning};
  net.set_active(0);
  for (Link& link : net.links) link.lost_out = true;
  net.link_up(0, true);
  net.link_up(1, true);
  return net;
}

wire::ArpFrame answer_from(const char* host, std::size_t member,
                           std::optional<std::uint16_t> vlan = std::nullopt) {
  const MacAddress probe = monitor::probe_address(SmallNetwork::kBase, SmallNetwork::index(member), 0);
  return {.destination = probe,
          .source = kHost,
          .vlan_tci = vlan,
          .operation = wire::ArpOperation::reply,
          .sender_mac = kHost,
          .sender_ip = *parse_ipv4_address(host),
          .target_mac = probe};
}

}  // namespace

TEST_CASE("What proves a member alive depends on arp_validate and on its role", "[monitor]") {
  struct Row {
    Validate validate;
    const char* traffic;  // the picture after other frames came in on both members
    const char* arp;      // after any ARP frames did
    const char* answers;  // after answers to their own probes did
  };
  for (const Row& row :
       {Row{Validate::none, "UU", "UU", "UU"}, Row{Validate::active, "DU", "DU", "UU"},
        Row{Validate::backup, "UD", "UD", "UU"}, Row{Validate::all, "DD", "DD", "UU"},
        Row{Validate::filter, "DD", "UU", "UU"}, Row{Validate::filter_active, "DD", "DU", "UU"},
        Row{Validate::filter_backup, "DD", "UD", "UU"}}) {
    CAPTURE(name_of(row.validate));
    SmallNetwork traffic = unanswered(options(row.validate));
    for (Link& link : traffic.links) link.traffic = 10ms;
    traffic.run_for(200ms);
    CHECK(traffic.picture() == row.traffic);

    SmallNetwork arp = unanswered(options(row.validate));
    SmallNetwork answers = unanswered(options(row.validate));
    for (std::size_t i = 0; i < 2; ++i) {
      arp.inject(i, wire::emit_arp(wire::arp_announcement(kHost, {{10, 0, 0, 100}}, std::nullopt)));
      answers.inject(i, wire::emit_arp(answer_from("10.0.0.100", i)));
    }
    CHECK(arp.picture() == row.arp);
    CHECK(answers.picture() == row.answers);
  }
}

TEST_CASE("An answer is from a target, in its VLAN, and to a probe of ours", "[monitor]") {
  struct Row {
    const char* what;
    wire::ArpFrame frame;
    bool counts;
  };
  const TargetOptions chosen = options(Validate::all, {"10.0.0.100", "10.0.0.101@5"});
  wire::ArpFrame request = answer_from("10.0.0.100", 0);
  request.operation = wire::ArpOperation::request;
  wire::ArpFrame to_all = answer_from("10.0.0.100", 0);
  to_all.destination = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  wire::ArpFrame names_another = answer_from("10.0.0.100", 0);
  names_another.target_mac = {};
  wire::ArpFrame to_others = answer_from("10.0.0.100", 0);
  to_others.destination = to_others.target_mac = {{0x02, 0x9a, 0x11, 0x22, 0x34, 0}};
  const Row rows[] = {{"reply", answer_from("10.0.0.100", 0), true},
                      {"request to us", request, true},
                      {"broadcast that names us", to_all, true},
                      {"to us, naming another", names_another, true},
                      {"to another address", to_others, false},
                      {"from another host", answer_from("10.0.0.102", 0), false},
                      {"in another VLAN", answer_from("10.0.0.100", 0, 5), false},
                      {"with a priority tag", answer_from("10.0.0.100", 0, 0xe000), true},
                      {"tagged target", answer_from("10.0.0.101", 0, 5), true},
                      {"tagged target with priority", answer_from("10.0.0.101", 0, 0x6005), true},
                      {"tagged target, untagged", answer_from("10.0.0.101", 0), false}};
  for (const Row& row : rows) {
    CAPTURE(row.what);
    SmallNetwork net = unanswered(chosen);
    net.inject(0, wire::emit_arp(row.frame));
    CHECK(net.alive(0) == row.counts);
    CHECK(net.health(0).answers == (row.counts ? 1U : 0U));
    CHECK_FALSE(net.alive(1));
  }
}

TEST_CASE("An answer proves the way out of who asked and the way in of where it came", "[monitor]") {
  SmallNetwork net = unanswered(options(Validate::all));
  net.run_for(10ms);
  net.inject(1, wire::emit_arp(answer_from("10.0.0.100", 0)));
  CHECK(net.health(0).last_answered == net.now());
  CHECK(net.health(0).last_heard == Instant{});
  CHECK(net.health(1).last_answered == Instant{});
  CHECK(net.health(1).last_heard == net.now());
  CHECK(net.picture() == "DD");
}

TEST_CASE("Targets may be of both families and in VLANs, and only an advertisement answers", "[monitor]") {
  for (const Partner partner : {Partner::learning, Partner::hashing}) {
    TargetOptions chosen = options(Validate::all, {"10.0.0.100@7", "2001:db8::1", "2001:db8::2@4094"});
    chosen.needed = monitor::TargetsNeeded::all;
    SmallNetwork net{chosen, 2, partner};
    if (partner == Partner::learning) net.set_active(0);
    net.link_up(0, true);
    net.link_up(1, true);
    net.run_for(3s);
    CHECK(net.picture() == "UU");
    CHECK(net.changes.size() == 2);
    net.target_dead[2] = true;
    net.run_for(500ms);
    CHECK(net.picture() == "DD");
  }
  SmallNetwork net = unanswered(options(Validate::all, {"2001:db8::1"}));
  const Ipv6Address target = *parse_ipv6_address("2001:db8::1");
  const MacAddress probe = monitor::probe_address(SmallNetwork::kBase, SmallNetwork::index(0), 0);
  wire::NeighborFrame frame{.destination = probe,
                            .source = kHost,
                            .kind = wire::NeighborKind::solicitation,
                            .sender = target,
                            .receiver = link_local_address(probe),
                            .target = link_local_address(probe)};
  net.inject(0, wire::emit_neighbor(frame));
  CHECK(net.picture() == "DD");
  frame.kind = wire::NeighborKind::advertisement;
  frame.target = target;
  frame.solicited = true;
  net.inject(0, wire::emit_neighbor(frame));
  CHECK(net.picture() == "UD");
}

TEST_CASE("A member whose link comes up is dead until the first proof, and then alive at once", "[monitor]") {
  for (const Partner partner : {Partner::learning, Partner::hashing}) {
    SmallNetwork net{options(Validate::all), 2, partner};
    if (partner == Partner::learning) net.set_active(0);
    CHECK(net.picture() == "DD");
    net.link_up(0, true);
    net.run_for(30ms);
    CHECK(net.picture() == "UD");
    for (int i = 0; i < 20; ++i) {
      net.link_up(1, true);
      CHECK(net.picture() == "UD");
      net.run_for(60ms);
      CHECK(net.picture() == "UU");
      net.link_up(1, false);
      CHECK(net.picture() == "UD");
      net.run_for(Duration{i * 7'000'000});
    }
    CHECK(net.health(1).why == monitor::Why::none);
    CHECK_FALSE(net.deadline_was_in_the_past);
  }
}

TEST_CASE("A link that comes up with its way out broken is not alive by what it hears", "[monitor]") {
  SmallNetwork net{options(Validate::none), 2, Partner::learning};
  net.set_active(0);
  net.link_up(0, true);
  net.run_for(1s);
  net.links[1].lost_out = true;
  net.links[1].traffic = 1ms;
  net.link_up(1, true);
  net.run_for(3s);
  CHECK(net.picture() == "UD");
  CHECK(net.health(1).why == monitor::Why::no_answer);
  CHECK(net.changes.size() == 1);
  net.links[1].lost_out = false;
  net.run_for(200ms);
  CHECK(net.picture() == "UU");
}

TEST_CASE("A member that is removed asks no more, and its place can be taken", "[monitor]") {
  SmallNetwork net{options(Validate::all), 2, Partner::hashing};
  net.link_up(0, true);
  net.link_up(1, true);
  net.run_for(1s);
  REQUIRE(net.picture() == "UU");
  net.remove(1);
  const Instant removed = net.now();
  net.run_for(1s);
  for (const auto& [at, member] : net.probes) CHECK_FALSE((at > removed && member == 1));
  net.monitor().add_member(SmallNetwork::index(1), net.now());
  CHECK_FALSE(net.monitor().alive(SmallNetwork::index(1)));
  CHECK(net.monitor().health(SmallNetwork::index(1)).probes_sent == 0);
}

TEST_CASE("With a new role a living member gets the time to prove itself anew", "[monitor]") {
  SmallNetwork net = unanswered(options(Validate::active));
  net.links[1].traffic = 10ms;
  net.run_for(1s);
  REQUIRE(net.picture() == "DU");
  net.set_active(1);
  CHECK(net.alive(1));
  net.run_for(240ms);
  CHECK(net.alive(1));
  net.run_for(20ms);
  CHECK_FALSE(net.alive(1));
}

TEST_CASE("Probes are spread over the slots of an interval, and never more than four for each target",
          "[monitor]") {
  for (const bool dead : {false, true})
    for (const Partner partner : {Partner::learning, Partner::hashing, Partner::first_link}) {
      SmallNetwork net{options(Validate::all, {"10.0.0.1", "10.0.0.2"}), 8, partner};
      if (partner == Partner::learning) net.set_active(0);
      net.target_dead[0] = net.target_dead[1] = dead;
      for (std::size_t i = 0; i < 8; ++i) net.link_up(i, true);
      net.run_for(100ms);
      net.probes.clear();
      net.which_used.clear();
      net.run_for(10s);
      std::set<std::pair<Instant, std::size_t>> moments(net.probes.begin(), net.probes.end());
      std::set<Instant> instants;
      for (const auto& [at, member] : net.probes) instants.insert(at);
      CHECK(instants.size() * 7 >= moments.size());  // hardly ever two members at once
      const std::size_t in_each_round = net.probes.size() / 100 / 8;
      CAPTURE(dead, static_cast<int>(partner), in_each_round);
      CHECK(net.probes.size() <= 8U * 2 * 4 * 100);
      if (dead) CHECK(in_each_round == 8);
      if (!dead && partner == Partner::learning) CHECK(in_each_round == 2);
      const std::set<std::size_t> which(net.which_used.begin(), net.which_used.end());
      CHECK(which.size() == (partner == Partner::learning ? 1U : 8U));
      CHECK_FALSE(net.deadline_was_in_the_past);
    }
}

TEST_CASE("A link that lost frames is asked in every slot for 16 rounds, and others are not", "[monitor]") {
  SmallNetwork net{options(Validate::all), 2, Partner::learning};
  net.set_active(0);
  net.link_up(0, true);
  net.link_up(1, true);
  net.run_for(1s);
  net.links[1].lost_in = true;
  net.run_for(150ms);
  net.links[1].lost_in = false;
  REQUIRE(net.picture() == "UU");
  const auto asked_in_a_second = [&net](std::size_t member) {
    net.probes.clear();
    net.run_for(1s);
    return std::ranges::count(net.probes, member, &std::pair<Instant, std::size_t>::second);
  };
  CHECK(asked_in_a_second(1) == 40);
  CHECK(asked_in_a_second(0) == 10);
  CHECK(asked_in_a_second(1) == 10);
}

TEST_CASE("A monitor without interval or targets says what the link says, and asks nothing", "[monitor]") {
  TargetOptions no_interval = options(Validate::all);
  no_interval.interval = 0ms;
  for (const TargetOptions& chosen : {no_interval, options(Validate::all, {})}) {
    monitor::TargetMonitor off{chosen, SmallNetwork::kBase, Instant{1s}};
    CHECK_FALSE(off.enabled());
    off.add_member(MemberIndex{3}, Instant{1s});
    CHECK_FALSE(off.alive(MemberIndex{3}));
    off.link_changed(MemberIndex{3}, true, Instant{2s});
    CHECK(off.alive(MemberIndex{3}));
    CHECK_FALSE(off.deadline().has_value());
    CHECK_FALSE(off.transmit(Instant{5s}).has_value());
    off.link_changed(MemberIndex{3}, false, Instant{6s});
    CHECK_FALSE(off.alive(MemberIndex{3}));
  }
}

TEST_CASE("All 32 members have 8 addresses each, and no two the same", "[monitor]") {
  std::set<MacAddress> addresses;
  for (std::uint8_t member = 0; member < kMembersMax; ++member)
    for (std::size_t which = 0; which < monitor::kProbeAddresses; ++which)
      addresses.insert(monitor::probe_address(SmallNetwork::kBase, MemberIndex{member}, which));
  CHECK(addresses.size() == 256);
  CHECK(std::ranges::all_of(
      addresses, [](const auto& mac) { return monitor::is_probe_address(SmallNetwork::kBase, mac); }));
}

}  // namespace target_monitor_test
