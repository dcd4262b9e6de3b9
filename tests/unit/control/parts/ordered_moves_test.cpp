// OrderedMoves by itself: tables, questions and placed buckets.
#include "control/lag/ordered_moves.hpp"

#include "marker/responder.hpp"
#include "support/catch.hpp"

namespace ordered_moves_test {

using namespace lagoon;
using namespace lagoon::control;

namespace {

constexpr MemberIndex kFirst{0};
constexpr MemberIndex kSecond{1};
constexpr MacAddress kSystem{{2, 0, 0, 0, 0, 9}};

struct Moved {
  Moved() {
    roster.add(kFirst, {.name = "a", .lacp = {.port_number = 11}});
    roster.add(kSecond, {.name = "b", .lacp = {.port_number = 12}});
    for (const MemberIndex m : {kFirst, kSecond}) in.order.push_back(m);
    in.capacity = {1000, 1000};
    in.collecting = in.distributing = 0b11;
    CHECK(publish());
  }
  std::unique_ptr<const table::PortTable> publish() {
    in.placed = moves.placed();
    if (!moves.due(now)) return nullptr;
    auto table = moves.make(in, 0b11, MoveOptions{}, now);
    if (table) moves.ask(kSystem, roster, now);
    return table;
  }
  Instant now{1s};
  Roster roster{};
  OrderedMoves moves{2};
  TableInput in{};
};

}  // namespace

TEST_CASE("A table is due when an input changed, and made when it differs", "[control][moves]") {
  Moved m;
  CHECK_FALSE(m.moves.due(m.now));
  m.moves.input_changed();
  CHECK(m.moves.due(m.now));
  CHECK_FALSE(m.publish());
  m.in.collecting = 0b01;
  m.moves.input_changed();
  const auto table = m.publish();
  REQUIRE(table);
  CHECK(table->collecting == 0b01);
}

TEST_CASE("Placed buckets move, are asked for by each worker, and are counted", "[control][moves]") {
  Moved m;
  const BucketsPlaced placed = m.moves.place({.first = 0, .last = 99, .of = kFirst}, kSecond);
  REQUIRE(placed.chosen > 0);
  REQUIRE(placed.chosen < 100);
  CHECK(m.moves.count_on(placed.buckets, kFirst) == placed.chosen);
  m.moves.input_changed();
  const auto table = m.publish();
  REQUIRE(table);
  CHECK(m.moves.moving());
  CHECK(m.moves.count_on(placed.buckets, kSecond) == placed.chosen);
  MemberStatus status;
  m.moves.add_to(status, kSecond);
  CHECK(status.placed_buckets == placed.chosen);

  std::size_t questions = 0;
  while (const auto question = m.moves.transmit()) {
    CHECK(question->member == kFirst);  // which they leave
    CHECK(question->pdu.requester_port == 11);
    CHECK(question->pdu.requester_system == kSystem);
    ++questions;
    marker::Responder responder;
    const auto answer = responder.receive(question->pdu, m.now);
    REQUIRE(answer);
    CHECK(m.moves.answers(kFirst, *answer, m.now));
  }
  CHECK(questions == 2);
  const auto released = m.publish();
  REQUIRE(released);
  CHECK_FALSE(released->moves.waiting());
  LagStatus lag;
  m.moves.add_to(lag);
  CHECK(lag.moves.counters.by_marker == 1);
  CHECK(lag.moves.markers.answered == 2);
  CHECK(lag.generation == released->generation);
}

TEST_CASE("The place of a member that is gone is free", "[control][moves]") {
  Moved m;
  CHECK(m.moves.place({.first = 5, .last = 9}, kSecond).chosen == 5);
  m.moves.forget(kSecond);
  CHECK(m.moves.placed() == kNoMembers);
}

TEST_CASE("A conversation is explained by its lane", "[control][moves]") {
  Moved m;
  Explanation out;
  out.hash = 5;
  m.moves.explain(out);
  REQUIRE(out.member);
  CHECK(out.why == "first");
  const MemberIndex other = *out.member == kFirst ? kSecond : kFirst;
  CHECK(m.moves.place({.first = 5, .last = 5}, other).chosen == 1);
  m.moves.input_changed();
  CHECK(m.publish());
  m.moves.explain(out);
  CHECK(out.member == other);
  CHECK(out.why == "placed");
}

}  // namespace ordered_moves_test
