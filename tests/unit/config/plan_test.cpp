#include "config/plan.hpp"

#include <sstream>

#include "config/yaml_reader.hpp"
#include "support/catch.hpp"

namespace lagoon::config {
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
}  // namespace lagoon::config
