// The LAGs of a program while threads of the console ask them and they come and go.
#include "console/program/program_lags.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "console/program/program_running.hpp"
#include "support/catch.hpp"

namespace lagoon::console::program_lags_test {
namespace {

ProgramLag lag(const char* name) {
  return {.name = name, .execute = [name](const config::Action&) -> Result<std::string> {
            return std::string{name} + " has it";
          }};
}

std::vector<std::string> names_of(ProgramLags& lags) {
  std::vector<std::string> names;
  for (const ProgramLags::Use& use : lags.all()) names.push_back(use.shown());
  return names;
}

TEST_CASE("Each LAG of a program has a name of its own", "[console][program]") {
  ProgramLags lags;
  const std::array<int, 4> owners{};
  for (const int& owner : owners) lags.add(&owner, lag("lag0"));
  CHECK(names_of(lags) == std::vector<std::string>{"lag0", "lag0.2", "lag0.3", "lag0.4"});
  CHECK(lags.named("lag0.3")->name() == "lag0");
  lags.remove(&owners[1]);
  lags.remove(&owners[1]);
  CHECK(names_of(lags) == std::vector<std::string>{"lag0", "lag0.3", "lag0.4"});
  const auto none = lags.named("lag0.2");
  REQUIRE_FALSE(none);
  CHECK(none.error().detail == "no LAG 'lag0.2'; there are: lag0, lag0.3, lag0.4");
}

TEST_CASE("Who takes a LAG away waits for those who ask it, and nobody comes anew", "[console][program]") {
  ProgramLags lags;
  const int owner = 0;
  lags.add(&owner, lag("lag0"));
  std::atomic<bool> gone = false;
  std::thread taker;
  {
    const auto uses = lags.all();
    REQUIRE(uses.size() == 1);
    taker = std::thread{[&] {
      lags.remove(&owner);
      gone = true;
    }};
    while (lags.named("lag0")) std::this_thread::yield();
    CHECK_FALSE(gone);
    CHECK(*uses[0].execute(config::EnableMember{"m0"}) == "lag0 has it");
  }
  taker.join();
  CHECK(gone);
  CHECK(lags.all().empty());
}

TEST_CASE("What a program has not is said in words", "[console][program]") {
  ProgramLags lags;
  ProgramRunning running{lags};
  CHECK(running.lag_names()->empty());
  CHECK(running.lags().error().code == Errc::no_such_thing);
  CHECK(running.execute({"lag0", config::EnableMember{"m0"}}).error().detail ==
        "no LAG 'lag0'; none runs in this program");
  for (const ConfigVerb verb : {ConfigVerb::check, ConfigVerb::diff, ConfigVerb::apply, ConfigVerb::save})
    CHECK(running.configuration(verb, "").error().code == Errc::not_supported);
  CHECK(running.start_capture("/tmp/x", {}).error().code == Errc::not_supported);
  CHECK(running.act_on_wire("w0", "down").error().code == Errc::not_supported);
  const auto health = running.health();
  REQUIRE(health.size() == 1);
  CHECK(health[0].severity == control::Severity::warning);
}

}  // namespace
}  // namespace lagoon::console::program_lags_test
