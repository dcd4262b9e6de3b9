#include <algorithm>

#include "console/interpreter.hpp"
#include "console/prompt/terminal.hpp"
#include "support/catch.hpp"
#include "support/fake_running.hpp"

namespace lagoon::console::completion_test {
namespace {

std::string texts(const std::vector<Completion>& choices) {
  std::string text;
  for (const Completion& choice : choices) text += (text.empty() ? "" : " ") + choice.text;
  return text;
}

TEST_CASE("What could come next is what the table and the LAGs that run say", "[console][completion]") {
  test::FakeRunning running;
  Interpreter interpreter{running};
  struct Row {
    const char* line;
    const char* choices;
  };
  for (const Row& row :
       {Row{"sh", "show"}, Row{"show la", "lag lacp"}, Row{"show lag ", "<return> lag0 lag1 as"},
        Row{"show lag lag0 as ", "linux lagg cisco json table"}, Row{"drain member ", "lag0 lag1"},
        Row{"drain member lag0 ", "m0 m1"}, Row{"drain member nolag ", "MEMBER"}, Row{"show xstats 7", "7"},
        Row{"set lag0 lacp.ra", "lacp.rate"}, Row{"set lag0 hash ", "VALUE"}, Row{"set lag0 hash l2 x y", ""},
        Row{"set lag0 hash l2 ", "<return>"}, Row{"nothing ", ""}, Row{"create b", "bonded bonding"}}) {
    CAPTURE(row.line);
    CHECK(texts(interpreter.complete(row.line)) == row.choices);
  }
}

TEST_CASE("Keys that are fixed while a LAG runs are not offered, and all others are",
          "[console][completion]") {
  const auto keys = config::run_time_keys();
  for (const char* key : {"hash", "lacp.rate", "flap-damping.hold", "traffic", "rebalance.enabled"})
    CHECK(std::ranges::find(keys, key) != keys.end());
  for (const char* key : {"name", "mode", "members", "mac", "lacp", "distribute"})
    CHECK(std::ranges::find(keys, key) == keys.end());
}

TEST_CASE("TAB adds what all choices begin with", "[console][completion]") {
  const std::vector<Completion> lags{{"lag0", ""}, {"lag1", ""}};
  CHECK(common_addition("show lag l", lags) == "ag");
  CHECK(common_addition("show lag ", lags) == "lag");
  CHECK(common_addition("show lag lag", lags) == std::nullopt);
  CHECK(common_addition("sh", std::vector<Completion>{{"show", ""}}) == "ow ");
  CHECK(common_addition("show", std::vector<Completion>{{"show", ""}}) == " ");
  CHECK(common_addition("set lag0 hash ", std::vector<Completion>{{"VALUE", "", false}}) == std::nullopt);
  CHECK(common_addition("x", {}) == std::nullopt);
}

}  // namespace
}  // namespace lagoon::console::completion_test
