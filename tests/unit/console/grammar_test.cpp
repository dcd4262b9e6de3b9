#include "console/grammar.hpp"

#include "console/interpreter.hpp"
#include "console/session.hpp"
#include "support/catch.hpp"
#include "support/fake_running.hpp"

namespace lagoon::console::grammar_test {
namespace {

Fit fit_of(std::string_view syntax, std::string_view line) {
  const std::vector<Word> words = words_of(line);
  Fit best;
  static std::vector<std::vector<Pattern>> kept;  // (a fit looks into its pattern)
  for (const Pattern& pattern : kept.emplace_back(patterns_of(syntax)))
    if (Fit found = fit(pattern, line, words); found.whole) best = std::move(found);
  return best;
}

TEST_CASE("A line is understood as its syntax says", "[console][grammar]") {
  const Fit set = fit_of("set LAG KEY VALUE...", "  set lag0\tflap-damping  { hold: 5s,  flaps: 3 } ");
  REQUIRE(set.whole);
  CHECK(set.arguments["LAG"] == "lag0");
  CHECK(set.arguments["KEY"] == "flap-damping");
  CHECK(set.arguments["VALUE"] == "{ hold: 5s,  flaps: 3 }");
  CHECK(set.fixed == 1);

  const Fit verb = fit_of("enable|disable member LAG MEMBER", "disable member a b");
  REQUIRE(verb.whole);
  CHECK(verb.arguments.choice() == "disable");

  for (const char* line :
       {"watch", "watch lag0", "watch every 2", "watch lag0 every 2", "watch lag0 every 2 count 9"}) {
    CAPTURE(line);
    CHECK(fit_of("watch [LAG] [every SECONDS] [count NUMBER]", line).whole);
  }
  CHECK(fit_of("watch [LAG] [every SECONDS] [count NUMBER]", "watch lag0 count 9")
            .arguments["SECONDS"]
            .empty());
}

TEST_CASE("A line that is too short, too long or otherwise is no such command", "[console][grammar]") {
  for (const char* line : {"set", "set lag0", "set lag0 hash", "sets lag0 hash l2", "SET lag0 hash l2"}) {
    CAPTURE(line);
    CHECK_FALSE(fit_of("set LAG KEY VALUE...", line).whole);
  }
  CHECK_FALSE(fit_of("show version", "show version now").whole);
}

TEST_CASE("What is not understood is named, with what would be", "[console][grammar]") {
  struct Row {
    const char* line;
    const char* words;
  };
  const std::vector<Pattern> patterns{patterns_of("show lag LAG")[0], patterns_of("show version")[0],
                                      patterns_of("quit|exit")[0]};
  std::vector<const Pattern*> all;
  for (const Pattern& pattern : patterns) all.push_back(&pattern);
  for (const Row& row :
       {Row{"show", "'show' is not all; expected lag, version"},
        Row{"show lag", "'show lag' is not all; expected LAG"},
        Row{"show lag a b", "'b' is not understood after 'show lag a'; nothing more is expected"},
        Row{"show versoin", "'versoin' is not understood after 'show'; did you mean 'version'?"},
        Row{"xyzzyx", "'xyzzyx' is not understood; expected show, quit, exit"}}) {
    CHECK(misfit(all, row.line).detail == row.words);
    CHECK(misfit(all, row.line).code == Errc::invalid_argument);
  }
}

TEST_CASE("A word of the syntax is no value where it was begun to be meant", "[console][grammar]") {
  test::FakeRunning running;
  Interpreter interpreter{running};
  CHECK(interpreter.run("watch every").error().detail == "'watch every' is not all; expected SECONDS");
  CHECK(interpreter.run("show port stats").error().detail == "'show port stats' is not all; expected PORT");
  CHECK(interpreter.run("set bonding x y")
            .error()
            .detail.starts_with("'x' is not understood after 'set bonding'"));
  CHECK(running.changes == 0);
  CHECK(interpreter.run("show lag as table"));
}

TEST_CASE("Every command of the table can be written, and no two are written alike", "[console][grammar]") {
  std::vector<std::string> written;
  for (const CommandRow& row : command_table()) {
    CAPTURE(row.syntax);
    CHECK_FALSE(row.help.empty());
    CHECK_FALSE(row.help.ends_with('.'));
    for (const Pattern& pattern : patterns_of(row.syntax)) {
      std::string line;
      for (const Part& part : pattern)
        line += (part.words.empty() ? "x" : std::string{part.words.front()}) + " ";
      CAPTURE(line);
      CHECK(fit(pattern, line, words_of(line)).whole);
      CHECK(std::find(written.begin(), written.end(), line) == written.end());
      written.push_back(line);
    }
  }
}

}  // namespace
}  // namespace lagoon::console::grammar_test
