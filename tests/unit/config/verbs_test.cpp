// Verbs: the table is what the parser takes, and what the docs list.
#include "config/command/verbs.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "config/command/command.hpp"
#include "support/catch.hpp"

namespace lagoon::config::verbs_test {
namespace {

TEST_CASE("Every verb is parsed with its own example, into an action of its own", "[config][verbs]") {
  std::set<std::size_t> kinds;
  for (const Verb& verb : kVerbs) {
    CAPTURE(verb.word);
    const auto action = parse_action(verb.word, verb.example);
    REQUIRE(action);
    kinds.insert(action->index());
    CHECK(parse_action(verb.word, "").has_value() == false);
  }
  CHECK(kinds.size() == kVerbs.size());
  CHECK(kinds.size() == std::variant_size_v<Action>);
}

TEST_CASE("Every verb stands in the pages that list verbs", "[config][verbs]") {
  const auto docs = std::filesystem::path{LAGOON_CONFIG_DIR}.parent_path() / "docs";
  for (const char* page : {"config.md", "console.md", "modes.md", "telemetry.md"}) {
    std::ifstream file{docs / page};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    for (const Verb& verb : kVerbs) {
      CAPTURE(page, verb.word);
      CHECK(text.find(verb.word) != std::string::npos);
    }
  }
}

TEST_CASE("Verbs are joined as usage texts have them", "[config][verbs]") {
  CHECK(joined_verbs(&Verb::takes_member_alone) == "remove|enable|disable|drain|activate");
  CHECK(joined_verbs([](const Verb&) { return true; }).starts_with("add|remove|"));
}

}  // namespace
}  // namespace lagoon::config::verbs_test
