// What does not go together with a LAG's mode, or is no value of it.
#include "config/rules/validate.hpp"
#include "printed.hpp"
#include "support/catch.hpp"

namespace lagoon::config::mode_mistakes_test {
namespace {

// Keys begin in line 4; the members are m0 and m1.
std::string lag_with(std::string_view mode, std::string_view keys) {
  return "lags:\n- name: l\n  mode: " + std::string{mode} + "\n" + std::string{keys} +
         "  members: [{ name: m0, dev: net_a }, { name: m1, dev: net_b }]\n";
}

struct Row {
  std::string_view mode;
  std::string_view keys;
  std::string_view expected;  // after "f:"
};

void check_only(const Row& row) {
  const auto lines = mistakes(lag_with(row.mode, row.keys));
  CAPTURE(row.mode, row.keys, lines);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == "f:" + std::string{row.expected});
}

TEST_CASE("A key without an effect is warned of, and the configuration works", "[config][mode]") {
  const auto config = parse_config("lags:\n- name: l\n  mode: 0\n  hash: l2\n  members: [{ dev: net_a }]\n");
  REQUIRE(config.has_value());
  REQUIRE(config->warnings.items().size() == 1);
  CHECK(config->warnings.items()[0].severity == Severity::warning);
  CHECK_FALSE(config->warnings.has_errors());
}

TEST_CASE("Strict LACP is said in one of two places", "[config][mode]") {
  const std::string lag = "lags:\n- name: l\n  members: [{ dev: net_a }]\n";
  CHECK_FALSE(parse_config(lag + "  lacp-strict: false\n")->lags.at(0).options.lacp_extras.strict);
  CHECK(mistakes(lag + "  lacp: { strict: true }\n  lacp-strict: true\n") ==
        std::vector<std::string>{
            "f:5:16: error: lacp-strict stands beside strict in lacp, which is the same; keep one "
            "of them"});
}

TEST_CASE("A key without an effect in the mode names the modes that know it", "[config][mode]") {
  check_only(GENERATE(
      Row{"balance-rr", "  primary: m0\n",
          "4:12: warning: primary has no effect in mode balance-rr; it is for mode active-backup, "
          "balance-tlb, "
          "balance-alb or failover"},
      Row{"4", "  packets-per-member: 1\n",
          "4:23: warning: packets-per-member has no effect in mode lacp; it is for mode balance-rr or "
          "roundrobin"},
      Row{"6", "  fail-over-mac: none\n",
          "4:18: warning: fail-over-mac has no effect in mode balance-alb; it is for mode active-backup or "
          "failover"},
      Row{"2", "  tlb-dynamic-lb: true\n",
          "4:19: warning: tlb-dynamic-lb has no effect in mode balance-xor; it is for mode balance-tlb or "
          "balance-alb"},
      Row{"1", "  lacp: { rate: slow }\n",
          "4:9: warning: lacp has no effect in mode active-backup; it is for mode lacp"},
      Row{"roundrobin", "  hash: l2\n",
          "4:9: warning: hash has no effect in mode roundrobin; it is for mode balance-xor, lacp, "
          "balance-tlb, "
          "balance-alb or loadbalance"},
      Row{"failover", "  eliminate-duplicates: true\n",
          "4:25: warning: eliminate-duplicates has no effect in mode failover; it is for mode balance-rr, "
          "balance-xor, broadcast, loadbalance or roundrobin"}));
  CHECK(mistakes("lags:\n- name: l\n  mode: 0\n  members:\n  - { dev: net_a, lacp: {} }\n"
                 "  - { dev: net_b, priority: 5 }\n") ==
        std::vector<std::string>{
            "f:5:25: warning: lacp has no effect in mode balance-rr; it is for mode lacp",
            "f:6:29: warning: priority has no effect in mode balance-rr; it is for mode active-backup, "
            "balance-tlb, balance-alb or failover"});
  // Nothing is said about keys when the mode could not be read.
  CHECK(mistakes(lag_with("balance-xxx", "  primary: m0\n  lacp: {}\n")).size() == 1);
}

TEST_CASE("Values that do not go together are reported where one of them stands", "[config][mode]") {
  check_only(GENERATE(
      Row{"1", "  primary: m2\n",
          "4:12: error: primary is 'm2', but no member of the LAG has that name; did you mean 'm0'?"},
      Row{"2", "  mac-from: wlan0\n",
          "4:13: error: mac-from is 'wlan0', but no member of the LAG has that name; expected one of: m0, "
          "m1"},
      Row{"2", "  arp-interval: 100ms\n",
          "4:17: error: arp-interval asks nobody; give at least one target, arp-ip-target: [10.0.0.1] or "
          "ns-ip6-target, or arp-interval: 0"},
      Row{"2", "  arp-ip-target: [10.0.0.1]\n",
          "4:18: error: targets are never asked without arp-interval; give one, like arp-interval: 100ms"},
      Row{"2", "  ns-ip6-target: [\"::9\"]\n",
          "4:18: error: targets are never asked without arp-interval; give one, like arp-interval: 100ms"},
      Row{"2", "  mac: 02:00:00:00:00:01\n  mac-from: m0\n",
          "5:13: error: mac-from stands beside mac (line 4); both say what address all members get, expected "
          "one of them"},
      Row{"1", "  mac: 02:00:00:00:00:01\n  fail-over-mac: active\n",
          "5:18: error: fail-over-mac active gives the LAG the active member's address, but mac (line 4) "
          "gives it another; leave that out, or take fail-over-mac none or follow"},
      Row{"failover", "  fail-over-mac: 1\n  mac-from: m0\n",
          "4:18: error: fail-over-mac active gives the LAG the active member's address, but mac-from (line "
          "5) gives it another; leave that out, or take fail-over-mac none or follow"},
      Row{"failover", "  failover-rx-all: true\n  all-members-active: true\n",
          "4:20: error: failover-rx-all stands beside all-members-active, which is the same; keep one of "
          "them"},
      Row{"2", "  flap-damping: { hold: 5s, hold-max: 4s }\n",
          "4:25: error: hold is longer than hold-max; expected at most that"},
      Row{"2", "  vlans: [5-7, 6]\n", "4:10: error: vlans has VLAN 6 twice; keep one"},
      Row{"2", "  multicast: [01:00:5e:00:00:05, 01-00-5E-00-00-05]\n",
          "4:34: error: multicast has '01-00-5E-00-00-05' twice; keep one"}));
}

TEST_CASE("Values that go together are no mistake", "[config][mode]") {
  struct Good {
    std::string_view mode;
    std::string_view keys;
  };
  const Good good =
      GENERATE(Good{"2", "  arp-interval: 0\n  arp-ip-target: [10.0.0.1]\n"},  // switched off
               Good{"2", "  miimon: 0\n  updelay: 1s\n  downdelay: 1s\n"},  // delays are exact without polls
               Good{"1", "  mac: 02:00:00:00:00:01\n  fail-over-mac: follow\n"},
               Good{"1", "  mac-from: m1\n  fail-over-mac: none\n"}, Good{"6", "  mac-from: m1\n"},
               Good{"2", "  vlans: [1-4094]\n"});
  CHECK(mistakes(lag_with(good.mode, good.keys)).empty());
}

// A member whose name can't be read may be the one that is meant.
TEST_CASE("A member that could not be read makes no primary wrong", "[config][mode]") {
  CHECK(mistakes("lags:\n- name: l\n  mode: 1\n  primary: m0\n  members: [{ name: 'm 0', dev: net_a }]\n")
            .size() == 1);
}

TEST_CASE("There are at most 16 targets of a family", "[config][mode]") {
  const std::string many = "  arp-interval: 1s\n  arp-ip-target: [" + [] {
    std::string targets;
    for (int i = 1; i <= 17; ++i) targets += (i == 1 ? "10.0.0." : ", 10.0.0.") + std::to_string(i);
    return targets;
  }() + "]\n";
  const auto many_lines = mistakes(lag_with("2", many));
  REQUIRE(many_lines.size() == 1);
  CHECK(many_lines[0] == "f:5:186: error: arp-ip-target has 17 items; at most 16 are possible");
}

TEST_CASE("Values of modes that are out of range are reported with what is right", "[config][mode]") {
  check_only(GENERATE(
      Row{"2", "  arp-interval: 1s\n  arp-ip-target: 10.0.0.1\n",
          "5:18: error: arp-ip-target is '10.0.0.1'; expected a list of IPv4 addresses: [10.0.0.1]"},
      Row{"2", "  arp-interval: 1s\n  arp-ip-target: [\"::1\"]\n",
          "5:19: error: arp-ip-target[0] is '::1'; expected an IPv4 address like 10.0.0.1, in a VLAN with "
          "'@' "
          "and its number (IPv6 targets stand under ns-ip6-target)"},
      Row{"2", "  arp-interval: 1s\n  arp-ip-target: [224.0.0.1]\n",
          "5:19: error: arp-ip-target[0] is '224.0.0.1'; expected an IPv4 address like 10.0.0.1, in a VLAN "
          "with '@' and its number (no station has that address)"},
      Row{"2", "  arp-interval: 5ms\n",
          "4:17: error: arp-interval is '5ms'; expected 0 (off), or a time from 10ms to 60s, like 2s or "
          "500ms"},
      Row{"2", "  arp-missed-max: 0\n",
          "4:19: error: arp-missed-max is '0'; expected a whole number from 1 to 255"},
      Row{"2", "  arp-validate: al\n",
          "4:17: error: arp-validate is 'al'; expected none, active, backup, all, filter, filter_active or "
          "filter_backup, or Linux's number, 0 to 6 (did you mean 'all'?)"},
      Row{"2", "  arp-validate: 7\n",
          "4:17: error: arp-validate is '7'; expected none, active, backup, all, filter, filter_active or "
          "filter_backup, or Linux's number, 0 to 6"},
      Row{"2", "  flap-damping: yes\n",
          "4:17: error: flap-damping is 'yes'; expected off, on, or a map of flaps, window, hold, hold-max"},
      Row{"2", "  vlans: [4095]\n",
          "4:11: error: vlans[0] is '4095'; expected a VLAN from 1 to 4094, or a range like 10-20"},
      Row{"2", "  vlans: [20-10]\n",
          "4:11: error: vlans[0] is '20-10'; expected a VLAN from 1 to 4094, or a range like 10-20 (the "
          "first "
          "of a range is the smaller one)"},
      Row{"2", "  addresses: [01:00:00:00:00:01]\n",
          "4:15: error: addresses[0] is '01:00:00:00:00:01'; expected a station's MAC address like "
          "02:00:00:00:00:01 (this is a group's: its first octet is odd)"},
      Row{"2", "  multicast: [02:00:00:00:00:01]\n",
          "4:15: error: multicast[0] is '02:00:00:00:00:01'; expected a group's MAC address like "
          "01:00:5e:00:00:05 (this is a station's: its first octet is even)"},
      Row{"1", "  num-grat-arp: 256\n",
          "4:17: error: num-grat-arp is '256'; expected a whole number from 0 to 255"},
      Row{"2", "  hash: [l2, l5]\n",
          "4:9: error: hash is a list; expected l2, src-mac, dst-mac, src-ip, dst-ip, l3, l2+3, l3+4, "
          "l2+3+4, vlan+src-mac, encap2+3 or encap3+4, or layers as a list like [l2, l3, l4]"},
      Row{"5", "  tlb-dynamic-lb: 2\n", "4:19: error: tlb-dynamic-lb is '2'; expected true or false"}));
}

TEST_CASE("Words of Linux and lagg are answered in ours", "[config][mode]") {
  struct Word {
    std::string_view word;
    std::string_view ours;
  };
  const Word row = GENERATE(
      Word{"arp_interval", "arp-interval"}, Word{"arp_ip_target", "arp-ip-target"},
      Word{"fail_over_mac", "fail-over-mac"}, Word{"xmit_hash_policy", "hash"}, Word{"lagghash", "hash"},
      Word{"laggproto", "mode"}, Word{"all_slaves_active", "all-members-active"},
      Word{"packets_per_slave", "packets-per-member"}, Word{"lacp_rate", "lacp: { rate: ... }"},
      Word{"ad_actor_sys_prio", "lacp: { system-priority: ... }"}, Word{"lacp_strict", "lacp-strict"},
      Word{"num_grat_arp", "num-grat-arp"}, Word{"mimon", "miimon"}, Word{"use_flowid", "nic-hash"},
      Word{"net.link.lagg.failover_rx_all", "all-members-active"},
      Word{"coupled_control", "lacp: { mux: ... }"}, Word{"lacp_fast_timeout", "lacp: { rate: ... }"},
      Word{"lacp_active", "lacp: { activity: ... }"}, Word{"rr_limit", "packets-per-member"});
  const auto lines =
      mistakes("lags:\n- name: l\n  members: [{ dev: net_a }]\n  " + std::string{row.word} + ": 1\n");
  CAPTURE(row.word, lines);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == "f:4:3: error: unknown key '" + std::string{row.word} + "'; did you mean '" +
                        std::string{row.ours} + "'?");
  CHECK(mistakes("lags:\n- name: l\n  slaves: [{ dev: net_a }]\n") ==
        std::vector<std::string>{"f:3:3: error: unknown key 'slaves'; did you mean 'members'?"});
}

}  // namespace
}  // namespace lagoon::config::mode_mistakes_test
