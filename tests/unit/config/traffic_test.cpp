#include <algorithm>

#include "config/file/yaml_reader.hpp"
#include "printed.hpp"
#include "qos/traffic_policy.hpp"
#include "support/catch.hpp"

namespace lagoon::config::traffic_test {
namespace {

using enum qos::ColourAction::Kind;

std::string file_with(std::string_view keys) {
  return "lags:\n- name: lag0\n  members: [{ dev: net_a }]\n  " + std::string{keys} + "\n";
}

Lag lag_with(std::string_view keys) {
  auto config = parse_config(file_with(keys));
  REQUIRE(config);
  return config->lags.at(0);
}

qos::Prefix prefix(const char* address, std::uint8_t length) {
  return {parse_ip_address(address).value(), length};
}

TEST_CASE("Classes, rate limits and matches are read", "[config][traffic]") {
  const qos::TrafficOptions traffic =
      lag_with(
          "traffic: { default: bulk, shape: true, burst: 16K,\n"
          "    classes: [{ name: voice, priority: 0, limit: 50, pcp: [5, 6], dscp: [ef, 44, af41],\n"
          "        rate: { cir: 100M, cbs: 3000, ebs: 2K, yellow: af12, red: 0 } },\n"
          "      { name: video, priority: 1, limit-octets: 1M,\n"
          "        rate: { cir: 1G, pir: 2.5G, pbs: 2M, green: pass, yellow: drop } },\n"
          "      { name: bulk, weight: 3 }],\n"
          "    match: [{ proto: udp, dst-port: 5060-5061, class: voice },\n"
          "      { ether-type: 0x88cc, vlan: 7, class: bulk },\n"
          "      { src: 10.0.0.0/8, dst: 10.1.2.3, src-port: 9, proto: 6, class: bulk },\n"
          "      { ether-type: ipv6, src: '2001:db8::/32', class: video }] }")
          .options.traffic;
  const qos::TrafficOptions expected{
      .classes = {{.name = "voice",
                   .priority = 0,
                   .limit = 50,
                   .rate = qos::RateLimit{.cir = mbps(100),
                                          .cbs = 3000,
                                          .ebs = 2048,
                                          .action = {{{}, {mark, 12}, {mark, 0}}}},
                   .pcp = {5, 6},
                   .dscp = {46, 44, 34}},
                  {.name = "video",
                   .priority = 1,
                   .limit_octets = 1024 * 1024,
                   .rate = qos::RateLimit{.cir = mbps(1000),
                                          .pir = mbps(2500),
                                          .pbs = 2 * 1024 * 1024,
                                          .action = {{{}, {drop, 0}, {drop, 0}}}}},
                  {.name = "bulk", .weight = 3}},
      .default_class = "bulk",
      .match = {{.protocol = 17, .destination_port = qos::PortRange{5060, 5061}, .class_name = "voice"},
                {.ether_type = 0x88cc, .vlan = 7, .class_name = "bulk"},
                {.protocol = 6,
                 .source = prefix("10.0.0.0", 8),
                 .destination = prefix("10.1.2.3", 32),
                 .source_port = qos::PortRange{9, 9},
                 .class_name = "bulk"},
                {.ether_type = 0x86dd, .source = prefix("2001:db8::", 32), .class_name = "video"}},
      .shape = true,
      .burst = 16 * 1024};
  CHECK(traffic == expected);
  CHECK(qos::TrafficPolicy::from(traffic).has_value());
}

TEST_CASE("Without the section, and with off, there are no classes and ports keep their pauses",
          "[config][traffic]") {
  for (const char* keys : {"hash: l3", "traffic: off", "traffic: {}"}) {
    const Lag lag = lag_with(keys);
    CHECK(lag.options.traffic == qos::TrafficOptions{});
    CHECK_FALSE(lag.options.port.pause);
    CHECK(lag.options.port.pfc.empty());
  }
  CHECK(lag_with("pause: rx").options.port.pause == control::Pause::receive);
  CHECK(lag_with("pause: tx").options.port.pause == control::Pause::transmit);
  CHECK(lag_with("pause: off").options.port.pause == control::Pause::off);
  CHECK(lag_with("pfc: [3, 0]").options.port.pfc == std::vector<std::uint8_t>{3, 0});
}

TEST_CASE("A mistake in the section is named with its place and what would be right", "[config][traffic]") {
  struct Row {
    std::string_view keys;
    std::string_view message;  // from the third line on
  };
  const Row row = GENERATE(
      Row{"traffic: on",
          "4:12: error: traffic is 'on'; expected off, or a map of classes, default, match, shape, burst"},
      Row{"traffic: { shape: true }",
          "4:12: error: traffic has no classes; give at least one: classes: [{ name: bulk }]"},
      Row{"traffic: { classes: [{ priority: 0 }] }",
          "4:24: error: missing key 'name'; write for example name: voice"},
      Row{"traffic: { classes: [{ name: a, prio: 0 }] }",
          "4:35: error: unknown key 'prio'; did you mean 'priority'?"},
      Row{"traffic: { classes: [{ name: a, priority: 8 }] }",
          "4:45: error: priority is '8'; expected a whole number from 0 to 7"},
      Row{"traffic: { classes: [{ name: a, weight: 0 }] }",
          "4:43: error: weight is '0'; expected a whole number from 1 to 255"},
      Row{"traffic: { classes: [{ name: a, dscp: [eg] }] }",
          "4:42: error: dscp[0] is 'eg'; expected a DSCP from 0 to 63, or its name like ef, af11 or cs6"},
      Row{"traffic: { classes: [{ name: a, dscp: [ef] }, { name: b, dscp: [46] }] }",
          "4:66: error: dscp 46 is of class 'a' already; it can be of one class only"},
      Row{"traffic: { classes: [{ name: a }, { name: a }] }",
          "4:45: error: class 'a' is there twice; expected another name"},
      Row{"traffic: { classes: [{ name: a }], default: b }",
          "4:47: error: default is 'b', but there is no such class; expected one of: a"},
      Row{"traffic: { classes: [{ name: a, rate: { cbs: 9K } }] }",
          "4:41: error: missing key 'cir'; write for example cir: 100M"},
      Row{"traffic: { classes: [{ name: a, rate: { cir: 1G, cbs: 1K } }] }",
          "4:57: error: cbs is '1K'; expected a number of octets from 1522 to 1073741824, like 64K"},
      Row{"traffic: { classes: [{ name: a, rate: { cir: 1G, pir: 500M } }] }",
          "4:57: error: pir is below cir; expected at least that"},
      Row{"traffic: { classes: [{ name: a, rate: { cir: 1G, red: no } }] }",
          "4:57: error: red is 'no'; expected pass, drop, or a DSCP to mark with: 0 to 63, or its name like "
          "af12"},
      Row{"traffic: { classes: [{ name: a }], match: [{ vlan: 7 }] }",
          "4:46: error: missing key 'class'; write for example class: voice"},
      Row{"traffic: { classes: [{ name: a }], match: [{ class: a }] }",
          "4:46: error: this matches every frame; say what default does with it"},
      Row{"traffic: { classes: [{ name: a }], match: [{ class: a, src: 10.0.0.0/33 }] }",
          "4:63: error: src is '10.0.0.0/33'; expected an address or a prefix like 10.0.0.0/8 (the length is "
          "0 to 32)"},
      Row{"traffic: { classes: [{ name: a }], match: [{ class: a, dst-port: 9-8 }] }",
          "4:68: error: dst-port is '9-8'; expected a port from 0 to 65535, or a range like 5060-5061 (the "
          "first of a range is the smaller one)"},
      Row{"traffic: { classes: [{ name: a }], match: [{ class: a, proto: tpc }] }",
          "4:65: error: proto is 'tpc'; expected tcp, udp, icmp, icmpv6, sctp, gre, esp or a protocol number "
          "from 0 to 255"},
      Row{"pause: both", "4:10: error: pause is 'both'; expected auto, or off, rx, tx or full"},
      Row{"pause: rx\n  pfc: [3]", "5:8: error: pfc pauses some priorities and pause all of them; keep one"},
      Row{"pfc: [8]", "4:9: error: pfc[0] is '8'; expected a whole number from 0 to 7"});
  const std::vector<std::string> lines = mistakes(file_with(row.keys));
  CAPTURE(row.keys, lines);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("f:" + std::string{row.message}));
}

}  // namespace
}  // namespace lagoon::config::traffic_test
