// Every option is in all the places that an operator may look for it: config/reference.yaml, docs/config.md,
// JSON, and what `set` takes. An option that a row describes is in none of them by itself but the last two.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "config/command/command.hpp"
#include "config/file/yaml_reader.hpp"
#include "config/member_rows.hpp"
#include "config/values/key_text.hpp"
#include "config/values/option_value.hpp"
#include "control/views/views.hpp"
#include "key_tables.hpp"
#include "options/lag_rows.hpp"
#include "support/catch.hpp"

namespace lagoon::options::option_rows_test {
namespace {

const std::filesystem::path kRoot{LAGOON_SOURCE_DIR};

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

std::set<std::string> reference_paths() {
  const config::Reading reading = config::read_config(text_of(kRoot / "config/reference.yaml"));
  REQUIRE(reading.diagnostics.empty());
  std::set<std::string> paths;
  for (const auto& [path, at] : reading.source.places()) paths.insert(without_numbers(path));
  return paths;
}

TEST_CASE("Every option stands in config/reference.yaml", "[options]") {
  const std::set<std::string> shown = reference_paths();
  for (const LagRow& row : lag_rows()) {
    CAPTURE(row.key);
    CHECK(shown.contains("lags[]." + std::string{row.key}));
    CHECK((row.other_name.empty() || shown.contains("lags[]." + std::string{row.other_name})));
  }
  for (const config::MemberRow& row : config::member_rows()) {
    CAPTURE(row.key);
    CHECK(shown.contains("lags[].members[]." + std::string{row.key}));
  }
}

TEST_CASE("Every option is in JSON under its key", "[options]") {
  const auto json = nlohmann::json::parse(control::render(control::View::json, control::LagStatus{}));
  const auto& all = json.at("options");
  for (const LagRow& row : lag_rows()) {
    CAPTURE(row.key);
    const auto& map = row.section().empty() ? all : all.at(json_name(row.section()));
    CHECK(map.contains(json_name(row.name())));
  }
}

// The mode in which it counts, and what it needs there.
config::Lag lag_that_knows(const LagRow& row) {
  const auto mode = std::ranges::find_if(
      control::kModes, [&](const control::ModeRow& m) { return has_effect(row.effect, m); });
  REQUIRE(mode != control::kModes.end());
  config::Lag lag = config::parse_config("lags: [{ name: l, mode: " + std::string{mode->name} +
                                         ", members: [{ dev: net_a }, { dev: net_b }] }]")
                        ->lags.at(0);
  if (row.effect.in_use == nullptr) return lag;
  lag.options.move.by = control::MoveBy::flowlet;
  if (!row.effect.in_use(lag.options, false)) lag.options.distribute = control::LoadSharing::weighted;
  lag.options.automatic = !row.effect.in_use(lag.options, false);
  if (!row.effect.in_use(lag.options, false)) lag.options.multichassis.mode = control::Multichassis::standby;
  return lag;
}

TEST_CASE("Every option is set by its key, or is fixed while the LAG runs", "[options]") {
  const std::vector<std::string> settable = config::run_time_keys();
  for (const LagRow& row : lag_rows()) {
    CAPTURE(row.key);
    CHECK((std::ranges::find(settable, row.key) != settable.end()) != row.fixed);
    config::Lag lag = lag_that_knows(row);
    const config::Lag before = lag;
    const std::string value = std::holds_alternative<Traffic>(row.kind)
                                  ? "off"
                                  : config::yaml_of(row.kind, row.unset, row.field.get(lag.options));
    const auto done = config::set_option(lag, row.key, value);
    CAPTURE(value, done ? "" : done.error().detail);
    CHECK(done.has_value() != row.fixed);
    // (a key of a map turns the map on)
    if (row.section().empty() || row.section() == "lacp") CHECK(lag.options == before.options);
    if (!done) CHECK(done.error().code == Errc::not_supported);
  }
}

TEST_CASE("Every option has a line of text, and a default that its parser takes", "[options]") {
  for (const LagRow& row : lag_rows()) {
    CAPTURE(row.key);
    CHECK_FALSE(row.says.empty());
    CHECK((row.effect.in_use == nullptr) == row.effect.needs.empty());
    CHECK(lag_row(row.key) == &row);
  }
}

TEST_CASE("docs/config.md has the table that the rows make", "[options]") {
  constexpr std::string_view kBegin = "<!-- options: UPDATE_GOLDEN=1 options_test writes what follows -->\n";
  constexpr std::string_view kEnd = "<!-- options: end -->\n";
  const auto path = kRoot / "docs/config.md";
  std::string page = text_of(path);
  const std::size_t begin = page.find(kBegin);
  const std::size_t end = page.find(kEnd);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  const std::size_t from = begin + kBegin.size();
  const std::string tables = "\n" + test::key_tables() + "\n";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream{path} << page.replace(from, end - from, tables);
    return;
  }
  CHECK(page.substr(from, end - from) == tables);
}

}  // namespace
}  // namespace lagoon::options::option_rows_test
