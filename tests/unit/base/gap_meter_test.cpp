#include "base/gap_meter.hpp"

#include "support/catch.hpp"

namespace gap_meter_test {

using namespace lagoon;

TEST_CASE("The longest gap is told until a period has begun twice after it", "[gap]") {
  GapMeter meter;
  Instant now = instant_from_ns(5'000'000'000);
  meter.mark(now);
  CHECK_FALSE(meter.longest().has_value());
  meter.mark(now += 3s);
  CHECK(meter.longest() == 3s);
  for (int second = 0; second < 60; ++second) meter.mark(now += 1s);
  CHECK(meter.longest() == 3s);
  for (int second = 0; second < 70; ++second) meter.mark(now += 1s);
  CHECK(meter.longest() == 1s);
}

TEST_CASE("Where nothing is expected there is no gap", "[gap]") {
  GapMeter meter;
  Instant now = instant_from_ns(5'000'000'000);
  meter.mark(now);
  meter.mark(now += 1s);
  meter.pause();
  meter.mark(now += 300s);
  CHECK(meter.longest() == 1s);
  meter.mark(now += 200s);
  CHECK(meter.longest() == 200s);
  meter.forget();
  meter.mark(now += 1s);
  CHECK_FALSE(meter.longest().has_value());
}

}  // namespace gap_meter_test
