// Descriptions of bonds from elsewhere, each in a folder of its own, and what comes out: expected.yaml beside
// them. The shapes are those of the manuals of what they come from. UPDATE_GOLDEN=1 writes what comes out.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "config/file/yaml_reader.hpp"
#include "imports/import.hpp"
#include "support/catch.hpp"

namespace lagoon::imports::imports_test {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExpected = "expected.yaml";

std::string text_of(const fs::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<fs::path> sorted(const fs::path& folder) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator{folder}) all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

std::vector<Source> sources_of(const fs::path& folder) {
  std::vector<Source> sources;
  for (const fs::path& path : sorted(folder))
    if (path.filename() != kExpected)
      sources.push_back({.name = path.filename().string(), .text = text_of(path)});
  return sources;
}

}  // namespace

TEST_CASE("Each sample comes out as a file that passes the check", "[imports]") {
  const std::vector<fs::path> folders = sorted(IMPORT_SAMPLES);
  REQUIRE(folders.size() >= 25);
  for (const fs::path& folder : folders) {
    CAPTURE(folder.filename().string());
    const auto made = import_bonds(sources_of(folder));
    REQUIRE((made ? std::string{} : made.error().detail) == "");
    const auto read = config::parse_config(*made);
    REQUIRE(read);
    CHECK(read->warnings.empty());
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream{folder / kExpected} << *made;
    CHECK(*made == text_of(folder / kExpected));
  }
}

TEST_CASE("docs/import.md shows what comes out of ifcfg-bond0", "[imports]") {
  const std::string made = text_of(fs::path{IMPORT_SAMPLES} / "ifcfg-bond0" / kExpected);
  CHECK(text_of(IMPORT_PAGE).contains("```yaml\n" + made + "```"));
}

}  // namespace lagoon::imports::imports_test
