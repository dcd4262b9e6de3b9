#include <algorithm>

#include "printed.hpp"
#include "support/catch.hpp"

namespace lagoon::config::mistakes_test {
namespace {

using Lines = std::vector<std::string>;

// The values of one LAG and of its two members, and nothing else wrong.
std::string lag_with(std::string_view lag_keys, std::string_view member_keys = "") {
  return "lags:\n  - name: lag0\n    members:\n      - dev: \"net_a0\"\n" + std::string{member_keys} +
         "      - dev: \"net_a1\"\n" + std::string{lag_keys};
}

std::string only_mistake(const std::string& text) {
  const Lines lines = mistakes(text);
  CAPTURE(text, lines);
  REQUIRE(lines.size() == 1);
  return lines[0];
}

TEST_CASE("A file with five different mistakes has all five reported with line and column", "[config]") {
  const std::string_view text =
      "eal: { lcores: [0, 1], huge: \"false\" }\n"     // 1: a text for a boolean
      "ports:\n"                                       // 2
      "  - { name: lan0, dev: \"net_af_packet0\" }\n"  // 3
      "lags:\n"                                        // 4
      "  - name: lag0\n"                               // 5
      "    mode: balance-r\n"                          // 6: no mode
      "    min-link: 1\n"                              // 7: unknown key
      "    lacp: { rate: fast, aggregate-wait: 2 }\n"  // 8: no unit
      "    members:\n"                                 // 9
      "      - dev: \"net_af_packet1\"\n"              // 10
      "forward:\n"                                     // 11
      "  - [lan0, lag1]\n";                            // 12: an unknown name
  CHECK(
      mistakes(text) ==
      Lines{"f:1:30: error: huge is 'false'; expected true or false (leave out the quotes)",
            "f:6:11: error: mode is 'balance-r'; expected balance-rr, active-backup, balance-xor, broadcast, "
            "lacp, balance-tlb, balance-alb, failover, loadbalance, roundrobin or 802.3ad, or Linux's "
            "number, 0 to 6 (did you mean 'balance-rr'?)",
            "f:7:5: error: unknown key 'min-link'; did you mean 'min-links'?",
            "f:8:41: error: aggregate-wait is '2'; expected a time from 0s to 60s, like 2s or 500ms (the "
            "unit is "
            "missing)",
            "f:12:12: error: no port or LAG is named 'lag1'; did you mean 'lag0'?"});
}

TEST_CASE("An unknown key is reported at the key, with what was meant or what is known", "[config]") {
  CHECK(only_mistake(lag_with("    min_links: 1\n")) ==
        "f:6:5: error: unknown key 'min_links'; did you mean 'min-links'?");
  CHECK(only_mistake(lag_with("    rate: fast\n"))
            .starts_with(
                "f:6:5: error: unknown key 'rate' here; it belongs to lags[].lacp; known here: name, mode,"));
  CHECK(only_mistake(lag_with("    colour: red\n"))
            .starts_with("f:6:5: error: unknown key 'colour'; known here:"));
  CHECK(only_mistake(lag_with("    ? [a]\n    : b\n")) == "f:6:7: error: a key is a list; expected a word");
  CHECK(only_mistake(lag_with("    <<: {}\n")).starts_with("f:6:5: error: merge keys (<<) are not taken"));
}

TEST_CASE("A duplicate key is reported at its second place", "[config]") {
  CHECK(only_mistake(lag_with("    min-links: 1\n    min-links: 2\n")) ==
        "f:7:5: error: duplicate key 'min-links'; the first is in line 6, keep one");
}

TEST_CASE("A missing key is reported at its map", "[config]") {
  CHECK(only_mistake("lags:\n  - members: [{ dev: net_a }]\n") ==
        "f:2:5: error: missing key 'name'; write for example name: lag0");
  CHECK(only_mistake("lags:\n  - name: lag0\n")
            .starts_with("f:2:5: error: missing key 'members'; write for example"));
  CHECK(only_mistake("eal: {}\n").starts_with("f:1:1: error: missing key 'lags'; write for example"));
  CHECK(only_mistake("ports:\n  - name: lan0\n")
            .starts_with("f:2:5: error: missing key: one of dev, tap, wire"));
}

TEST_CASE("A mistyped key is not reported as missing too", "[config]") {
  CHECK(only_mistake("lags:\n  - nmae: lag0\n    members: [{ dev: net_a }]\n") ==
        "f:2:5: error: unknown key 'nmae'; did you mean 'name'?");
}

TEST_CASE("A name that could not be read makes no forward wrong", "[config]") {
  CHECK(
      mistakes("lag:\n  - { name: lag0 }\nports: [{ name: p, dev: net_a }]\nforward: [[p, lag0]]\n").size() ==
      1);
  CHECK(mistakes("ports: [{ name: p, dev: net_a }, { nam: q, dev: net_b }]\nforward: [[p, q]]\n").size() ==
        1);
}

TEST_CASE("A value of a wrong type, unit or range is reported at the value with what is right", "[config]") {
  struct Row {
    std::string_view key_and_value;
    std::string_view expected;  // after "f:6:"
  };
  const Row row = GENERATE(
      Row{"min-links: many", "16: error: min-links is 'many'; expected a whole number from 1 to 32"},
      Row{"min-links: \"1\"",
          "16: error: min-links is '1'; expected a whole number from 1 to 32 (leave out the quotes)"},
      Row{"min-links: 0", "16: error: min-links is '0'; expected a whole number from 1 to 32"},
      Row{"min-links: 01",
          "16: error: min-links is '01'; expected a whole number from 1 to 32 (leave out the leading zero)"},
      Row{"min-links: 99999999999999999999",
          "16: error: min-links is '99999999999999999999'; expected a whole number"},
      Row{"min-links: -1", "16: error: min-links is '-1'; expected a whole number"},
      Row{"min-links: 1.5", "16: error: min-links is '1.5'; expected a whole number"},
      Row{"min-links: [1]", "16: error: min-links is a list; expected a whole number"},
      Row{"min-links: { a: 1 }", "16: error: min-links is a map; expected a whole number"},
      Row{"min-links:", "5: error: min-links is empty; expected a whole number"},
      Row{"min-links: ~", "5: error: min-links is empty; expected a whole number"},
      Row{"nic-hash: yes", "15: error: nic-hash is 'yes'; expected true or false"},
      Row{"hash: l3+5",
          "11: error: hash is 'l3+5'; expected l2, src-mac, dst-mac, src-ip, dst-ip, l3, l2+3, l3+4, "
          "l2+3+4, vlan+src-mac, encap2+3 or encap3+4, or layers as a list like [l2, l3, l4] (did you mean "
          "'l3+4'?)"},
      Row{"hash-seed: rnd",
          "16: error: hash-seed is 'rnd'; expected random, or a whole number from 0 to 4294967295"},
      Row{"hash-seed: 4294967296", "16: error: hash-seed is '4294967296'; expected random, or"},
      Row{"mac: 02:00:00:00:00",
          "10: error: mac is '02:00:00:00:00'; expected auto, or a MAC address like "
          "02:00:00:00:00:01 (six pairs of hexadecimal digits)"},
      Row{"mac: 00:00:00:00:00:00",
          "10: error: mac is '00:00:00:00:00:00'; expected auto, or a MAC address like"},
      Row{"mtu: 67", "10: error: mtu is '67'; expected auto, or a whole number from 68 to 9978"},
      Row{"lacp: 5", "11: error: lacp is '5'; expected a map of keys and values (activity,"},
      Row{"lacp: { key: 0 }", "18: error: key is '0'; expected auto, or a whole number from 1 to 65535"},
      Row{"lacp: { activity: activ }",
          "23: error: activity is 'activ'; expected active or passive (did you mean 'active'?)"},
      Row{"lacp: { aggregate-wait: 2m }",
          "29: error: aggregate-wait is '2m'; expected a time from 0s to 60s, like 2s or 500ms ('m' is not a "
          "unit here)"},
      Row{"lacp: { aggregate-wait: 61s }", "29: error: aggregate-wait is '61s'; expected a time"},
      Row{"mode: [lacp]", "11: error: mode is a list; expected balance-rr, active-backup,"},
      Row{"mode: 7", "11: error: mode is '7'; expected balance-rr, active-backup,"});
  CAPTURE(row.key_and_value);
  const std::string line = only_mistake(lag_with("    " + std::string{row.key_and_value} + "\n"));
  CAPTURE(line);
  CHECK(line.starts_with("f:6:" + std::string{row.expected}));
}

TEST_CASE("A partner-system that is none is told with what one is", "[config]") {
  const std::string any =
      "any, or a MAC address like 02:00:00:00:00:01, with a system priority before it like "
      "100/02:00:00:00:00:01";
  const std::string no_address = " (an address is six pairs of hexadecimal digits)";
  const std::string no_priority = " (a priority is from 0 to 65535)";
  struct Row {
    std::string_view value;
    std::string remark;
  };
  const Row row =
      GENERATE_COPY(Row{"02:00:00:00:01", no_address}, Row{"all", no_address}, Row{"5/", no_address},
                    Row{"1/2/02:00:00:00:00:01", no_address},
                    Row{"02:00:00:00:00:01/5", no_priority},  // the priority comes first
                    Row{"65536/02:00:00:00:00:01", no_priority}, Row{"/02:00:00:00:00:01", no_priority},
                    Row{"-1/02:00:00:00:00:01", no_priority},
                    Row{"5/00:00:00:00:00:00", " (all zeros is nobody's address)"},
                    Row{"01:00:00:00:00:01", " (a System has no group address)"});
  CAPTURE(row.value);
  CHECK(only_mistake(lag_with("    lacp: { partner-system: " + std::string{row.value} + " }\n")) ==
        "f:6:29: error: partner-system is '" + std::string{row.value} + "'; expected " + any + row.remark);
  CHECK(only_mistake(lag_with("    lacp: { partner-system: [any] }\n")) ==
        "f:6:29: error: partner-system is a list; expected " + any);
  CHECK(only_mistake(lag_with("    lacp: { partner-system: }\n")) ==
        "f:6:13: error: partner-system is empty; expected " + any);
}

TEST_CASE("A wrong value of a member is reported at the value", "[config]") {
  CHECK(only_mistake(lag_with("", "        speed: 10Gbps\n")) ==
        "f:5:16: error: speed is '10Gbps'; expected auto, or a speed from 1M to 10T, like 100M, 2.5G or 400G "
        "('Gbps' "
        "is not a unit here)");
  CHECK(only_mistake(lag_with("", "        lacp: { port-priority: 65536 }\n"))
            .starts_with("f:5:32: error: port-prio"));
  CHECK(only_mistake("ports: [{ name: p, dev: eth0 }]\n") ==
        "f:1:25: error: dev is 'eth0'; expected a DPDK device with its devargs, or a PCI address like "
        "\"0000:3b:00.0\" (for an interface of the kernel write \"net_af_packet0,iface=eth0\")");
  CHECK(only_mistake("ports: [{ name: p, dev: \"net_a,iface=sixteen-letters-\" }]\n").find("more than 15") !=
        std::string::npos);
  CHECK(only_mistake("ports: [{ name: p, tap: sixteen-letters- }]\n")
            .starts_with("f:1:25: error: tap is 'sixteen"));
  CHECK(only_mistake("ports: [{ name: p, tap: t, dev: net_a }]\n") ==
        "f:1:25: error: tap stands beside dev; expected one of dev, tap, wire");
  CHECK(only_mistake("ports: [{ name: \"a b\", dev: net_a }]\n")
            .starts_with("f:1:17: error: name is 'a b'; expected"));
}

TEST_CASE("Values of eal and forward are checked where they stand", "[config]") {
  const std::string port = "ports: [{ name: p, dev: net_a }]\n";
  CHECK(only_mistake(port + "eal: { lcores: 2 }\n")
            .starts_with("f:2:16: error: lcores is '2'; expected a list of CPU"));
  CHECK(only_mistake(port + "eal: { lcores: [0, x] }\n")
            .starts_with("f:2:20: error: lcores[1] is 'x'; expected a whole"));
  CHECK(only_mistake(port + "eal: { memory: 8 }\n")
            .starts_with("f:2:16: error: memory is '8'; expected auto, or an am"));
  CHECK(only_mistake(port + "eal: { memory: 512K }\n").find("'K' is not a unit here") != std::string::npos);
  CHECK(only_mistake(port + "eal: { args: -v }\n")
            .starts_with("f:2:14: error: args is '-v'; expected a list of EAL"));
  CHECK(only_mistake(port + "forward: [[p]]\n") ==
        "f:2:11: error: a forward has 1 ends; expected two names: [lan0, lag0]");
  CHECK(only_mistake(port + "forward: [p]\n")
            .starts_with("f:2:11: error: forward[0] is 'p'; expected a list of two"));
}

}  // namespace
}  // namespace lagoon::config::mistakes_test
