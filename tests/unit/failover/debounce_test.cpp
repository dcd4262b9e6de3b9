#include "failover/debounce.hpp"

#include <ostream>
#include <vector>

#include "support/catch.hpp"

namespace lagoon::failover::debounce_test {
inline std::ostream& operator<<(std::ostream& os, DebouncedLink link) {
  return os << name_of(link);
}
}  // namespace lagoon::failover::debounce_test

using namespace lagoon;
using namespace lagoon::failover;

namespace {

using enum DebouncedLink;

struct Step {
  int at_ms;
  enum { goes_up, goes_down, waive, time } what;
  DebouncedLink state;
};
struct Row {
  const char* story;
  DebounceOptions options;
  std::vector<Step> steps;
};

void check(const Row& row) {
  CAPTURE(row.story);
  Debounce link;
  for (const Step& step : row.steps) {
    CAPTURE(step.at_ms);
    const Instant now{std::chrono::milliseconds{step.at_ms}};
    switch (step.what) {
      case Step::goes_up:
        link.input(true, false, row.options, now);
        break;
      case Step::goes_down:
        link.input(false, false, row.options, now);
        break;
      case Step::waive:
        link.waive(now);
        break;
      case Step::time:
        link.expire(now);
        break;
    }
    CHECK(link.state() == step.state);
    CHECK(link.up() == (step.state == up || step.state == going_down));
    CHECK(link.deadline().has_value() == (step.state == going_back || step.state == going_down));
  }
}

constexpr DebounceOptions kBoth{.up_delay = 200ms, .down_delay = 50ms};

}  // namespace

TEST_CASE("A link is believed after its delay, and not when it bounces within it", "[failover][debounce]") {
  const std::vector<Row> rows{
      {"no delays: at once",
       {},
       {{0, Step::goes_up, up}, {1, Step::goes_down, down}, {1, Step::goes_up, up}}},
      {"up after updelay",
       kBoth,
       {{0, Step::goes_up, going_back}, {199, Step::time, going_back}, {200, Step::time, up}}},
      {"down after downdelay",
       {.up_delay = 0ms, .down_delay = 50ms},
       {{0, Step::goes_up, up},
        {10, Step::goes_down, going_down},
        {59, Step::time, going_down},
        {60, Step::time, down}}},
      {"a bounce upwards stays down, and the next one waits its whole time",
       kBoth,
       {{0, Step::goes_up, going_back},
        {150, Step::goes_down, down},
        {160, Step::goes_up, going_back},
        {200, Step::time, going_back},
        {359, Step::time, going_back},
        {360, Step::time, up}}},
      {"a bounce downwards stays up",
       kBoth,
       {{0, Step::goes_up, going_back},
        {200, Step::time, up},
        {300, Step::goes_down, going_down},
        {349, Step::goes_up, up},
        {350, Step::time, up},
        {400, Step::goes_down, going_down},
        {450, Step::time, down}}},
      {"the same link again changes nothing",
       kBoth,
       {{0, Step::goes_up, going_back},
        {100, Step::goes_up, going_back},
        {200, Step::goes_up, up},
        {210, Step::goes_up, up},
        {220, Step::goes_down, going_down},
        {240, Step::goes_down, going_down},
        {270, Step::goes_down, down}}},
      {"what came in counts before the time",
       kBoth,
       {{0, Step::goes_up, going_back}, {500, Step::goes_down, down}, {501, Step::time, down}}},
      {"a waiver ends the wait of an up, and of nothing else",
       kBoth,
       {{0, Step::waive, down},
        {0, Step::goes_up, going_back},
        {1, Step::waive, up},
        {2, Step::goes_down, going_down},
        {3, Step::waive, going_down},
        {52, Step::time, down}}},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("An up whose delay is waived is believed at once, and a down is not", "[failover][debounce]") {
  Debounce link;
  link.input(true, true, kBoth, Instant{});
  CHECK(link.state() == up);
  link.input(false, true, kBoth, Instant{1ms});
  CHECK(link.state() == going_down);
  CHECK(link.deadline() == Instant{51ms});
}

TEST_CASE("A delay made shorter while it runs ends earlier", "[failover][debounce]") {
  Debounce link;
  link.input(true, false, kBoth, Instant{});
  link.input(true, false, {.up_delay = 20ms, .down_delay = 0ms}, Instant{100ms});
  CHECK(link.deadline() == Instant{120ms});
  link.input(true, false, {}, Instant{110ms});
  CHECK(link.up());
}
