#include "control/lag/roster.hpp"

#include "support/catch.hpp"

namespace roster_test {

using namespace lagoon;
using namespace lagoon::control;

namespace {

constexpr MemberIndex kFirst{0};
constexpr MemberIndex kSecond{1};
constexpr MemberIndex kThird{2};

Roster of_three() {
  Roster roster;
  roster.add(kFirst, {.name = "a", .lacp = {.port_number = 2}});
  roster.add(kSecond, {.name = "b"});
  roster.add(kThird, {.name = "c"});
  return roster;
}

}  // namespace

TEST_CASE("Members keep their order, and take the lowest port number and index", "[control][roster]") {
  Roster roster = of_three();
  CHECK(roster.settings(kSecond).lacp.port_number == 1);
  CHECK(roster.settings(kThird).lacp.port_number == 3);
  CHECK(roster.find("c") == kThird);
  CHECK_FALSE(roster.find("d"));
  roster.remove(kSecond);
  CHECK(roster.members() == 0b101);
  CHECK_FALSE(roster.find("b"));
  CHECK(roster.free_index() == kSecond);
  roster.add(kSecond, {.name = "d"});
  CHECK(roster.settings(kSecond).lacp.port_number == 1);
  REQUIRE(roster.order().size() == 3);
  CHECK(roster.order()[1] == kThird);
  CHECK(roster.order()[2] == kSecond);
}

TEST_CASE("A full roster has no free index", "[control][roster]") {
  Roster roster;
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    REQUIRE(roster.free_index());
    roster.add(*roster.free_index(), {.name = "m" + std::to_string(i)});
  }
  CHECK_FALSE(roster.free_index());
}

TEST_CASE("What the operator makes of a member", "[control][roster]") {
  Roster roster = of_three();
  CHECK(roster.enabled() == 0b111);
  CHECK(roster.administrate(kFirst, Administration::drained) == Administration::enabled);
  CHECK(roster.administrate(kSecond, Administration::disabled) == Administration::enabled);
  CHECK(roster.enabled() == 0b100);
  CHECK(roster.drained() == 0b001);
  CHECK(roster.withdrawn() == 0b011);
  CHECK(roster.listening() == 0b101);
  roster.leave(kThird, Instant{5s});
  CHECK(roster.leaving(kThird) == Instant{5s});
  CHECK(roster.enabled() == 0);
  CHECK(roster.listening() == 0b001);
  CHECK(roster.withdrawn() == 0b111);
  CHECK(roster.weigh(kFirst, 10));
  CHECK_FALSE(roster.weigh(kFirst, 10));
  // A new member has nothing of the one before.
  roster.remove(kThird);
  roster.add(kThird, {.name = "e"});
  CHECK_FALSE(roster.leaving(kThird));
  CHECK(roster.enabled() == 0b100);
}

TEST_CASE("A member that falls quiet is listened to until then", "[control][roster]") {
  Roster roster = of_three();
  CHECK_FALSE(roster.deadline());
  roster.administrate(kSecond, Administration::disabled);
  roster.fall_quiet(kSecond, Instant{2s});
  roster.fall_quiet(kThird, Instant{3s});
  CHECK(roster.listening() == 0b111);
  CHECK(roster.falling_quiet() == 0b110);
  CHECK(roster.deadline() == Instant{2s});
  roster.expire(Instant{2s} - 1ns);
  CHECK(roster.falls_quiet(kSecond));
  roster.expire(Instant{2s});
  CHECK_FALSE(roster.falls_quiet(kSecond));
  CHECK(roster.listening() == 0b101);
  roster.hasten_quiet(kThird, Instant{4s});
  CHECK(roster.deadline() == Instant{3s});
  roster.hasten_quiet(kThird, Instant{2500ms});
  roster.hasten_quiet(kSecond, Instant{2500ms});
  CHECK(roster.deadline() == Instant{2500ms});
  roster.expire(Instant{2500ms});
  CHECK_FALSE(roster.deadline());
}

}  // namespace roster_test
