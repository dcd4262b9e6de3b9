#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "config/check.hpp"
#include "config/yaml_reader.hpp"
#include "support/catch.hpp"

namespace lagoon::config {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// "lags[0].members[1].name" -> "lags[].members[].name".
std::string without_numbers(std::string path) {
  std::erase_if(path, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
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
  for (const char* name : {"minimal", "reference", "lacp-2x100g", "demo-like", "back-to-back"}) {
    CAPTURE(name);
    CHECK(names.contains(name));
  }
}

TEST_CASE("config/reference.yaml has every key that the reader knows", "[config][examples]") {
  const Reading reading = read_config(text_of(std::filesystem::path{LAGOON_CONFIG_DIR} / "reference.yaml"));
  REQUIRE(reading.diagnostics.empty());
  std::set<std::string> shown;
  for (const auto& [path, at] : reading.source.places()) shown.insert(without_numbers(path));
  for (const Section& section : kSchema)
    for (const std::string_view key : section.keys) {
      const std::string path = key_path(section.path, key);
      CAPTURE(path);
      CHECK(shown.contains(path));
    }
}

// The defaults that the comments state are the model's: the first LAG of the reference and its first member
// give every key its default, and so equal those of a file that gives none.
TEST_CASE("The defaults in config/reference.yaml are the reader's", "[config][examples]") {
  const auto reference =
      read_config_file((std::filesystem::path{LAGOON_CONFIG_DIR} / "reference.yaml").c_str());
  const auto bare = parse_config("lags: [{ name: lag0, members: [{ dev: net_a }] }]");
  REQUIRE(reference);
  REQUIRE(bare);
  const Eal& eal = reference->eal;
  const Eal& bare_eal = bare->eal;
  CHECK(eal.lcores == bare_eal.lcores);
  CHECK(eal.huge == bare_eal.huge);
  CHECK(eal.prefix == bare_eal.prefix);
  CHECK(eal.memory_mb == bare_eal.memory_mb);
  CHECK(eal.idle == bare_eal.idle);
  CHECK(eal.extra == bare_eal.extra);
  const Lag& lag = reference->lags.at(0);
  const Lag& bare_lag = bare->lags.at(0);
  CHECK(lag.options == bare_lag.options);
  CHECK(lag.random_seed == bare_lag.random_seed);
  CHECK(lag.mac == bare_lag.mac);
  CHECK(lag.mac_from == bare_lag.mac_from);
  CHECK(lag.port == bare_lag.port);
  const Member& member = lag.members.at(0);
  const Member& bare_member = bare_lag.members.at(0);
  CHECK(member.speed == bare_member.speed);
  CHECK(member.port_priority == bare_member.port_priority);
  CHECK(member.port_number == bare_member.port_number);
  CHECK(member.aggregatable == bare_member.aggregatable);
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
}  // namespace lagoon::config
