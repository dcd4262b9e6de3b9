#include "config/plan/plan.hpp"

#include <algorithm>
#include <sstream>

#include "config/file/yaml_reader.hpp"
#include "support/catch.hpp"

namespace lagoon::config::plan_test {
namespace {

Config config_of(std::string_view text) {
  auto config = parse_config(text);
  REQUIRE(config);
  return *std::move(config);
}

TEST_CASE("The plan says what happens, in order", "[config][plan]") {
  std::ostringstream out;
  print(out, plan(config_of(R"(
eal: { lcores: [0, 1], huge: false, prefix: demo, memory: 512, idle: relax, args: [--no-pci] }
ports:
  - { name: lan0, dev: "net_af_packet0,iface=lan0" }
  - { name: host0, tap: lag0-host }
lags:
  - name: lag0
    lacp: { key: 7, aggregate-wait: 500ms, system-id: 02:00:00:00:00:05 }
    hash-seed: 3
    max-links: 1
    members:
      - { name: va0, dev: "net_af_packet1,iface=va0", speed: 10G, lacp: { aggregatable: false } }
      - { dev: "net_af_packet2,iface=va1", lacp: { port-priority: 100, port-number: 9 } }
forward: [[lan0, lag0]]
)")));
  CHECK(
      out.str() ==
      R"(1. EAL: lcores 0 (control), 1 (worker), no hugepages, prefix demo, memory 512 MB, idle lcores sleep briefly
     argument --no-pci
2. port lan0: device net_af_packet0,iface=lan0
3. port host0: tap interface lag0-host
4. LAG lag0: lacp (802.3ad), 2 members
     LACP: active, fast, system-id 02:00:00:00:00:05, system-priority 32768, key 7, mux independent, select stable, aggregate-wait 500 ms
     distribution: hash l3+4, seed 3
     links: up from 1, down below 1, at most 1 of 2 in use
     MAC of va0, MTU as the ports have it
     member va0: device net_af_packet1,iface=va0, port 1, priority 32768, Individual, taken for 10000 Mb/s
     member net_af_packet2: device net_af_packet2,iface=va1, port 9, priority 100
5. forward lan0 <-> lag0
6. host0 is in no forward: its frames are received and dropped
7. worker lcore 1
     serves lan0 and lag0
     serves host0
)");
}

TEST_CASE("The plan names the mode in our word and Linux's, and every choice", "[config][plan]") {
  struct Row {
    std::string_view keys;
    std::vector<std::string> said;
  };
  const Row row = GENERATE(
      Row{"mode: 0\n", {"LAG l: balance-rr, 1 member", "distribution: round robin, 1 frame for each member"}},
      Row{"mode: roundrobin\n  packets-per-member: 0\n",
          {"LAG l: roundrobin (balance-rr), 1 member", "distribution: a random member for each frame"}},
      Row{"mode: 1\n  primary: m\n  num-grat-arp: 3\n  peer-notif-delay: 20ms\n  announce: [10.0.0.1@5]\n"
          "  failover-rx-all: true\n  fail-over-mac: active\n",
          {"LAG l: active-backup, 1 member", "distribution: all on the active member",
           "active member: primary m, reselect always, fail-over-mac active, inactive members receive as "
           "well; a change is announced 3 times (ARP), once (ND), once (groups), 20 ms apart, also for "
           "10.0.0.1@5",
           "MAC of the active member, MTU as the ports have it"}},
      Row{"mode: failover\n  mac-from: m\n",
          {"LAG l: failover (active-backup), 1 member",
           "active member: by priority, then by order, reselect always; a change is announced once (ARP), "
           "once (ND), once (groups)",
           "MAC of m, which keeps it, MTU as the ports have it"}},
      Row{"mode: loadbalance\n  hash: layer2\n  hash-seed: 1\n  move-hold: 1ms\n  eliminate-duplicates: "
          "true\n",
          {"LAG l: loadbalance (balance-xor), 1 member",
           "distribution: hash l2, seed 1, duplicates that come in are dropped",
           "moves: frames wait 1 ms, 10 ms after a loss"}},
      Row{"mode: 3\n", {"LAG l: broadcast, 1 member", "distribution: every frame on every member"}},
      Row{"mode: lacp\n  lacp: { strict: false, fallback: single }\n",
          {"LAG l: lacp (802.3ad), 1 member",
           "LACP: active, fast, system-id the LAG's MAC, system-priority 32768, key by speed and duplex, mux "
           "independent, select stable, aggregate-wait 2 s, up while a link is up (not strict), one member "
           "without LACP after 5 s without a Partner"}},
      Row{"mode: lacp\n  lacp: { partner-system: '02:00:00:00:00:01', hold-out: 0 }\n",
          {"LACP: active, fast, system-id the LAG's MAC, system-priority 32768, key by speed and duplex, mux "
           "independent, select stable, aggregate-wait 2 s, partner-system \"02:00:00:00:00:01\", hold-out "
           "0s"}},
      Row{"mode: 5\n  tlb-dynamic-lb: 0\n  spread-forwarded: true\n  hash-seed: 1\n",
          {"LAG l: balance-tlb, 1 member",
           "distribution: by shares of speed (tlb-dynamic-lb off), hash l3+4, seed 1, learning packets each "
           "1 "
           "s, forwarded frames as well"}},
      Row{"mode: 6\n",
          {"LAG l: balance-alb, 1 member",
           "distribution: by load, hash l3+4, seed random, learning packets each 1 s",
           "receiving: clients are told a member each, by ARP"}},
      Row{"mode: 2\n  miimon: 0\n  updelay: 1s\n  downdelay: 1ms\n  flap-damping: on\n  arp-interval: 100ms\n"
          "  arp-ip-target: [10.0.0.1]\n  ns-ip6-target: ['::1']\n",
          {"monitor: links by interrupt only, updelay 1 s, downdelay 1 ms, more than 3 flaps in 30 s hold a "
           "member down for 2 s to 60 s",
           "heartbeat: each 100 ms to 10.0.0.1, ::1, any must answer, down after 2 missed, validate none"}},
      Row{"mode: 2\n  vlans: [1, 3-5]\n  promiscuous: false\n  all-multicast: false\n"
          "  addresses: [02:00:00:00:00:07]\n  multicast: [01:00:5e:00:00:05]\n",
          {"members receive: not promiscuous, not all groups, also for 02:00:00:00:00:07, groups "
           "01:00:5e:00:00:05, VLANs 1, 3-5"}});
  const Plan steps =
      plan(config_of("lags:\n- name: l\n  members: [{ name: m, dev: net_a }]\n  " + std::string{row.keys}));
  std::vector<std::string> said{steps.at(1).what};
  said.insert(said.end(), steps.at(1).details.begin(), steps.at(1).details.end());
  CAPTURE(row.keys, said);
  for (const std::string& line : row.said) {
    CAPTURE(line);
    CHECK(std::ranges::find(said, line) != said.end());
  }
}

TEST_CASE("Components are dealt to the workers in turn", "[config][plan]") {
  const Config config = config_of(
      "eal: { lcores: [9, 4, 5] }\n"
      "ports: [{ name: a, dev: net_a }, { name: b, dev: net_b }, { name: c, dev: net_c }, { name: d, dev: "
      "net_d },"
      " { name: e, dev: net_e }]\n"
      "forward: [[c, d], [a, b]]\n");
  const auto components = components_of(config);
  REQUIRE(components.size() == 3);
  CHECK(components[0].endpoints == std::vector<std::string>{"c", "d"});
  CHECK(components[0].worker == 4);
  CHECK(components[1].endpoints == std::vector<std::string>{"a", "b"});
  CHECK(components[1].worker == 5);
  CHECK(components[2].endpoints == std::vector<std::string>{"e"});
  CHECK(components[2].worker == 4);
}

}  // namespace
}  // namespace lagoon::config::plan_test
