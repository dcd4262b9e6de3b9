// LAGs that find their members by themselves, as whole LAGs in virtual time, while cables are moved at
// random: members of other LAGs are never moved, what may not join never carries, and in the end each Partner
// has the LAG that it ought to have.
#include "formation_room.hpp"
#include "support/sanitized.hpp"

namespace formation_test {

constexpr std::uint64_t kSeeds = lagoon::test::kSanitized ? 4 : 20;

TEST_CASE("Two Partners have a LAG each, in settle and two seconds", "[sim][formation]") {
  Room room{1};
  for (std::size_t i = 0; i < 2; ++i) {
    room.connect({0, 2 + i}, {2, i});
    room.connect({0, 4 + i}, {3, i});
  }
  room.run(kSettle + 2s);
  CHECK(room.carrying(0) == 4);
  CHECK(room.boxes[0].moved == 2);
}

TEST_CASE("Two that find their members back to back agree", "[sim][formation]") {
  Room room{1};
  for (std::size_t i = 2; i < 8; ++i) room.connect({0, i}, {1, 7 - (i - 2)});
  room.run(kSettle + 2s);
  CHECK(room.carrying(0) == 6);
  CHECK(room.carrying(1) == 6);
  SECTION("also with a switch between some of them") {
    for (const std::size_t i : {2U, 3U}) {
      room.pull({0, i});
      room.connect({0, i}, {2, i});
    }
    room.run(2 * kSettle + 4s);
    CHECK(room.carrying(0) == 6);
    CHECK(room.carrying(1) == 4);
  }
}

TEST_CASE("What leads back to us, or does not aggregate, never joins", "[sim][formation]") {
  Room room{1};
  room.connect({0, 2}, {0, 3});
  room.connect({0, 4}, {0, 0});
  room.connect({0, 5}, {5, 0});
  room.run(20s);
  CHECK(room.carrying(0) == 0);
  CHECK(room.boxes[0].status(2, room.now).hold_out.candidate);
  CHECK(room.boxes[0].status(4, room.now).hold_out.candidacy.find("leads back to us") != std::string::npos);
  CHECK(room.boxes[0].status(5, room.now).hold_out.candidacy.find("does not aggregate") != std::string::npos);
}

TEST_CASE("A member whose Partner changes is out at once, and a silent one stays for `keep`",
          "[sim][formation]") {
  Room room{1};
  for (std::size_t i = 0; i < 3; ++i) room.connect({0, 2 + i}, {2, i});
  room.run(kSettle + 2s);
  REQUIRE(room.carrying(0) == 3);
  SECTION("another switch") {
    room.pull({0, 2});
    room.connect({0, 2}, {3, 0});
    room.run(kLook);
    CHECK(room.boxes[0].status(2, room.now).hold_out.candidate);
    room.run(kSettle + 3s);
    CHECK(room.carrying(0) == 3);
    CHECK(room.boxes[0].ports()[2].lag == 2);
  }
  SECTION("a cable that is back within `keep`") {
    room.pull({0, 2});
    room.run(4s);
    CHECK_FALSE(room.boxes[0].status(2, room.now).hold_out.candidate);
    room.connect({0, 2}, {2, 0});
    room.run(1s);
    CHECK(room.carrying(0) == 3);
  }
  SECTION("a cable that is not") {
    room.pull({0, 2});
    room.run(6s);
    CHECK(room.boxes[0].status(2, room.now).hold_out.candidate);
  }
}

TEST_CASE("A thousand rewirings move no member that is listed, and join none that may not",
          "[sim][formation]") {
  std::size_t rewirings = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    Room room{seed};
    for (std::size_t i = 0; i < 50; ++i, ++rewirings) {
      room.rewire();
      room.run(std::chrono::milliseconds{50 + 97 * (i % 23)});
    }
    room.run(20s);
    for (const std::size_t box : {0U, 1U}) {
      const Room::Shared shared = room.shared(box);
      CAPTURE(box, shared.partners);
      // (a Partner that a LAG of listed members has found later stays with both)
      CHECK(shared.lags >= std::min<std::size_t>(shared.partners, 2));
    }
  }
  CHECK(rewirings == kSeeds * 50);
}

}  // namespace formation_test
