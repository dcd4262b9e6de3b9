#include "config/command/command.hpp"

#include "config/file/yaml_reader.hpp"
#include "config/file/yaml_writer.hpp"
#include "support/catch.hpp"

namespace lagoon::config::command_test {
namespace {

Lag lag_of(std::string_view mode, std::string_view keys = "") {
  auto config =
      parse_config("lags:\n- name: lag0\n  mode: " + std::string{mode} +
                   "\n  members: [{ name: m0, dev: net_a }, { name: m1, dev: net_b }]\n" + std::string{keys});
  REQUIRE(config);
  return config->lags.at(0);
}

std::string written(const Lag& lag) {
  Config config;
  config.lags.push_back(lag);
  return to_yaml(config);
}

void check_equal(const Lag& a, const Lag& b) {
  CHECK(a.options == b.options);
  CHECK(a.options.random_seed == b.options.random_seed);
  CHECK(a.options.port == b.options.port);
}

TEST_CASE("A key that is set does what it does in a file", "[config][command]") {
  struct Row {
    std::string_view mode;
    std::string_view key;
    std::string_view value;
    std::string_view file;
  };
  const Row row = GENERATE(
      Row{"lacp", "hash", "layer2+3", "  hash: l2+3\n"},  //
      Row{"lacp", "hash", "[l2, l3, l4]", "  hash: l2+3+4\n"},
      Row{"lacp", "hash-seed", "5", "  hash-seed: 5\n"},  //
      Row{"lacp", "lacp.rate", "slow", "  lacp: { rate: slow }\n"},
      Row{"lacp", "lacp.partner-system", "02-00-00-00-00-0A",
          "  lacp: { partner-system: 02:00:00:00:00:0a }\n"},
      Row{"lacp", "lacp.partner-system", "100/02:00:00:00:00:01",
          "  lacp: { partner-system: \"100/02:00:00:00:00:01\" }\n"},
      Row{"lacp", "lacp.fallback", "single", "  lacp: { fallback: single }\n"},
      Row{"lacp", "lacp.strict", "false", "  lacp: { strict: false }\n"},
      Row{"lacp", "min-links", "2", "  min-links: 2\n"},  // min-links-up follows
      Row{"lacp", "flap-damping", "on", "  flap-damping: on\n"},
      Row{"lacp", "flap-damping.flaps", "7", "  flap-damping: { flaps: 7 }\n"},
      Row{"lacp", "flap-damping", "{ hold: 5s }", "  flap-damping: { hold: 5s }\n"},
      Row{"lacp", "miimon", "0", "  miimon: 0\n"},  //
      Row{"lacp", "traffic", "{ classes: [{ name: a, priority: 0, dscp: [ef] }, { name: b }], shape: true }",
          "  traffic: { shape: true, classes: [{ name: a, priority: 0, dscp: [46] }, { name: b }] }\n"},
      Row{"balance-rr", "traffic.classes", "[{ name: a }]", "  traffic: { classes: [{ name: a }] }\n"},
      Row{"lacp", "pause", "full", "  pause: full\n"}, Row{"lacp", "pfc", "[3, 4]", "  pfc: [3, 4]\n"},
      Row{"lacp", "updelay", "1.5s", "  updelay: 1500ms\n"}, Row{"lacp", "mtu", "9000", "  mtu: 9000\n"},
      Row{"lacp", "vlans", "[7, 10-12]", "  vlans: [7, 10, 11, 12]\n"},
      Row{"lacp", "multicast", "[\"01:00:5e:00:00:05\"]", "  multicast: [01-00-5e-00-00-05]\n"},
      Row{"balance-rr", "packets-per-member", "0", "  packets-per-member: 0\n"},
      Row{"1", "primary", "m1", "  primary: m1\n"},
      Row{"failover", "primary-reselect", "2", "  primary-reselect: failure\n"},
      Row{"failover", "failover-rx-all", "true", "  all-members-active: 1\n"},
      Row{"balance-alb", "announce", "[10.0.0.1, '2001:db8::1@5']",
          "  announce: ['10.0.0.1', '2001:db8:0::1@5']\n"},
      Row{"balance-tlb", "tlb-dynamic-lb", "0", "  tlb-dynamic-lb: false\n"});
  CAPTURE(row.mode, row.key, row.value);
  Lag lag = lag_of(row.mode);
  const Lag fresh = lag_of(row.mode, row.file);
  CHECK_FALSE(fresh.options == lag.options);
  const auto done = set_option(lag, row.key, row.value);
  CAPTURE(done ? "" : done.error().detail);
  REQUIRE(done.has_value());
  check_equal(lag, fresh);
}

TEST_CASE("partner-system is any System, one by its address, or one by priority and address",
          "[config][command]") {
  struct Row {
    std::string_view text;
    std::optional<lacp::PartnerSystem> partner;
    std::string_view written;
  };
  constexpr MacAddress kOne{{2, 0, 0, 0, 0, 1}};
  Lag lag = lag_of("lacp");
  const std::string before = written(lag);
  for (const Row& row :
       {Row{"02:00:00:00:00:01", lacp::PartnerSystem{kOne, {}}, "\"02:00:00:00:00:01\""},
        Row{"0/02:00:00:00:00:01", lacp::PartnerSystem{kOne, 0}, "\"0/02:00:00:00:00:01\""},
        Row{"65535/02-00-00-00-00-01", lacp::PartnerSystem{kOne, 65535}, "\"65535/02:00:00:00:00:01\""},
        Row{"any", std::nullopt, ""}}) {
    CAPTURE(row.text);
    REQUIRE(set_option(lag, "lacp.partner-system", row.text));
    CHECK(lag.options.lacp.partner_system == row.partner);
    if (row.partner)
      CHECK(written(lag).find("partner-system: " + std::string{row.written}) != std::string::npos);
    else
      CHECK(written(lag) == before);
  }
}

TEST_CASE("Values that belong together are set one after another", "[config][command]") {
  Lag lag = lag_of("active-backup");
  REQUIRE(set_option(lag, "arp-ip-target", "[10.0.0.1]"));
  REQUIRE(set_option(lag, "ns-ip6-target", "[\"2001:db8::1\"]"));
  REQUIRE(set_option(lag, "arp-interval", "100ms"));
  REQUIRE(set_option(lag, "arp-ip-target", "[10.0.0.2, 10.0.0.3@5]"));  // IPv6 stays
  check_equal(lag, lag_of("active-backup",
                          "  arp-interval: 100ms\n  arp-ip-target: [10.0.0.2, 10.0.0.3@5]\n"
                          "  ns-ip6-target: ['2001:db8::1']\n"));
  REQUIRE(set_option(lag, "arp-ip-target", "[]"));
  CHECK_FALSE(set_option(lag, "ns-ip6-target", "[]"));  // nobody would be asked
  REQUIRE(set_option(lag, "arp-interval", "0"));
  REQUIRE(set_option(lag, "ns-ip6-target", "[]"));
  REQUIRE(set_option(lag, "flap-damping.hold", "3s"));
  REQUIRE(set_option(lag, "flap-damping.flaps", "9"));  // hold stays
  check_equal(lag, lag_of("active-backup", "  flap-damping: { hold: 3s, flaps: 9 }\n"));
  REQUIRE(set_option(lag, "traffic", "{ classes: [{ name: a }, { name: b }], default: a }"));
  REQUIRE(set_option(lag, "traffic.shape", "true"));                 // classes and default stay
  CHECK_FALSE(set_option(lag, "traffic.classes", "[{ name: b }]"));  // there would be no default
  check_equal(lag, lag_of("active-backup",
                          "  flap-damping: { hold: 3s, flaps: 9 }\n"
                          "  traffic: { classes: [{ name: a }, { name: b }], default: a, shape: true }\n"));
  REQUIRE(set_option(lag, "traffic", "{ classes: [{ name: b }] }"));  // all of it is said
  CHECK(lag.options.traffic == qos::TrafficOptions{.classes = {{.name = "b"}}});
  REQUIRE(set_option(lag, "traffic", "off"));
  REQUIRE(set_option(lag, "flap-damping", "off"));
  check_equal(lag, lag_of("active-backup"));
}

TEST_CASE("A key that can't be set changes nothing and says what would be right", "[config][command]") {
  struct Row {
    std::string_view mode;
    std::string_view key;
    std::string_view value;
    Errc code;
    std::string_view detail;
  };
  const Row row = GENERATE(
      Row{"lacp", "arp_interval", "1s", Errc::no_such_thing,
          "unknown key 'arp_interval'; did you mean 'arp-interval'?"},
      Row{"lacp", "lacp_rate", "slow", Errc::no_such_thing,
          "unknown key 'lacp_rate'; did you mean 'lacp.rate'?"},
      Row{"lacp", "rate", "slow", Errc::no_such_thing, "unknown key 'rate'; did you mean 'lacp.rate'?"},
      Row{"lacp", "lacp.rat", "slow", Errc::no_such_thing,
          "unknown key 'lacp.rat'; did you mean 'lacp.rate'?"},
      Row{"lacp", "hash.seed", "5", Errc::no_such_thing, "hash has no keys of its own"},
      Row{"lacp", "", "5", Errc::no_such_thing, "unknown key ''; known here: name, mode,"},
      Row{"lacp", "mode", "1", Errc::not_supported,
          "mode can't be changed while the LAG runs; change the file and start anew"},
      Row{"lacp", "mac", "auto", Errc::not_supported, "mac can't be changed"},
      Row{"lacp", "members", "[]", Errc::not_supported,
          "members can't be changed while the LAG runs; add and remove members instead"},
      Row{"lacp", "lacp", "{ rate: slow }", Errc::invalid_argument,
          "lacp is a map; set one of its keys, like lacp.rate: activity, rate,"},
      Row{"lacp", "lacp.rate", "slwo", Errc::invalid_argument,
          "rate is 'slwo'; expected fast or slow (did you mean 'slow'?)"},
      Row{"lacp", "lacp.rate", "", Errc::invalid_argument, "rate is empty; expected fast or slow"},
      Row{"lacp", "miimon", "100", Errc::invalid_argument,
          "miimon is '100'; expected 0 (off), or a time from 1ms to 60s, like 2s or 500ms (the unit is "
          "missing)"},
      Row{"lacp", "hash", "[l2", Errc::invalid_argument, "'[l2' is not valid YAML here"},
      Row{"lacp", "min-links", "3", Errc::invalid_argument,
          "min-links is 3, but the LAG has 2 members; it would never come up"},
      Row{"lacp", "primary", "m0", Errc::invalid_argument,
          "primary has no effect in mode lacp; it is for mode active-backup, balance-tlb, balance-alb or "
          "failover"},
      Row{"failover", "primary", "m2", Errc::invalid_argument,
          "primary is 'm2', but no member of the LAG has that name; did you mean 'm0'?"},
      Row{"failover", "arp-interval", "1s", Errc::invalid_argument, "arp-interval asks nobody; give at"},
      Row{"failover", "flap-damping.hold", "2m", Errc::invalid_argument, "hold is '2m'; expected a time"},
      Row{"failover", "flap-damping.hold", "61s", Errc::invalid_argument,
          "hold is longer than hold-max; expected at most that"});
  CAPTURE(row.mode, row.key, row.value);
  Lag lag = lag_of(row.mode);
  const Lag before = lag;
  const auto done = set_option(lag, row.key, row.value);
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == row.code);
  CAPTURE(done.error().detail);
  CHECK(done.error().detail.starts_with(row.detail));
  check_equal(lag, before);
}

TEST_CASE("What was wrong before a command does not hinder it", "[config][command]") {
  Lag lag = lag_of("active-backup", "  primary: m1\n  min-links: 2\n");
  lag.members.pop_back();
  CHECK(set_option(lag, "num-grat-arp", "3").has_value());
  CHECK(lag.options.announce.num_grat_arp == 3);
  lag.members.clear();
  CHECK(set_option(lag, "num-grat-arp", "4").has_value());
  CHECK_FALSE(set_option(lag, "max-links", "1").has_value());  // this is wrong anew
}

TEST_CASE("Actions are read from a word and its argument", "[config][command]") {
  const auto added =
      parse_action("add", "{ dev: \"net_af_packet9,iface=eth9\", priority: -5, state: drained }");
  REQUIRE(added.has_value());
  const Member& member = std::get<AddMember>(*added).member;
  CHECK(member.name == "net_af_packet9");
  CHECK(member.priority == -5);
  CHECK(member.administration == control::Administration::drained);
  const auto word = parse_action("add", " net_af_packet9,iface=eth9 ");
  const auto map = parse_action("add", "{ dev: \"net_af_packet9,iface=eth9\" }");
  REQUIRE(word.has_value());
  CHECK(std::get<AddMember>(*word).member.name == "net_af_packet9");
  CHECK(std::get<AddMember>(*word).member == std::get<AddMember>(map.value()).member);
  CHECK(std::get<AddMember>(parse_action("add", "0000:3b:00.0").value()).member.name == "0000:3b:00.0");
  CHECK(std::get<RemoveMember>(parse_action("remove", " 0000:3b:00.0 ").value()).member == "0000:3b:00.0");
  CHECK(std::get<EnableMember>(parse_action("enable", "m").value()).member == "m");
  CHECK(std::get<DisableMember>(parse_action("disable", "m").value()).member == "m");
  CHECK(std::get<DrainMember>(parse_action("drain", "m").value()).member == "m");
  CHECK(std::get<ActivateMember>(parse_action("activate", "m").value()).member == "m");
  CHECK(std::get<WeighMember>(parse_action("weight", "m 20").value()).weight == 20);
  CHECK(std::get<WeighMember>(parse_action("weight", "m 20").value()).member == "m");
  CHECK_FALSE(std::get<WeighMember>(parse_action("weight", "m auto").value()).weight.has_value());
  const MoveBuckets some = std::get<MoveBuckets>(parse_action("move", " 7-9 of a  to b ").value());
  CHECK(some.first == 7);
  CHECK(some.last == 9);
  CHECK(some.of == "a");
  CHECK(some.to == "b");
  const MoveBuckets all = std::get<MoveBuckets>(parse_action("move", "all to any").value());
  CHECK(all.first == 0);
  CHECK(all.last == 4095);
  CHECK(all.of.empty());
  CHECK(all.to.empty());
  const SetOption set = std::get<SetOption>(parse_action("set", "ns-ip6-target: [\"::1\"]").value());
  CHECK(set.key == "ns-ip6-target");
  CHECK(set.value == "[\"::1\"]");
}

TEST_CASE("An action that can't be read says what would be right", "[config][command]") {
  struct Row {
    std::string_view verb;
    std::string_view argument;
    std::string_view detail;
  };
  const Row row =
      GENERATE(Row{"ad", "m", "unknown action 'ad'; did you mean 'add'?"},
               Row{"fly", "m",
                   "unknown action 'fly'; expected add, remove, enable, disable, drain, activate, weight, "
                   "move or set"},
               Row{"drain", " ", "drain needs the name of a member, like drain net_af_packet1"},
               Row{"drain", "a b", "drain takes the name of one member, not 'a b'"},
               Row{"add", "[net_a]", "add takes what stands in a file, like add { dev: "},
               Row{"add", "", "add takes what stands in a file, like add { dev: "},
               Row{"add", "eth0", "dev is 'eth0'; expected a DPDK device"},
               Row{"add", "{ dev: eth0 }", "dev is 'eth0'; expected a DPDK device"},
               Row{"add", "{ dev: net_a, prio: 5 }", "unknown key 'prio'; did you mean 'priority'?"},
               Row{"add", "{ dev: net_a", "'{ dev: net_a' is not valid YAML here"},
               Row{"weight", "m", "weight needs the name of a member and a weight"},
               Row{"weight", "m 0", "the weight is '0'; expected auto, or a whole number from 1 to 1000000"},
               Row{"move", "5 net_a", "move takes buckets and where to, like move 17 to net_af_packet1"},
               Row{"move", "5 from a to b", "move takes buckets and where to"},
               Row{"move", "4096 to a",
                   "the buckets are '4096'; expected a number from 0 to 4095, two like 0-99, or all"},
               Row{"move", "9-5 to a", "the buckets are '9-5'; expected"},
               Row{"move", "5- to a", "the buckets are '5-'; expected"},
               Row{"set", "hash l3", "set takes a key and a value, like set hash: l3+4"},
               Row{"set", ": 5", "set takes a key and a value"});
  CAPTURE(row.verb, row.argument);
  const auto action = parse_action(row.verb, row.argument);
  REQUIRE_FALSE(action.has_value());
  CHECK(action.error().code == Errc::invalid_argument);
  CAPTURE(action.error().detail);
  CHECK(action.error().detail.starts_with(row.detail));
}

}  // namespace
}  // namespace lagoon::config::command_test
