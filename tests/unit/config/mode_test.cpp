// Modes: their names, and how their values arrive in the model.
#include <limits>

#include "config/file/yaml_reader.hpp"
#include "printed.hpp"
#include "support/catch.hpp"

namespace lagoon::config::mode_test {
namespace {

using control::Mode;

// Keys begin in line 4; the members are m0 and m1.
std::string lag_with(std::string_view mode, std::string_view keys) {
  return "lags:\n- name: l\n  mode: " + std::string{mode} + "\n" + std::string{keys} +
         "  members: [{ name: m0, dev: net_a }, { name: m1, dev: net_b }]\n";
}

Lag lag_of(std::string_view mode, std::string_view keys = "") {
  const std::string text = lag_with(mode, keys);
  CAPTURE(text, mistakes(text));
  auto config = parse_config(text);
  REQUIRE(config);
  return config->lags.at(0);
}

TEST_CASE("Every mode has the names and numbers that users know", "[config][mode]") {
  struct Row {
    std::string_view word;
    Mode mode;
  };
  const Row row = GENERATE(
      Row{"balance-rr", Mode::balance_rr}, Row{"0", Mode::balance_rr}, Row{"\"0\"", Mode::balance_rr},
      Row{"active-backup", Mode::active_backup}, Row{"1", Mode::active_backup},
      Row{"balance-xor", Mode::balance_xor}, Row{"2", Mode::balance_xor}, Row{"broadcast", Mode::broadcast},
      Row{"3", Mode::broadcast}, Row{"802.3ad", Mode::lacp}, Row{"lacp", Mode::lacp}, Row{"4", Mode::lacp},
      Row{"'4'", Mode::lacp}, Row{"balance-tlb", Mode::balance_tlb}, Row{"5", Mode::balance_tlb},
      Row{"balance-alb", Mode::balance_alb}, Row{"6", Mode::balance_alb}, Row{"failover", Mode::failover},
      Row{"loadbalance", Mode::loadbalance}, Row{"roundrobin", Mode::roundrobin});
  CAPTURE(row.word);
  CHECK(lag_of(row.word).options.mode == row.mode);
}

TEST_CASE("The presets of lagg's modes are what lagg does", "[config][mode]") {
  CHECK(lag_of("loadbalance").options.fast.hash.policy == dist::HashPolicy::l34);
  CHECK(lag_of("failover").options.active.reselect == failover::Reselect::always);
  CHECK(lag_of("failover").options.active.primary.empty());  // the order of members decides
  CHECK(lag_of("roundrobin").options.fast.packets_per_member == 1);
}

TEST_CASE("A hash policy is read under each name of its row", "[config][mode]") {
  for (const dist::HashPolicyRow& row : dist::kHashPolicies)
    for (const std::string_view word : {row.name, row.linux_name, row.linux_number}) {
      if (word.empty()) continue;
      CAPTURE(word);
      CHECK(lag_of("balance-xor", "  hash: " + std::string{word} + "\n").options.fast.hash.policy ==
            row.policy);
    }
}

TEST_CASE("A hash policy has our word, Linux's, or lagg's list of layers", "[config][mode]") {
  struct Row {
    std::string_view word;
    dist::HashPolicy policy;
  };
  using dist::HashPolicy;
  const Row row = GENERATE(
      Row{"src-ip", HashPolicy::src_ip}, Row{"layer2", HashPolicy::l2}, Row{"layer2+3", HashPolicy::l23},
      Row{"layer3+4", HashPolicy::l34}, Row{"encap2+3", HashPolicy::encap23},
      Row{"encap3+4", HashPolicy::encap34}, Row{"vlan+srcmac", HashPolicy::vlan_src_mac},
      Row{"0", HashPolicy::l2}, Row{"1", HashPolicy::l34}, Row{"2", HashPolicy::l23},
      Row{"3", HashPolicy::encap23}, Row{"'4'", HashPolicy::encap34}, Row{"5", HashPolicy::vlan_src_mac},
      Row{"[l2]", HashPolicy::l2}, Row{"[l3]", HashPolicy::l3}, Row{"[l4]", HashPolicy::l34},
      Row{"[l2, l3]", HashPolicy::l23}, Row{"[l3, l4]", HashPolicy::l34},
      Row{"[l2, l3, l4]", HashPolicy::l234}, Row{"\"l2,l3,l4\"", HashPolicy::l234},
      Row{"[l2, l4]", HashPolicy::l234}, Row{"l2,l3", HashPolicy::l23}, Row{"\"l3, l2\"", HashPolicy::l23});
  CAPTURE(row.word);
  CHECK(lag_of("balance-xor", "  hash: " + std::string{row.word} + "\n").options.fast.hash.policy ==
        row.policy);
}

TEST_CASE("Words with a number of Linux's are read by name and by number", "[config][mode]") {
  const std::size_t i = GENERATE(range(std::size_t{0}, std::size_t{7}));
  const std::string number = std::to_string(i);
  const std::string monitor = "  arp-interval: 1s\n  arp-ip-target: [10.0.0.1]\n  arp-validate: ";
  for (const std::string& word : {number, std::string{monitor::kValidateNames[i]}})
    CHECK(lag_of("1", monitor + word + "\n").options.targets.validate == static_cast<monitor::Validate>(i));
  if (i >= 3) return;
  for (const std::string& word : {number, std::string{failover::kReselectNames[i]}})
    CHECK(lag_of("1", "  primary-reselect: " + word + "\n").options.active.reselect ==
          static_cast<failover::Reselect>(i));
  for (const std::string& word : {number, std::string{failover::kFailOverMacNames[i]}})
    CHECK(lag_of("1", "  fail-over-mac: " + word + "\n").options.active.fail_over_mac ==
          static_cast<failover::FailOverMac>(i));
}

TEST_CASE("Every value of an active-backup LAG arrives in the model", "[config][mode]") {
  const auto config = parse_config(R"(
lags:
- name: l
  mode: active-backup
  primary: m1
  primary-reselect: better
  fail-over-mac: follow
  all-members-active: true
  num-grat-arp: 3
  num-unsol-na: 0
  peer-notif-delay: 200ms
  resend-igmp: 255
  announce: [10.0.0.1, "10.0.0.2@5", "2001:db8::1"]
  miimon: 100ms
  updelay: 1s
  downdelay: 0
  flap-damping: { flaps: 5, window: 60s, hold: 1s, hold-max: 8s }
  arp-interval: 250ms
  arp-ip-target: [10.0.0.9]
  ns-ip6-target: ["2001:db8::9@7"]
  arp-validate: filter-active
  arp-all-targets: all
  arp-missed-max: 4
  mac-from: m0
  addresses: [02:00:00:00:00:07]
  multicast: [01:00:5e:00:00:05, 33-33-00-00-00-05]
  vlans: [4094, 10-12, 1]
  promiscuous: false
  all-multicast: false
  members: [{ name: m0, dev: net_a, priority: -2147483648, state: drained },
            { name: m1, dev: net_b, priority: 2147483647, state: disabled }]
)");
  REQUIRE(config);
  const Lag& lag = config->lags[0];
  const control::LagOptions& options = lag.options;
  CHECK(options.active ==
        control::ActiveOptions{"m1", failover::Reselect::better, failover::FailOverMac::follow, true});
  CHECK(options.announce == failover::AnnounceOptions{3, 0, 200ms, 255});
  REQUIRE(options.announce_addresses.size() == 3);
  CHECK(to_string(options.announce_addresses[1]) == "10.0.0.2@5");
  CHECK((options.miimon == 100ms && options.debounce == failover::DebounceOptions{1s, 0s}));
  CHECK(options.damping == failover::DampingOptions{true, 5, 60s, 1s, 8s});
  REQUIRE(options.targets.targets.size() == 2);
  CHECK(to_string(options.targets.targets[0]) == "10.0.0.9");
  CHECK(to_string(options.targets.targets[1]) == "2001:db8::9@7");
  CHECK((options.targets.interval == 250ms && int{options.targets.missed_max} == 4));
  CHECK(options.targets.validate == monitor::Validate::filter_active);
  CHECK(options.targets.needed == monitor::TargetsNeeded::all);
  CHECK(lag.options.mac_from == "m0");
  CHECK((lag.options.port.addresses.size() == 1 && lag.options.port.multicast.size() == 2));
  CHECK(lag.options.port.vlans == std::vector<std::uint16_t>{1, 10, 11, 12, 4094});
  CHECK_FALSE((lag.options.port.promiscuous || lag.options.port.all_multicast));
  CHECK(lag.members[0].priority == std::numeric_limits<std::int32_t>::min());
  CHECK(lag.members[1].priority == std::numeric_limits<std::int32_t>::max());
  CHECK(lag.members[0].administration == control::Administration::drained);
  CHECK(lag.members[1].administration == control::Administration::disabled);
}

TEST_CASE("Values of the other modes arrive in the model", "[config][mode]") {
  CHECK(lag_of("0", "  packets-per-member: 65535\n").options.fast.packets_per_member == 65535);
  CHECK(lag_of("3", "  eliminate-duplicates: true\n").options.fast.eliminate_duplicates);
  const auto adaptive =
      lag_of("5", "  tlb-dynamic-lb: 0\n  lp-interval: 3s\n  spread-forwarded: true\n").options;
  CHECK_FALSE(adaptive.adaptive.load.dynamic);
  CHECK((adaptive.adaptive.learning_interval == 3s && adaptive.fast.spread_forwarded));
  CHECK(lag_of("lacp", "  lacp: { strict: false, fallback: single, fallback-delay: 9s }\n")
            .options.lacp_extras == control::LacpExtras{false, true, 9s});
  CHECK(lag_of("failover", "  failover-rx-all: true\n").options.active.all_members_active);
  CHECK(lag_of("lacp", "  arp-interval: 1s\n  arp-ip-target: [10.0.0.1]\n").options.targets.interval == 1s);
  CHECK(lag_of("6", "  flap-damping: on\n").options.damping.enabled);
  CHECK(lag_of("0", "  min-links: 2\n").options.lacp.min_links == 2);
}

}  // namespace
}  // namespace lagoon::config::mode_test
