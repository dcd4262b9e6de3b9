// How a worker follows the tables: where lanes are, when they move, and what the control lcore sees of it.
#include "fast/steer/steering.hpp"

#include <memory>

#include "support/catch.hpp"

namespace steering_test {

using namespace lagoon;
using table::MoveWay;

namespace {

struct Rig {
  std::unique_ptr<table::PortTable> table = std::make_unique<table::PortTable>();
  std::unique_ptr<fast::Steering> steering = std::make_unique<fast::Steering>();
  Instant now{1s};

  explicit Rig(MoveWay way) {
    table->distributing = 0b111;
    table->moves.way = way;
    table->moves.gap = 500us;
    next();
  }
  void next() {
    ++table->generation;
    steering->follow(*table, now);
  }
  void begin(std::size_t lane, std::uint8_t member) {
    table->bucket[lane] = member;
    ++table->moves.begun;
    if (table->moves.way != MoveWay::hold) table->moves.released = table->moves.begun;
    next();
  }
  void release() {
    table->moves.released = table->moves.begun;
    next();
  }
  [[nodiscard]] std::uint8_t choose(std::size_t lane) { return steering->choose(*table, lane, now); }
  [[nodiscard]] std::size_t behind() const {
    dist::LaneSet set;
    steering->add_behind(set);
    return set.size();
  }
};

}  // namespace

TEST_CASE("At first every lane is where the table wants it, whatever waits", "[fast][steering]") {
  Rig rig{MoveWay::hold};
  CHECK(rig.choose(7) == 0);
  CHECK(rig.steering->plain());
  CHECK_FALSE(rig.steering->waits());
  CHECK(rig.behind() == 0);
  CHECK(rig.steering->followed() == rig.table->generation);
}

TEST_CASE("A flowlet moves in a gap longer than asked for, and not in one that is not", "[fast][steering]") {
  Rig rig{MoveWay::flowlet};
  rig.begin(7, 2);
  CHECK(rig.behind() == 1);
  CHECK_FALSE(rig.steering->plain());
  for (int i = 0; i < 100; ++i) {
    rig.now += 400us;
    REQUIRE(rig.choose(7) == 0);
  }
  rig.now += 600us;
  CHECK(rig.choose(7) == 2);
  CHECK(rig.behind() == 0);
  CHECK(rig.steering->plain());
  CHECK(rig.steering->gaps_used() == 1);
}

TEST_CASE("An idle lane moves without a frame", "[fast][steering]") {
  Rig rig{MoveWay::flowlet};
  rig.begin(4095, 1);
  rig.now += 1ms;
  for (std::size_t i = 0; i < dist::LaneSet::kWords; ++i) rig.steering->look_for_gaps(*rig.table, rig.now);
  CHECK(rig.behind() == 0);
  CHECK(rig.steering->current()[4095] == 1);
}

TEST_CASE("A lane that waits for a gap is held when a move with a wait begins", "[fast][steering]") {
  Rig rig{MoveWay::flowlet};
  rig.begin(7, 2);
  rig.table->moves.way = MoveWay::hold;
  rig.begin(7, 2);
  CHECK(rig.steering->is_held(7));
  CHECK(rig.steering->waits());
  rig.release();
  CHECK(rig.choose(7) == 2);
  CHECK(rig.behind() == 0);
}

TEST_CASE("A lane that waits for a gap is held when its member is lost, and a gap does not let it go",
          "[fast][steering]") {
  Rig rig{MoveWay::flowlet};
  rig.begin(7, 2);
  rig.table->distributing = 0b110;
  for (std::uint8_t& m : rig.table->bucket) m = 2;
  rig.table->moves.way = MoveWay::hold;
  rig.table->moves.gone_wait = true;
  ++rig.table->moves.begun;
  rig.next();
  REQUIRE(rig.steering->is_held(7));
  rig.now += 10ms;
  for (std::size_t i = 0; i < dist::LaneSet::kWords; ++i) rig.steering->look_for_gaps(*rig.table, rig.now);
  CHECK(rig.steering->is_held(7));
  rig.release();
  CHECK(rig.choose(7) == 2);
}

TEST_CASE("A lane whose member can't be sent on leaves at once, or when the move is released",
          "[fast][steering]") {
  Rig rig{MoveWay::hold};
  for (std::uint8_t& m : rig.table->bucket) m = 1;
  rig.table->distributing = 0b110;
  ++rig.table->moves.begun;
  SECTION("at once") {
    rig.next();
    CHECK(rig.choose(3) == 1);
    CHECK_FALSE(rig.steering->waits());
  }
  SECTION("held") {
    rig.table->moves.gone_wait = true;
    rig.next();
    CHECK(rig.steering->is_held(3));
    CHECK(rig.behind() == dist::kBuckets);
    rig.release();
    CHECK(rig.choose(3) == 1);
    CHECK(rig.behind() == 0);
  }
}

TEST_CASE("On a drained member lanes go on until they move", "[fast][steering]") {
  Rig rig{MoveWay::flowlet};
  rig.table->bucket.fill(1);
  rig.table->distributing = 0b110;
  rig.table->lingering = 0b001;
  rig.begin(0, 1);
  CHECK(rig.choose(9) == 0);
  // It is drained no longer, it is lost.
  rig.table->lingering = 0;
  rig.next();
  CHECK(rig.choose(9) == 1);
}

TEST_CASE("A lane that goes back before its release is where it was", "[fast][steering]") {
  Rig rig{MoveWay::hold};
  rig.begin(7, 2);
  rig.begin(7, 0);
  CHECK(rig.steering->is_held(7));  // its frames are in the queue
  rig.release();
  CHECK(rig.choose(7) == 0);
  CHECK(rig.behind() == 0);
}

TEST_CASE("In a move by portions only the lanes whose turn it is take part", "[fast][steering]") {
  Rig rig{MoveWay::hold};
  rig.table->bucket.fill(1);
  rig.table->moves.portion_mask = 3;
  rig.table->moves.portion = 2;
  rig.begin(0, 1);
  CHECK(rig.steering->is_held(2));
  CHECK_FALSE(rig.steering->is_held(3));
  CHECK(rig.choose(3) == 0);
  rig.release();
  CHECK(rig.choose(2) == 1);
  CHECK(rig.choose(3) == 0);
  CHECK(rig.behind() == dist::kBuckets * 3 / 4);
}

TEST_CASE("A pin begins where its bucket is, and moves alone", "[fast][steering]") {
  Rig rig{MoveWay::hold};
  constexpr std::uint32_t kHash = 0xabcd'0007;
  dist::Pins pins{};
  pins[5] = {.hash = kHash, .used = true};
  rig.table->pins.build(pins);
  rig.table->pin_member[5] = 2;
  ++rig.table->moves.begun;
  rig.next();
  const std::size_t lane = rig.table->pins.lane_of(kHash);
  REQUIRE(lane == dist::kBuckets + 5);
  CHECK(rig.steering->is_held(lane));
  CHECK_FALSE(rig.steering->is_held(7));
  rig.release();
  CHECK(rig.choose(lane) == 2);
  CHECK(rig.choose(rig.table->pins.lane_of(0x1111'0007)) == 0);
  rig.table->pins.build({});
  rig.next();
  CHECK(rig.table->pins.lane_of(kHash) == 7);
  CHECK(rig.steering->plain());
}

TEST_CASE("Under another hash every lane waits, for nobody knows where its conversations were",
          "[fast][steering]") {
  Rig rig{MoveWay::hold};
  rig.table->options.hash.seed = 99;
  ++rig.table->moves.begun;
  rig.next();
  CHECK(rig.steering->is_held(0));
  CHECK(rig.steering->is_held(4095));
  rig.release();
  CHECK_FALSE(rig.steering->waits());
}

TEST_CASE("While nobody distributes nothing waits", "[fast][steering]") {
  Rig rig{MoveWay::hold};
  rig.begin(7, 2);
  REQUIRE(rig.steering->waits());
  rig.table->distributing = 0;
  rig.next();
  CHECK_FALSE(rig.steering->waits());
  CHECK(rig.behind() == 0);
}

}  // namespace steering_test
