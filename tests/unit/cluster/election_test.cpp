// When a box has authority over a LAG, what it promises, and how it lets go: the rule.
#include "cluster/lag_election.hpp"
#include "support/catch.hpp"
#include "unit/cluster/bench.hpp"

namespace cluster_election_test {

using namespace lagoon;
using namespace lagoon::cluster_test;

TEST_CASE("A box that starts claims nothing for the time of a promise", "[cluster][election]") {
  Bench b;
  CHECK(b.turn().role == Role::standby);
  CHECK_FALSE(b.election.step(b.s));
  b.s.lease.kept(kStart + 1999ms);
  b.turn(1999ms);
  CHECK_FALSE(b.election.step(b.s));
  b.turn(1ms);
  REQUIRE(b.election.step(b.s));
  CHECK(b.election.step(b.s)->what == What::claim);
  CHECK(b.election.step(b.s)->id == kShared);
}

TEST_CASE("The holder's table ends with its lease, and goes on with it", "[cluster][election]") {
  Bench b;
  const LagOrder& order = b.hold();
  CHECK(order.sync);
  CHECK(order.forwards);
  CHECK(order.id == kShared);
  CHECK(order.epoch == Revision{5});
  CHECK(order.valid_until == b.s.now + 1750ms);
  b.s.lease.kept(b.s.now + 500ms);
  const std::uint64_t generation = order.generation;
  b.turn(600ms);
  CHECK(order.valid_until == b.s.now - 100ms + 1750ms);
  CHECK(order.generation == generation);
}

TEST_CASE("A key of another life, or on another lease, gives no authority", "[cluster][election]") {
  Bench b;
  b.settle();
  b.key_of("a", 12, 5, 7);
  CHECK(b.turn().role == Role::standby);
  b.key_of("a", 11, 5, 8);
  CHECK(b.turn().role == Role::standby);
  b.key_of("b", 11, 5, 7);
  CHECK(b.turn().role == Role::standby);
  b.key_of("a", 11, 5, 7);
  b.s.lease.lost();
  CHECK(b.turn().role == Role::standby);
}

TEST_CASE("A holder promises nothing, nor does who was one while its tables are valid",
          "[cluster][election]") {
  Bench b;
  b.hold();
  CHECK_FALSE(b.election.asked(true, b.s));
  b.s.lease.lost();
  REQUIRE(b.turn(100ms).role == Role::standby);
  CHECK_FALSE(b.election.asked(true, b.s));
  b.turn(1649ms);
  CHECK_FALSE(b.election.asked(true, b.s));
  b.turn(1ms);
  CHECK(b.election.asked(true, b.s));
}

TEST_CASE("Workers that have passed end that sooner, but not by another order", "[cluster][election]") {
  Bench b;
  const std::uint64_t held = b.hold().generation;
  b.s.lease.lost();
  b.turn(100ms);
  b.election.passed(held, b.s.now);
  CHECK_FALSE(b.election.asked(true, b.s));
  b.election.passed(b.election.order().generation, b.s.now);
  CHECK(b.election.asked(true, b.s));
}

TEST_CASE("Who has promised does not carry, whatever it has in etcd, and gives it away",
          "[cluster][election]") {
  Bench b;
  b.settle();
  b.turn();
  REQUIRE(b.election.asked(true, b.s));
  b.key_of("a", 11, 5, 7);
  CHECK(b.turn(10ms).role == Role::releasing);
  CHECK(b.election.order().why == Why::unused);
  REQUIRE(b.election.step(b.s));
  CHECK(b.election.step(b.s)->what == What::remove);
  CHECK(b.election.step(b.s)->created == Revision{5});
  // a promise that is over changes nothing: the deletion may still arrive
  b.s.lease.kept(b.s.now + 2s);
  CHECK(b.turn(2500ms).role == Role::releasing);
  b.active.reset();
  CHECK(b.turn().role == Role::standby);
  b.key_of("a", 11, 9, 7);
  CHECK(b.turn().role == Role::holder);
}

TEST_CASE("A holder that is unfit says so first, and deletes its key when workers have passed",
          "[cluster][election]") {
  Bench b;
  b.hold();
  b.unfit();
  const LagOrder& order = b.turn(10ms);
  CHECK(order.role == Role::releasing);
  CHECK_FALSE(order.sync);
  CHECK_FALSE(order.forwards);
  CHECK_FALSE(b.election.step(b.s));
  b.turn(10ms);
  CHECK_FALSE(b.election.step(b.s));
  b.election.passed(order.generation, b.s.now);
  REQUIRE(b.election.step(b.s));
  CHECK(b.election.step(b.s)->what == What::remove);
  b.active.reset();
  CHECK(b.turn().role == Role::standby);
}

TEST_CASE("Without a word of its workers it waits until its last table is over", "[cluster][election]") {
  Bench b;
  b.hold();
  b.unfit();
  b.turn(10ms);
  b.turn(1739ms);
  CHECK_FALSE(b.election.step(b.s));
  b.turn(1ms);
  CHECK(b.election.step(b.s));
}

TEST_CASE("An epoch that was given away is never used again: its deletion may still arrive",
          "[cluster][election]") {
  Bench b;
  b.hold();
  b.unfit();
  REQUIRE(b.turn(10ms).role == Role::releasing);
  b.fit(1);
  CHECK(b.turn(10ms).role == Role::releasing);
  b.s.refused = Why::name;
  CHECK(b.turn(10ms).role == Role::refused);
  b.s.refused.reset();
  b.s.lease.kept(b.s.now);
  CHECK(b.turn(10ms).role == Role::releasing);
  CHECK(b.turn(10ms).role == Role::releasing);
  b.key_of("a", 11, 6, 7);
  CHECK(b.turn(10ms).role == Role::releasing);
}

TEST_CASE("A holder without etcd goes on by the peer's promise, and asks for it", "[cluster][election]") {
  Bench b;
  b.hold();
  b.s.etcd = false;
  b.turn(600ms);
  CHECK_FALSE(b.election.asks());
  b.turn(100ms);
  CHECK(b.election.asks());
  b.election.promised(b.s.now);
  b.turn(1100ms);
  CHECK(b.election.order().role == Role::holder);
  CHECK(b.election.order().valid_until == b.s.now - 1100ms + 1750ms);
  b.alone();
  CHECK(b.turn(649ms).role == Role::holder);
  CHECK(b.turn(1ms).role == Role::isolated);
}

}  // namespace cluster_election_test
