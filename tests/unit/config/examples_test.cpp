#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "config/file/yaml_reader.hpp"
#include "config/plan/check.hpp"
#include "support/catch.hpp"

namespace lagoon::config::examples_test {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// "lags[0].members[1].name" -> "lags[].members[].name".
std::string without_numbers(std::string path) {
  for (std::size_t at = path.find('['); at != std::string::npos; at = path.find('[', at + 1))
    path.erase(at + 1, path.find(']', at) - at - 1);
  return path;
}

TEST_CASE("Every example of config/ passes the check and has a plan", "[config][examples]") {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{LAGOON_CONFIG_DIR}) {
    if (entry.path().extension() != ".yaml") continue;
    names.insert(entry.path().stem());
    std::ostringstream out;
    std::ostringstream err;
    CAPTURE(entry.path());
    CHECK(check_config_file(entry.path().c_str(), out, err) == 0);
    CHECK(err.str() == "");
    CHECK(out.str().starts_with("1. EAL: lcores "));
  }
  for (const char* name :
       {"minimal", "reference", "lacp-2x100g", "demo-like", "back-to-back", "active-backup", "balance-rr",
        "balance-xor", "broadcast", "balance-tlb", "balance-alb", "failover", "arp-monitor", "host-access",
        "unequal-links", "rebalance", "traffic-classes"}) {
    CAPTURE(name);
    CHECK(names.contains(name));
  }
}

TEST_CASE("config/reference.yaml has every key that the reader knows", "[config][examples]") {
  const Reading reading = read_config(text_of(std::filesystem::path{LAGOON_CONFIG_DIR} / "reference.yaml"));
  REQUIRE(reading.diagnostics.empty());
  std::set<std::string> shown;
  for (const auto& [path, at] : reading.source.places()) shown.insert(without_numbers(path));
  for (const Section& section : schema())
    for (const std::string_view key : section.keys) {
      const std::string path = key_path(section.path, key);
      CAPTURE(path);
      CHECK(shown.contains(path));
    }
}

TEST_CASE("Every hash policy stands in config/reference.yaml and docs/fastpath.md", "[config][examples]") {
  const std::filesystem::path config{LAGOON_CONFIG_DIR};
  const std::string reference = text_of(config / "reference.yaml");
  const std::string fastpath = text_of(config.parent_path() / "docs" / "fastpath.md");
  const std::string row = reference.substr(reference.find("\n    hash: "));
  const std::string choices = row.substr(0, row.find("what of a frame decides its member"));
  for (const dist::HashPolicyRow& policy : dist::kHashPolicies) {
    CAPTURE(policy.name);
    CHECK(choices.find(" " + std::string{policy.name}) != std::string::npos);
    CHECK(fastpath.find("`" + std::string{policy.name} + "`") != std::string::npos);
  }
}

void check_equal(const Eal& eal, const Eal& bare) {
  CHECK(eal.lcores == bare.lcores);
  CHECK(eal.huge == bare.huge);
  CHECK(eal.prefix == bare.prefix);
  CHECK(eal.memory_mb == bare.memory_mb);
  CHECK(eal.idle == bare.idle);
  CHECK(eal.extra == bare.extra);
}

void check_equal(const Member& member, const Member& bare) {
  CHECK(member.speed == bare.speed);
  CHECK(member.weight == bare.weight);
  CHECK(member.port_priority == bare.port_priority);
  CHECK(member.port_number == bare.port_number);
  CHECK(member.aggregatable == bare.aggregatable);
  CHECK(member.priority == bare.priority);
  CHECK(member.administration == bare.administration);
}

// What the reference has to choose so that the keys that hang on it have an effect.
std::string chosen_otherwise(const control::LagOptions& options) {
  std::string keys = ", distribute: " + std::string{control::name_of(options.distribute)} +
                     ", move: " + std::string{control::name_of(options.move.by)};
  if (options.rebalances) keys += ", rebalance: true";
  return keys;
}

// The first class has a rate limit with all defaults, and the last one is a class with all defaults.
void check_defaults(const qos::TrafficOptions& traffic) {
  REQUIRE(traffic.classes.size() == 3);
  CHECK(traffic.classes[0].rate == qos::RateLimit{.cir = mbps(100)});
  CHECK(traffic.classes[2] == qos::ClassOptions{.name = "rest"});
  CHECK(traffic.shape == qos::TrafficOptions{}.shape);
  CHECK_FALSE(traffic.burst);
}

// The defaults that the comments state are the model's: each LAG of the reference and its first member give
// every key of their mode its default, and so equal those of a file that gives none.
TEST_CASE("The defaults in config/reference.yaml are the reader's", "[config][examples]") {
  const auto reference =
      read_config_file((std::filesystem::path{LAGOON_CONFIG_DIR} / "reference.yaml").c_str());
  REQUIRE(reference);
  const Config least = parse_config("lags: [{ name: a, members: [{ dev: net_a }] }]").value();
  check_equal(reference->eal, least.eal);
  CHECK(reference->metrics == least.metrics);
  CHECK(reference->journal == least.journal);
  CHECK(reference->shutdown_timeout == least.shutdown_timeout);
  CHECK(reference->stall_after == least.stall_after);
  CHECK(reference->stall_fatal == least.stall_fatal);
  CHECK(reference->user == least.user);
  CHECK(reference->keep_capabilities == least.keep_capabilities);
  const Config two = parse_config(
                         "cluster: { domain: d, node: a, nodes: { a: 1, b: 2 }, etcd: { endpoints: "
                         "[http://h:1] }, peer: { address: 10.0.0.1 } }\n"
                         "lags: [{ name: a, members: [{ dev: net_a }] }]")
                         .value();
  REQUIRE((reference->cluster && reference->cluster->peer));
  Cluster bare_cluster = *two.cluster;
  bare_cluster.domain = reference->cluster->domain;
  bare_cluster.etcd.endpoints = reference->cluster->etcd.endpoints;
  bare_cluster.peer->address = reference->cluster->peer->address;
  CHECK(*reference->cluster == bare_cluster);
  std::set<control::Mode> modes;
  for (const Lag& lag : reference->lags) {
    CAPTURE(lag.name);
    modes.insert(lag.options.mode);
    const std::string damping = lag.options.damping.enabled ? "on" : "off";  // (a map turns it on)
    const std::string bfd = lag.options.bfd.enabled ? "on" : "off";          // (so does this map)
    auto config =
        parse_config("lags: [{ name: lag0, mode: " + std::string{control::name_of(lag.options.mode)} +
                     ", flap-damping: " + damping + ", bfd: " + bfd + chosen_otherwise(lag.options) +
                     ", members: [{ dev: net_a }] }]");
    REQUIRE(config);
    Lag& bare = config->lags.at(0);
    bare.options.lacp.lag_number = lag.options.lacp.lag_number;
    bare.options.automatic = lag.options.automatic;  // (as does a map of members)
    if (lag.options.multichassis.shared()) {         // (and what both boxes have to say alike)
      bare.options.multichassis.mode = lag.options.multichassis.mode;
      bare.options.multichassis.node_number = lag.options.multichassis.node_number;
      bare.options.lacp.system = lag.options.lacp.system;
      bare.options.lacp.key = lag.options.lacp.key;
    }
    if (lag.options.traffic.enabled()) {  // (so does this map)
      check_defaults(lag.options.traffic);
      bare.options.traffic = lag.options.traffic;
    }
    CHECK(lag.options == bare.options);
    CHECK(lag.options.random_seed == bare.options.random_seed);
    CHECK(lag.options.mac == bare.options.mac);
    CHECK(lag.options.mac_from == bare.options.mac_from);
    CHECK(lag.options.port == bare.options.port);
    check_equal(lag.members.at(0), bare.members.at(0));
  }
  CHECK(modes.size() == 6);
}

TEST_CASE("A wrong file is reported on the error stream with its name, and nothing is planned",
          "[config][examples]") {
  std::ostringstream out;
  std::ostringstream err;
  CHECK(check_config_file("/nonexistent/lag.yaml", out, err) == 1);
  CHECK(out.str() == "");
  CHECK(err.str() == "/nonexistent/lag.yaml: error: can't be opened: No such file or directory\n");
}

}  // namespace
}  // namespace lagoon::config::examples_test
