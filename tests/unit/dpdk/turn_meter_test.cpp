// What is said of the control loop's turns, under a clock that the test sets.
#include "dpdk/base/turn_meter.hpp"

#include "support/catch.hpp"

namespace turn_meter_test {

using namespace lagoon;
using lagoon::dpdk::TurnMeter;

namespace {

struct Loop {
  TurnMeter meter{};
  Instant now = instant_from_ns(1'000'000'000);

  void turn(Duration takes, Duration rest) {
    meter.begin(now);
    now += takes;
    meter.end(now);
    now += rest;
  }
  [[nodiscard]] control::ControlTimes times() const { return meter.times(); }
};

}  // namespace

TEST_CASE("Turns are told by percentiles that are right within a fifth", "[turns]") {
  Loop loop;
  for (int i = 0; i < 980; ++i) loop.turn(30us, 100us);
  for (int i = 0; i < 20; ++i) loop.turn(3ms, 100us);
  const auto times = loop.times();
  CHECK(times.turn_p50 >= 30us);
  CHECK(times.turn_p50 <= 36us);
  CHECK(times.turn_p99 >= 3ms);
  CHECK(times.turn_p99 <= 3600us);
  CHECK(times.turn_longest == 3ms);
  CHECK(times.away_longest == 3100us);
  CHECK(times.starved == 0);
}

TEST_CASE("Turns of any length have a place", "[turns]") {
  for (const Duration takes : {Duration{0}, Duration{1}, Duration{999}, Duration{1us}, Duration{3us},
                               Duration{4us}, Duration{7us}, Duration{8us}, Duration{1s}, Duration{3h}}) {
    Loop loop;
    loop.turn(takes, 1us);
    CHECK(loop.times().turn_p50 == takes);
    CHECK(loop.times().turn_longest == takes);
  }
}

TEST_CASE("What is over for two periods is not told, but that control was starved is", "[turns]") {
  Loop loop;
  loop.turn(20us, 1ms);
  loop.turn(20us, 2s);
  loop.turn(20us, 300ms);
  loop.turn(20us, 1ms);
  CHECK(loop.times().away_longest == 2s + 20us);
  for (int i = 0; i < 11'000; ++i) loop.turn(20us, 1ms);
  const auto times = loop.times();
  CHECK(times.turn_longest == 20us);
  CHECK(times.away_longest == 1020us);
  CHECK(times.starved == 2);
  CHECK(times.starved_longest == 2s + 20us);
}

}  // namespace turn_meter_test
