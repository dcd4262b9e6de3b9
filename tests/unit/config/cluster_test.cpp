// Rules of LAGs that two boxes have, and of uplinks.
#include <string>

#include "config/command/command.hpp"
#include "config/file/yaml_reader.hpp"
#include "printed.hpp"
#include "support/catch.hpp"

namespace config_cluster_test {

using namespace lagoon;
using namespace lagoon::config;

namespace {

std::string two_lags(const std::string& a, const std::string& b) {
  return "lags: [{ name: a, members: [{ dev: net_a }], uplinks: [" + a +
         "] }, { name: b, members: [{ dev: net_b }], uplinks: [" + b + "] }]";
}

bool says(const std::string& text, const std::string& words) {
  const auto config = parse_config(text);
  if (config) return false;
  for (const Diagnostic& diagnostic : config.error().items())
    if (diagnostic.message.find(words) != std::string::npos) return true;
  return false;
}

const std::string kCluster =
    "cluster: { domain: d, node: a, nodes: { a: 1, b: 2 }, etcd: { endpoints: [http://h:1] } }\n";

std::string shared(const std::string& lag, const std::string& port = "dev: net_p") {
  return kCluster + "ports: [{ name: p, " + port + " }]\nlags: [{ name: a, members: [{ dev: net_a }], " +
         lag + " }]\nforward: [[p, a]]";
}

const std::string kIdentity = "lacp: { system-id: 02:4c:00:00:00:01, key: 1 }";

}  // namespace

TEST_CASE("LAGs that wait for each other as uplinks are refused", "[config][cluster]") {
  CHECK(parse_config(two_lags("b", "")));
  CHECK(says(two_lags("b", "a"), "neither would ever begin"));
  CHECK(says(two_lags("a", ""), "is its own uplink"));
  CHECK(says(two_lags("c", ""), "no port or LAG is named 'c'"));
}

TEST_CASE("Where both boxes carry, a port with a network behind it has to be independent",
          "[config][cluster]") {
  const std::string both = kIdentity + ", multichassis: { mode: independent }";
  CHECK(says(shared(both), "frames go round"));
  CHECK(parse_config(shared(both, "dev: net_p, independent: true")));
  CHECK(parse_config(shared(both, "tap: t0")));
  CHECK(parse_config(shared(kIdentity + ", multichassis: { mode: standby }")));
}

TEST_CASE("A LAG of two boxes says what both have to say alike, and changes none of it",
          "[config][cluster]") {
  CHECK(says(shared("multichassis: { mode: standby }"), "both need one System"));
  CHECK(
      says(shared(kIdentity + ", mode: balance-xor, multichassis: { mode: standby }"), "expected mode lacp"));
  auto config = parse_config(shared(kIdentity + ", multichassis: { mode: standby }"));
  REQUIRE(config);
  Lag& lag = config->lags.at(0);
  for (const auto& [key, value] : {std::pair{"lacp.key", "7"},
                                   {"lacp.system-priority", "1"},
                                   {"lacp.system-id", "02:4c:00:00:00:02"},
                                   {"multichassis.mode", "off"}}) {
    CAPTURE(key);
    const auto done = set_option(lag, key, value);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Errc::not_supported);
  }
  CHECK(set_option(lag, "lacp.rate", "slow"));
}

}  // namespace config_cluster_test
