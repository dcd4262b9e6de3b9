// Where new conversations go: the seed's example is links of 10, 1 and 1 Gbit/s.
#include "fast/conversations/placement.hpp"

#include <array>

#include "support/catch.hpp"

namespace placement_test {

using namespace lagoon;
using table::PlaceBy;

namespace {

table::Weights weights_of(PlaceBy by, std::array<std::int64_t, 3> gigabits = {10, 1, 1}) {
  table::Weights w;
  w.by = by;
  w.measurement = 1;
  w.keep = 1U << 15;  // a half
  for (std::size_t m = 0; m < 3; ++m) {
    w.capacity[m] = gigabits[m] * 1'000'000;
    w.inverse[m] = (std::uint64_t{1} << 40) / static_cast<std::uint64_t>(w.capacity[m]);
  }
  return w;
}

struct Rig {
  fast::Placement placement{};
  table::Weights weights;
  std::array<std::uint32_t, 3> live{};
  explicit Rig(PlaceBy by) : weights{weights_of(by)} { placement.follow(weights); }
  std::uint8_t place(std::uint32_t members = 0b111) {
    const std::uint8_t m =
        placement.choose(weights, members, [this](std::uint8_t member) { return live[member]; });
    placement.charge(m, weights.estimate);
    ++live[m];
    return m;
  }
};

}  // namespace

TEST_CASE("By share a burst of new conversations is spread by capacity before anything was measured",
          "[fast][placement]") {
  Rig rig{PlaceBy::share};
  for (int i = 0; i < 12'000; ++i) static_cast<void>(rig.place());
  CHECK(rig.live[0] >= 9'990);
  CHECK(rig.live[0] <= 10'010);
  CHECK(rig.live[1] >= 990);
  CHECK(rig.live[2] >= 990);
}

TEST_CASE("By headroom the largest port fills first, until it has as little left as the others",
          "[fast][placement]") {
  Rig rig{PlaceBy::headroom};
  rig.weights.estimate = 10'000;  // 10 Mbit/s
  for (int i = 0; i < 900; ++i) REQUIRE(rig.place() == 0);
  // 1 Gbit/s is left on each.
  for (int i = 0; i < 30; ++i) static_cast<void>(rig.place());
  CHECK(rig.live[0] == 910);
  CHECK(rig.live[1] == 10);
  CHECK(rig.live[2] == 10);
}

TEST_CASE("The seed's arithmetic: weights of 100 and 10, less what is used of them", "[fast][placement]") {
  Rig rig{PlaceBy::headroom};
  rig.weights.estimate = 0;
  rig.weights.load = {9'500'000, 300'000, 400'000};  // 95, 3 and 4 units: 5, 7 and 6 are left
  CHECK(rig.place() == 1);
  rig.weights.load[1] = 450'000;
  CHECK(rig.place() == 2);
}

TEST_CASE("By conversations the fewest for its capacity win", "[fast][placement]") {
  Rig rig{PlaceBy::least_conversations};
  for (int i = 0; i < 1'200; ++i) static_cast<void>(rig.place());
  CHECK(rig.live[0] >= 999);
  CHECK(rig.live[1] >= 99);
  CHECK(rig.live[2] >= 99);
}

TEST_CASE("By turns each member is next, and those that are not there are left out", "[fast][placement]") {
  Rig rig{PlaceBy::round_robin};
  for (const int expected : {0, 1, 2, 0, 1, 2}) CHECK(rig.place() == expected);
  for (const int expected : {0, 2, 0, 2}) CHECK(rig.place(0b101) == expected);
}

TEST_CASE("Charges decay as measurements take in what they stand for", "[fast][placement]") {
  Rig rig{PlaceBy::share};
  rig.weights = weights_of(PlaceBy::share, {1, 1, 1});
  rig.placement.charge(0, 1'000);
  CHECK(rig.place(0b011) == 1);
  rig.weights.estimate = 0;
  // Ten measurements later the charge of 1000 is below 1, and what is measured decides.
  for (std::uint64_t n = 2; n < 15; ++n) {
    rig.weights.measurement = n;
    rig.placement.follow(rig.weights);
  }
  rig.weights.load[1] = 10;
  CHECK(rig.place(0b011) == 0);
}

TEST_CASE("A conversation changes its member only for one that is clearly less used", "[fast][placement]") {
  Rig rig{PlaceBy::share};
  rig.weights = weights_of(PlaceBy::share, {1, 1, 1});
  rig.weights.load = {900'000, 850'000, 500'000};
  const auto live = [](std::uint8_t) { return 0U; };
  CHECK_FALSE(rig.placement.is_better(rig.weights, 0, 1, live));
  CHECK(rig.placement.is_better(rig.weights, 0, 2, live));
  CHECK_FALSE(rig.placement.is_better(rig.weights, 2, 0, live));
  CHECK_FALSE(rig.placement.is_better(rig.weights, 2, 2, live));
}

}  // namespace placement_test
