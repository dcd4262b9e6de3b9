#include "monitor/standstill.hpp"

#include "support/catch.hpp"

namespace lagoon::monitor::standstill_test {
namespace {

TEST_CASE("Who does not count on stands, and is said to once and that it is over once",
          "[monitor][standstill]") {
  Standstill state;
  CHECK_FALSE(state.look(1, false, 50ms, 1s));
  for (int i = 0; i < 19; ++i) CHECK_FALSE(state.look(1, false, 50ms, 1s));
  const auto stands = state.look(1, false, 50ms, 1s);
  REQUIRE(stands);
  CHECK(stands->stands);
  CHECK(stands->stood == 1s);
  CHECK_FALSE(state.look(1, false, 50ms, 1s));
  CHECK(state.stands());
  CHECK(state.stood() == 1050ms);
  const auto over = state.look(2, false, 50ms, 1s);
  REQUIRE(over);
  CHECK_FALSE(over->stands);
  CHECK(over->stood == 1050ms);
  CHECK_FALSE(state.stands());
}

TEST_CASE("Who counts on, or has nothing to do, never stands", "[monitor][standstill]") {
  Standstill counts;
  Standstill rests;
  for (std::uint64_t i = 0; i < 100; ++i) {
    CHECK_FALSE(counts.look(i, false, 50ms, 1s));
    CHECK_FALSE(rests.look(7, true, 50ms, 1s));
  }
}

TEST_CASE("A stall ends when who stood leaves", "[monitor][standstill]") {
  Standstill state;
  CHECK_FALSE(state.look(5, false, 50ms, 100ms));
  CHECK_FALSE(state.look(5, false, 50ms, 100ms));
  CHECK(state.look(5, false, 50ms, 100ms)->stands);
  CHECK_FALSE(state.look(5, true, 50ms, 100ms)->stands);
}

}  // namespace
}  // namespace lagoon::monitor::standstill_test
