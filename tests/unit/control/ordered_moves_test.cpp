// The course of a move: Markers, gaps, and workers that have no room for what waits.
#include "control/table/move_keeper.hpp"
#include "fast/steer/steering.hpp"
#include "pair.hpp"
#include "support/catch.hpp"

namespace ordered_moves_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

namespace {

// Three links, of which one has just come back.
void lose_and_return(Pair& pair) {
  pair.all_links(true);
  pair.advance(5s);
  pair.link(1, false);
  pair.advance(1s);
  pair.link(1, true);
  while (pair.tables[0]->distributing != 0b111) pair.advance(1ms);
}

Progress progress_at(std::uint64_t generation) {
  return {.followed = generation, .gave_up = 0, .gaps_used = 0, .behind = {}};
}

dist::LaneSet lanes(std::initializer_list<std::size_t> list) {
  dist::LaneSet set;
  for (const std::size_t lane : list) set.insert(lane);
  return set;
}

// A keeper alone, with tables that are published as it asks for them.
struct Course {
  MoveKeeper keeper;
  MoveOptions options;
  Instant now{1s};
  std::uint64_t generation = 10;

  void begin(MoveKeeper::Change change) {
    keeper.begin(change, ++generation, options, now);
    publish();
  }
  void pass(Duration time) {
    now += time;
    keeper.expire(now);
    if (keeper.has_news()) {
      ++generation;
      publish();
    }
  }
  void report(Progress progress) {
    progress.followed = generation;
    keeper.report(progress, now);
    pass(0s);
  }
  void publish() {
    static_cast<void>(keeper.take_news());
    keeper.published(generation);
  }
};

constexpr MoveKeeper::Change kPlanned{.can_stay = true, .working = true};
constexpr MoveKeeper::Change kLost{.gone = true};

}  // namespace

TEST_CASE("A Partner that answers Markers ends the wait long before its time", "[control][moves]") {
  Pair pair{3};
  lose_and_return(pair);
  // (the far end answers within this exchange)
  pair.advance(2ms);
  CHECK_FALSE(pair.tables[0]->moves.waiting());
  const LagStatus status = pair.ends[0]->status(pair.now);
  CHECK(status.moves.counters.by_marker == 1);
  CHECK(status.moves.markers.sent == 2);
  CHECK(status.moves.markers.answered == 2);
  CHECK(status.moves.counters.last_pause < 5ms);
}

TEST_CASE("A Partner that answers none is waited for as long as was set", "[control][moves]") {
  Pair pair{3};
  pair.loses_markers = true;
  lose_and_return(pair);
  pair.advance(48ms);
  CHECK(pair.tables[0]->moves.waiting());
  pair.advance(3ms);
  CHECK_FALSE(pair.tables[0]->moves.waiting());
  const LagStatus status = pair.ends[0]->status(pair.now);
  CHECK(status.moves.counters.by_marker == 0);
  CHECK(status.moves.markers.sent == 2);
  CHECK(status.moves.markers.answered == 0);
  CHECK(status.moves.markers.unanswered == 2);
}

TEST_CASE("Answers end no wait that asks for none", "[control][moves]") {
  Course course;
  course.options.by = MoveBy::hold;
  course.begin(kPlanned);
  course.report({});
  course.keeper.markers_answered(course.now);
  CHECK(course.keeper.moves().waiting());
  course.pass(50ms);
  CHECK_FALSE(course.keeper.moves().waiting());
  CHECK(course.keeper.counters().by_marker == 0);
  CHECK(course.keeper.counters().by_time == 1);
}

TEST_CASE("Each worker's frames are asked for on each member that lanes leave", "[control][moves]") {
  Pair pair{3, [](LagSettings& s) { s.workers = 4; }};
  lose_and_return(pair);
  pair.advance(2ms);
  CHECK(pair.ends[0]->status(pair.now).moves.markers.sent == 8);
}

TEST_CASE("Moved at once, nothing waits, neither for a return nor after a loss", "[control][moves]") {
  Pair pair{3, [](LagSettings& s) { s.options.move.by = MoveBy::at_once; }};
  lose_and_return(pair);
  CHECK_FALSE(pair.tables[0]->moves.waiting());
  CHECK(pair.tables[0]->moves.way == table::MoveWay::at_once);
  pair.link(2, false);
  CHECK_FALSE(pair.tables[0]->moves.waiting());
}

TEST_CASE("The wait is as long as was set, from when the last worker had the table", "[control][moves]") {
  Course course;
  course.options.by = MoveBy::hold;
  course.begin(kPlanned);
  course.pass(30ms);
  course.report({});
  course.pass(49ms);
  CHECK(course.keeper.moves().waiting());
  course.pass(1ms);
  CHECK_FALSE(course.keeper.moves().waiting());
  CHECK(course.keeper.under_way());
  course.report({});
  CHECK_FALSE(course.keeper.under_way());
  CHECK(course.keeper.counters().by_time == 1);
  CHECK(course.keeper.counters().longest_pause == 80ms);
}

TEST_CASE("A table that the workers have not reached tells nothing", "[control][moves]") {
  Course course;
  course.options.by = MoveBy::hold;
  course.begin(kPlanned);
  course.pass(50ms);
  course.keeper.report(progress_at(course.generation - 1), course.now);
  CHECK(course.keeper.under_way());
}

TEST_CASE("Lanes that find no gap in time are held", "[control][moves]") {
  Course course;
  course.options.by = MoveBy::flowlet;
  course.begin(kPlanned);
  CHECK(course.keeper.moves().way == table::MoveWay::flowlet);
  CHECK_FALSE(course.keeper.moves().waiting());
  course.report({.behind = lanes({1, 2, 3})});
  course.pass(99ms);
  CHECK(course.keeper.moves().way == table::MoveWay::flowlet);
  SECTION("all have found one") {
    course.report({});
    CHECK_FALSE(course.keeper.under_way());
    CHECK(course.keeper.counters().at_gaps == 1);
  }
  SECTION("some have not") {
    course.report({.behind = lanes({2})});
    course.pass(1ms);
    CHECK(course.keeper.moves().way == table::MoveWay::hold);
    CHECK(course.keeper.moves().waiting());
    course.pass(50ms);
    CHECK_FALSE(course.keeper.moves().waiting());
  }
}

TEST_CASE("Without room for all, lanes move in ever smaller portions until all are there",
          "[control][moves]") {
  Course course;
  course.options.by = MoveBy::hold;
  course.begin(kPlanned);
  std::size_t moves = 0;
  dist::LaneSet behind;
  for (std::size_t lane = 0; lane < dist::kBuckets; ++lane) behind.insert(lane);
  // The worker has room for an eighth of the lanes.
  for (; course.keeper.under_way() && moves < 100; ++moves) {
    const table::Moves current = course.keeper.moves();
    const bool fits = current.portion_mask >= 7;
    course.report({.gave_up = fits ? 0 : current.begun, .behind = behind});
    course.pass(50ms);  // released
    if (fits)
      for (std::size_t lane = 0; lane < dist::kBuckets; ++lane)
        if (current.takes_part(lane)) behind.erase(lane);
    course.report({.gave_up = fits ? 0 : current.begun, .behind = behind});
    course.pass(20ms);
  }
  CHECK(behind.empty());
  CHECK(moves == 3 + 8);
  CHECK(course.keeper.counters().overflowed == 3);
  CHECK(course.keeper.moves().portion_mask == 0);
}

TEST_CASE("Where it was asked for, a move without room is given up, and lanes stay", "[control][moves]") {
  Course course;
  course.options.by = MoveBy::hold;
  course.options.overflow = Overflow::give_up;
  course.begin(kPlanned);
  course.pass(50ms);
  course.report({.gave_up = course.keeper.moves().begun, .behind = lanes({5, 9})});
  const auto refused = course.keeper.take_refused();
  REQUIRE(refused);
  CHECK(*refused == lanes({5, 9}));
  CHECK(course.keeper.counters().given_up == 1);
  CHECK_FALSE(course.keeper.take_refused());
}

TEST_CASE("After a loss frames wait for the shorter time, and no Marker is asked for", "[control][moves]") {
  Course course;
  course.begin(kLost);
  CHECK(course.keeper.moves().gone_wait);
  CHECK_FALSE(course.keeper.may_ask());
  course.pass(10ms);
  CHECK_FALSE(course.keeper.moves().waiting());
}

TEST_CASE("Workers that never say anything do not keep a move under way for ever", "[control][moves]") {
  Course course;
  course.begin(kPlanned);
  for (int i = 0; i < 200; ++i) course.pass(10ms);
  CHECK_FALSE(course.keeper.under_way());
  CHECK_FALSE(course.keeper.deadline());
}

}  // namespace ordered_moves_test
