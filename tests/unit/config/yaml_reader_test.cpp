#include "config/file/yaml_reader.hpp"

#include "printed.hpp"
#include "support/catch.hpp"

namespace lagoon::config::yaml_reader_test {
namespace {

TEST_CASE("Every value of a LAG arrives in the model", "[config]") {
  const auto config = parse_config(R"(
eal: { lcores: [3, 1, 2], huge: false, prefix: x, memory: 2G, idle: relax, args: ["--log-level=8"] }
ports:
  - { name: tap0, tap: t0 }
  - { name: wire0, wire: w }
lags:
  - name: lag0
    mode: 802.3ad
    lacp: { activity: passive, rate: slow, system-priority: 0, system-id: 02-00-00-00-00-09, key: 0x11,
            mux: coupled, select: port-priority, aggregate-wait: 1.5s, partner-settle: 0s }
    move-hold: 20ms
    failover-hold: 0s
    hash: encap3+4
    hash-seed: 7
    hash-symmetric: true
    nic-hash: true
    min-links: 1
    min-links-up: 2
    max-links: 2
    mac: 02:00:00:00:00:01
    mtu: 1502
    members:
      - { name: m0, dev: "0000:3b:00.0,a=b", speed: 2.5G,
          lacp: { port-priority: 1, port-number: 65535, aggregatable: false } }
      - { wire: w }
forward: [[tap0, lag0]]
)");
  REQUIRE(config);
  CHECK(config->eal.lcores == std::vector<std::uint32_t>{3, 1, 2});
  CHECK_FALSE(config->eal.huge);
  CHECK(config->eal.prefix == "x");
  CHECK(config->eal.memory_mb == 2048);
  CHECK(config->eal.idle == Idle::relax);
  CHECK(config->eal.extra == std::vector<std::string>{"--log-level=8"});
  REQUIRE(config->ports.size() == 2);
  CHECK(std::get<TapPort>(config->ports[0].source).interface == "t0");
  CHECK(std::get<WirePort>(config->ports[1].source).wire == "w");

  REQUIRE(config->lags.size() == 1);
  const Lag& lag = config->lags[0];
  CHECK(lag.options.lacp.activity == lacp::Activity::passive);
  CHECK(lag.options.lacp.rate == lacp::Rate::slow);
  CHECK(lag.options.lacp.system_priority == 0);
  CHECK(to_string(lag.options.lacp.system) == "02:00:00:00:00:09");
  CHECK(lag.options.lacp.key == 0x11);
  CHECK(lag.options.lacp.mux == lacp::MuxControl::coupled);
  CHECK(lag.options.lacp.select == lacp::SelectPolicy::port_priority);
  CHECK(lag.options.lacp.aggregate_wait == 1500ms);
  CHECK((lag.options.lacp.partner_settle == 0s && lag.options.move.planned == 20ms &&
         lag.options.move.failover == 0s));
  CHECK(lag.options.fast.hash == dist::FlowHashSettings{dist::HashPolicy::encap34, 7, true, true});
  CHECK_FALSE(lag.options.random_seed);
  CHECK(int{lag.options.lacp.min_links} == 1);
  CHECK(int{lag.options.lacp.min_links_up} == 2);
  CHECK(int{lag.options.lacp.max_links} == 2);
  CHECK(to_string(lag.options.mac.value()) == "02:00:00:00:00:01");
  CHECK(lag.options.port.mtu == 1502);
  REQUIRE(lag.members.size() == 2);
  CHECK(lag.members[0].name == "m0");
  CHECK(std::get<DevicePort>(lag.members[0].source).devargs == "0000:3b:00.0,a=b");
  CHECK(lag.members[0].speed == mbps(2500));
  CHECK(lag.members[0].port_priority == 1);
  CHECK(lag.members[0].port_number == 65535);
  CHECK_FALSE(lag.members[0].aggregatable);
  CHECK(lag.members[1].name == "w");
  REQUIRE(config->forward.size() == 1);
  CHECK(config->forward[0].a == "tap0");
  CHECK(config->forward[0].b == "lag0");
}

TEST_CASE("What is not said has the model's default", "[config]") {
  const auto config = parse_config(
      "lags: [{ name: a, min-links: 2, members: [{ dev: net_a }, { dev: 'net_b,x=1' }] },"
      " { name: b, members: [{ dev: net_c }] }]");
  REQUIRE(config);
  const Lag& lag = config->lags[0];
  CHECK(lag.options.random_seed);
  CHECK_FALSE(lag.options.lacp.key.has_value());
  CHECK(lag.options.lacp.system.is_zero());
  CHECK_FALSE(lag.options.mac.has_value());
  CHECK(lag.members[1].name == "net_b");
  CHECK_FALSE(lag.members[1].port_number.has_value());
  CHECK(int{lag.options.lacp.min_links_up} == 2);  // as min-links
  CHECK(config->lags[1].options.lacp.lag_number == 1);
}

TEST_CASE("An alias repeats a value and its mistakes are reported once", "[config]") {
  const auto config = parse_config(
      "lags: [{ name: a, members: [{ dev: net_a, lacp: &l { port-priority: 5 } },"
      " { dev: net_b, lacp: *l }] }]");
  REQUIRE(config);
  CHECK(config->lags[0].members[1].port_priority == 5);
  CHECK(mistakes("lags: [{ name: a, members: [{ dev: net_a, lacp: &l { port-priority: x } },"
                 " { dev: net_b, lacp: *l }] }]")
            .size() == 1);
}

TEST_CASE("Text that is not one YAML map is one error in its place", "[config]") {
  struct Row {
    std::string_view text;
    std::string_view expected;
  };
  const Row row = GENERATE(
      Row{"", "f:1:1: error: the file is empty; expected at least"},
      Row{"# only a comment\n", "f:1:1: error: the file is empty; expected at least"},
      Row{"~\n", "f:1:1: error: the file is empty; expected at least"},
      Row{"\n- a\n",
          "f:2:1: error: the file is a list; expected a map of keys and values (eal, metrics, journal, "
          "shutdown-timeout, stall-after, stall-fatal, user, keep-capabilities, cluster, ports, lags, "
          "forward)"},
      Row{"just words\n", "f:1:1: error: the file is 'just words'; expected a map"},
      Row{"lags: [{ name: a }\nports: []\n",
          "f:2:1: error: not valid YAML here: end of sequence flow not found"},
      Row{"lags: a: b\n", "f:1:8: error: not valid YAML here: illegal map value"},
      Row{"lags: *none\n", "f:1:7: error: not valid YAML here: the referenced anchor is not defined"},
      Row{"lags: &a [*a]\n", "f:1:11: error: not valid YAML here: an alias stands within what it names"},
      Row{"lags: !!map {}\n", "f:1:7: error: not valid YAML here: a tag"},
      Row{"lags: !x []\n", "f:1:7: error: not valid YAML here: a tag (!x) has no meaning here; leave it out"},
      Row{"a: 1\n---\nb: 2\n", "f:2:1: error: not valid YAML here: a second document begins"});
  const auto lines = mistakes(row.text);
  CAPTURE(row.text, lines);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with(row.expected));
}

TEST_CASE("Deep, huge and exploding input is refused", "[config]") {
  CHECK(mistakes(std::string(100'000, '[')).size() == 1);
  CHECK(mistakes("a: " + std::string(100, '[') + std::string(100, ']'))[0].find("too deep") !=
        std::string::npos);
  CHECK(mistakes(std::string(kTextMax + 1, ' '))[0] ==
        "f: error: the file is too large; at most 256 KiB are read");
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 0; j < 9; ++j) laughs += ", " + last;
    laughs += "]\n";
  }
  CHECK(mistakes(laughs)[0].find("the file is too large") != std::string::npos);
  std::string copies = "a: &a [";
  for (int i = 0; i < 1000; ++i) copies += "x, ";
  copies += "]\nb: [";
  for (int i = 0; i < 100; ++i) copies += "*a, ";
  CHECK(mistakes(copies + "]\n")[0].find("the file is too large") != std::string::npos);
}

TEST_CASE("A flood of mistakes is cut off with a count", "[config]") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "key" + std::to_string(i) + ": 1\n";
  const auto lines = mistakes(text);
  REQUIRE(lines.size() == Diagnostics::kKept + 1);
  CHECK(lines.back() == "f: error: and 801 more; correct these first");  // 1000, and lags is missing
}

TEST_CASE("Text of the file is shown without control characters and cut", "[config]") {
  const auto lines = mistakes("\"\\e[31m" + std::string(100, 'x') +
                              "\": 1\nlags: [{ name: a, members: [{ dev: net_a }] }]\n");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("f:1:1: error: unknown key '?[31m" + std::string(43, 'x') +
                             "...'; known here: eal,"));
}

TEST_CASE("A file that can't be read is an error without a place", "[config]") {
  for (const char* path : {"/nonexistent/lagoon.yaml", "/"}) {
    const auto config = read_config_file(path);
    REQUIRE_FALSE(config);
    REQUIRE(config.error().items().size() == 1);
    CHECK_FALSE(config.error().items()[0].at.has_value());
  }
}

}  // namespace
}  // namespace lagoon::config::yaml_reader_test
