#include "config/file/yaml_writer.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "config/file/yaml_reader.hpp"
#include "config/values/key_text.hpp"
#include "random_config.hpp"
#include "support/catch.hpp"

namespace lagoon::config::yaml_writer_test {
namespace {

void check_same(const Config& read, const Config& written) {
  CHECK(read.eal == written.eal);
  CHECK(read.metrics == written.metrics);
  CHECK(read.journal == written.journal);
  CHECK(read.shutdown_timeout == written.shutdown_timeout);
  CHECK(read.stall_after == written.stall_after);
  CHECK(read.stall_fatal == written.stall_fatal);
  CHECK(read.user == written.user);
  CHECK(read.keep_capabilities == written.keep_capabilities);
  CHECK(read.ports == written.ports);
  CHECK(read.forward == written.forward);
  REQUIRE(read.lags.size() == written.lags.size());
  for (std::size_t i = 0; i < read.lags.size(); ++i) {
    CAPTURE(written.lags[i].name);
    CHECK(keys_of(read.lags[i]) == keys_of(written.lags[i]));  // (the same, but it says which key)
    CHECK(read.lags[i] == written.lags[i]);
  }
}

TEST_CASE("What is written of every example in config/ reads back as the same", "[config][writer]") {
  std::size_t examples = 0;
  for (const auto& entry : std::filesystem::directory_iterator{LAGOON_CONFIG_DIR}) {
    if (entry.path().extension() != ".yaml") continue;
    CAPTURE(entry.path());
    const auto config = read_config_file(entry.path().c_str());
    REQUIRE(config);
    const std::string text = to_yaml(*config);
    CAPTURE(text);
    const auto again = parse_config(text);
    REQUIRE(again);
    check_same(*again, *config);
    CHECK(to_yaml(*again) == text);
    ++examples;
  }
  CHECK(examples >= 17);
}

TEST_CASE("What is written of any configuration reads back as the same", "[config][writer]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    const Config config = RandomConfig{seed}.config();
    const std::string text = to_yaml(config);
    const auto again = parse_config(text);
    if (!again) {
      std::ostringstream wrong;
      lagoon::config::print(wrong, "written", again.error());
      FAIL(wrong.str() << text);
    }
    check_same(*again, config);
  }
}

TEST_CASE("Every key of the schema is written", "[config][writer]") {
  std::set<std::string> written;
  for (const KeyText& key : keys_of(Lag{})) written.insert(key.key);
  written.merge(std::set<std::string>{"members", "lacp", "lldp", "auto", "multichassis"});
  for (const std::string_view key : lag_section().keys) {
    if (key == "lacp-strict" || key == "failover-rx-all") continue;  // other words for keys
    CAPTURE(key);
    CHECK(written.contains(std::string{key}));
  }
  for (const std::string map : {"lacp", "lldp", "auto", "multichassis"})
    for (const std::string_view key : inner_section(lag_section(), map)->keys) {
      CAPTURE(map, key);
      CHECK(written.contains(map + "." + std::string{key}));
    }
  std::set<std::string> of_eal;
  for (const KeyText& key : keys_of(Eal{})) of_eal.insert(key.key);
  CHECK(of_eal == std::set<std::string>{kEalSection.keys.begin(), kEalSection.keys.end()});
}

TEST_CASE("A small configuration is written small", "[config][writer]") {
  const auto config = parse_config(
      "lags: [{ name: lag0, mode: 1, min-links: 2, lacp: { rate: slow }, hash-seed: random, members: [{ dev: "
      "'net_a,iface=x' }, { name: b, dev: 3b:00.1, lacp: { port-priority: 5 }, state: drained }]}]\n");
  REQUIRE(config);
  CHECK(to_yaml(*config) ==
        "lags:\n"
        "  - name: lag0\n"
        "    mode: active-backup\n"
        "    lacp: { rate: slow }\n"
        "    min-links: 2\n"
        "    min-links-up: 2\n"
        "    members:\n"
        "      - { dev: \"net_a,iface=x\" }\n"
        "      - { name: b, dev: \"3b:00.1\", lacp: { port-priority: 5 }, state: drained }\n");
}

TEST_CASE("Quantities are written exactly, in the largest unit", "[config][writer]") {
  CHECK(yaml_of(Duration{1'500}) == "1.5us");
  CHECK(yaml_of(Duration{1'500'000}) == "1500us");
  CHECK(yaml_of(Duration{2s}) == "2s");
  CHECK(yaml_of(BitsPerSecond{2'500'000'000}) == "2.5G");
  CHECK(yaml_of(BitsPerSecond{1'000'001'000}) == "1000.001M");
  CHECK(yaml_of(BitsPerSecond{1'501}) == "1.501k");
  CHECK(yaml_percent(2) == "0.02%");
  CHECK(yaml_percent(1'000) == "10%");
  CHECK(yaml_ranges({1, 2, 3, 7, 9, 10}) == "[1-3, 7, 9-10]");
  CHECK(yaml_of(std::string_view{"yes"}) == "\"yes\"");
  CHECK(yaml_of(std::string_view{"a\"\\b"}) == "\"a\\\"\\\\b\"");
}

}  // namespace
}  // namespace lagoon::config::yaml_writer_test
