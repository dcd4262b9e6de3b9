#include "config/rules/validate.hpp"

#include "config/limits.hpp"
#include "printed.hpp"
#include "support/catch.hpp"

namespace lagoon::config::validate_test {
namespace {

using Lines = std::vector<std::string>;

struct Row {
  std::string_view text;
  std::string_view expected;
};

void check_only(const Row& row) {
  const Lines lines = mistakes(row.text);
  CAPTURE(row.text, lines);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == "f:" + std::string{row.expected});
}

TEST_CASE("Names, devices, interfaces and wires are used as often as they may be", "[config][validate]") {
  check_only(GENERATE(
      Row{"ports:\n  - { name: p, dev: net_a }\n  - { name: p, dev: net_b }\n",
          "3:13: error: name 'p' is used already in ports[0].name (line 2); expected another"},
      Row{"ports: [{ name: p, dev: net_a }]\nlags: [{ name: p, members: [{ dev: net_b }] }]\n",
          "2:16: error: name 'p' is used already in ports[0].name (line 1); expected another"},
      Row{"ports:\n  - { name: p, dev: 'net_a,iface=x' }\n  - { name: q, dev: 'net_a,iface=y' }\n",
          "3:21: error: device 'net_a' is used already by port 'p' (line 2); expected another"},
      Row{"ports:\n  - { name: p, dev: '0000:3B:00.0' }\n  - { name: q, dev: '3b:00.0' }\n",
          "3:21: error: device '0000:3b:00.0' is used already by port 'p' (line 2); expected another"},
      Row{"lags:\n  - name: l\n    members:\n    - dev: net_a\n    - dev: net_a\n",
          "5:12: error: device 'net_a' is used already by LAG 'l' (line 4); expected another"},
      Row{"ports:\n  - { name: p, dev: 'net_a,iface=x' }\n  - { name: q, dev: 'net_b,iface=x' }\n",
          "3:21: error: interface 'x' is used already by port 'p' (line 2); expected another"},
      Row{"ports:\n  - { name: p, tap: x }\n  - { name: q, tap: x }\n",
          "3:21: error: interface 'x' is used already by port 'p' (line 2); expected another"},
      Row{"lags:\n  - name: l\n    members:\n    - { name: m, dev: net_a }\n    - { name: m, dev: net_b }\n",
          "5:15: error: member name 'm' is used already in lags[0].members[0].name (line 4); expected "
          "another"},
      Row{"ports: [{ name: p, wire: w }]\n",
          "1:26: error: wire 'w' is used once; a wire connects exactly two ports or members of this file"},
      Row{"ports:\n  - { name: p, wire: w }\n  - { name: q, wire: w }\n  - { name: r, wire: w }\n",
          "4:22: error: wire 'w' has two ends already, ports[0].wire (line 2) and ports[1].wire (line 3); a "
          "wire "
          "connects exactly two ports or members of this file"}));
}

TEST_CASE("There are as many ports and members as DPDK was built for", "[config][validate]") {
  const auto with = [](std::size_t members) {
    std::string text =
        "ports:\n  - { name: p, dev: net_p }\n  - { name: q, dev: net_q }\nlags:\n  - name: l\n    "
        "members:\n";
    for (std::size_t i = 0; i < members; ++i) text += "    - { dev: net_" + std::to_string(i) + " }\n";
    return text;
  };
  CHECK(mistakes(with(kPortsMost - 2)).empty());
  const Lines lines = mistakes(with(kPortsMost - 1));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] ==
        "f:" + std::to_string(kPortsMost + 5) + ":7: error: a configuration has at most " +
            std::to_string(kPortsMost) +
            " ports and members, as this DPDK was built (RTE_MAX_ETHPORTS); leave out what is not needed");
}

TEST_CASE("A port whose source could not be read makes no other port wrong", "[config][validate]") {
  const std::string_view text = GENERATE("ports: [{ name: p, wire: w }, { name: q, wir: w }]",
                                         "ports: [{ name: p, wire: w }, { name: q, tap: t, wire: w }]",
                                         "ports: [{ name: p, dev: net_a }, { name: q, dev: net_a, tap: t }]");
  CAPTURE(text);
  CHECK(mistakes(text).size() == 1);
}

TEST_CASE("Forwards connect two different things that exist, each once", "[config][validate]") {
  check_only(GENERATE(
      Row{"ports: [{ name: p, dev: net_a }, { name: q, dev: net_b }]\nforward:\n  - [p, nowhere]\n",
          "3:9: error: no port or LAG is named 'nowhere'; expected one of: p, q"},
      Row{"ports: [{ name: lan0, dev: net_a }, { name: q, dev: net_b }]\nforward:\n  - [q, lan1]\n",
          "3:9: error: no port or LAG is named 'lan1'; did you mean 'lan0'?"},
      Row{"ports: [{ name: p, dev: net_a }]\nforward:\n  - [p, p]\n",
          "3:5: error: 'p' is forwarded to itself; expected two different names"},
      Row{"ports: [{ name: p, dev: net_a }, { name: q, dev: net_b }, { name: r, dev: net_c }]\n"
          "forward:\n  - [p, q]\n  - [r, p]\n",
          "4:9: error: 'p' is forwarded already (line 3); a port or LAG is an end of one forward at most"}));
}

TEST_CASE("Thresholds of links are in order and can be reached", "[config][validate]") {
  const auto lag = [](std::string_view keys) {
    return "lags:\n- name: l\n  members: [{ dev: net_a }, { dev: net_b }, { dev: net_c }]\n" +
           std::string{keys};
  };
  struct Case {
    std::string_view keys;
    std::string_view expected;
  };
  const Case c =
      GENERATE(Case{"  min-links: 4\n",
                    "4:14: error: min-links is 4, but the LAG has 3 members; it would never come up"},
               Case{"  min-links: 3\n  max-links: 2\n",
                    "4:14: error: min-links is 3, above max-links (2); expected at most that"},
               Case{"  min-links: 2\n  min-links-up: 1\n",
                    "5:17: error: min-links-up is 1, below min-links (2); expected at least that"},
               Case{"  min-links-up: 4\n",
                    "4:17: error: min-links-up is 4, but the LAG has 3 members; it would never come up"},
               Case{"  min-links-up: 3\n  max-links: 2\n",
                    "4:17: error: min-links-up is 3, above max-links (2); expected at most that"});
  check_only({lag(c.keys), c.expected});
  // A mistake within a member does not hide one about their number.
  CHECK(mistakes("lags:\n- name: l\n  members: [{ dev: net_a, speed: x }]\n  min-links: 2\n").size() == 2);
  CHECK(mistakes(lag("  min-links: 1\n  min-links-up: 2\n  max-links: 2\n")).empty());
}

TEST_CASE("A LAG has members, and they have different port numbers", "[config][validate]") {
  check_only(GENERATE(
      Row{"lags:\n- name: l\n  members: []\n", "3:12: error: LAG 'l' has no members; expected 1 to 32"},
      Row{"lags:\n- name: l\n  members:\n  - { dev: net_a, lacp: { port-number: 7 } }\n"
          "  - { dev: net_b, lacp: { port-number: 7 } }\n",
          "5:40: error: port-number 7 is used already by member 'net_a' (line 4); expected another"},
      Row{"lags:\n- name: l\n  members:\n  - { dev: net_a, lacp: { port-number: 2 } }\n  - { dev: net_b }\n",
          "4:40: error: port-number 2 is what member 'net_b' (line 5) has by its position; number that one "
          "too, or "
          "take another"}));
  std::string many = "lags:\n- name: l\n  members:\n";
  for (int i = 0; i < 33; ++i) many += "  - dev: net_" + std::to_string(i) + "\n";
  check_only({many, "36:5: error: members has 33 items; at most 32 are possible"});
}

TEST_CASE("Addresses of LAGs and Systems are individual", "[config][validate]") {
  check_only(GENERATE(
      Row{"lags:\n- name: l\n  members: [{ dev: net_a }]\n  lacp: { system-id: 03:00:00:00:00:01 }\n",
          "4:22: error: system-id 03:00:00:00:00:01 is a group address; expected an individual one (an even "
          "first "
          "octet)"},
      Row{"lags:\n- name: l\n  members: [{ dev: net_a }]\n  mac: ff:ff:ff:ff:ff:ff\n",
          "4:8: error: mac ff:ff:ff:ff:ff:ff is no station's address; expected an individual one (an even "
          "first "
          "octet)"}));
}

TEST_CASE(
    "There are a control lcore and a worker, all different, and EAL arguments that Lagoon makes are refused",
    "[config][validate]") {
  check_only(
      GENERATE(Row{"ports: [{ name: p, dev: net_a }]\neal: { lcores: [3] }\n",
                   "2:16: error: lcores names 1 CPU; expected at least two: the first is the control lcore, "
                   "the others are "
                   "workers"},
               Row{"ports: [{ name: p, dev: net_a }]\neal: { lcores: [1, 2, 1] }\n",
                   "2:23: error: lcore '1' is used already in eal.lcores[0] (line 2); expected another"},
               Row{"ports: [{ name: p, dev: net_a }]\neal: { args: [-v, '--file-prefix=x'] }\n",
                   "2:19: error: EAL argument '--file-prefix=x' is made by Lagoon; set eal.prefix instead"}));
}

TEST_CASE("A configuration that was never a file is held to the same rules", "[config][validate]") {
  Config config;
  config.lags.emplace_back().name = "l";
  config.forward.push_back({"l", "m"});
  Diagnostics diagnostics;
  validate(config, SourceMap{}, diagnostics);
  REQUIRE(diagnostics.items().size() == 2);
  CHECK_FALSE(diagnostics.items()[0].at.has_value());
}

}  // namespace
}  // namespace lagoon::config::validate_test
