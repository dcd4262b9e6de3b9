// Buckets that the operator places: where they are, for how long, and that they move in order.
#include "pair.hpp"
#include "support/catch.hpp"

namespace bucket_moves_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

namespace {

struct Placed : Pair {
  Placed() : Pair{3, [](LagSettings& s) { s.options.move.by = MoveBy::hold; }} {
    all_links(true);
    advance(5s);
  }
  [[nodiscard]] std::uint8_t at(std::size_t bucket) const { return tables[0]->bucket[bucket]; }
  /// Buckets 10 to 19 to member 1, and the move made.
  void place() {
    const auto done = ends[0]->place_buckets({.first = 10, .last = 19}, MemberIndex{1}, now);
    REQUIRE(done);
    CHECK(done->chosen == 10);
    exchange();
  }
};

}  // namespace

TEST_CASE("Buckets go where the operator says, in order, and no others do", "[control][buckets]") {
  Placed pair;
  const dist::BucketMap before = pair.tables[0]->bucket;
  pair.place();
  CHECK(pair.tables[0]->moves.waiting());
  std::size_t wrong = 0;
  for (std::size_t b = 0; b < dist::kBuckets; ++b)
    wrong += pair.at(b) == (b >= 10 && b <= 19 ? 1 : before[b]) ? 0U : 1U;
  CHECK(wrong == 0);
  CHECK(pair.ends[0]->status(pair.now).members[1].placed_buckets == 10);
  pair.advance(60ms);
  CHECK_FALSE(pair.tables[0]->moves.waiting());
}

TEST_CASE("They stay while their member distributes, and come back when it does", "[control][buckets]") {
  Placed pair;
  pair.place();
  pair.advance(1s);
  pair.link(2, false);
  pair.advance(5s);
  for (std::size_t b = 10; b < 20; ++b) CHECK(pair.at(b) == 1);
  pair.link(2, true);
  pair.link(1, false);
  pair.advance(5s);
  for (std::size_t b = 10; b < 20; ++b) CHECK(pair.at(b) != 1);
  pair.link(1, true);
  pair.advance(5s);
  for (std::size_t b = 10; b < 20; ++b) CHECK(pair.at(b) == 1);
}

TEST_CASE("Released buckets are where they were before", "[control][buckets]") {
  Placed pair;
  const dist::BucketMap before = pair.tables[0]->bucket;
  pair.place();
  pair.advance(1s);
  REQUIRE(pair.ends[0]->place_buckets({}, std::nullopt, pair.now));
  pair.advance(1s);
  CHECK(pair.tables[0]->bucket == before);
  CHECK(pair.ends[0]->status(pair.now).members[1].placed_buckets == 0);
}

TEST_CASE("All buckets of a member can be moved", "[control][buckets]") {
  Placed pair;
  const auto had = pair.ends[0]->status(pair.now).members[0].buckets;
  const auto done = pair.ends[0]->place_buckets({.of = MemberIndex{0}}, MemberIndex{2}, pair.now);
  REQUIRE(done);
  CHECK(done->chosen == had);
  pair.advance(1s);
  CHECK(pair.ends[0]->status(pair.now).members[0].buckets == 0);
  CHECK(pair.ends[0]->count_on(done->buckets, MemberIndex{2}) == had);
}

TEST_CASE("Where a bucket can't go is said, and nothing moves", "[control][buckets]") {
  Placed pair;
  pair.link(1, false);
  pair.advance(1s);
  const dist::BucketMap before = pair.tables[0]->bucket;
  const auto done = pair.ends[0]->place_buckets({.first = 1, .last = 1}, MemberIndex{1}, pair.now);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == Errc::busy);
  pair.advance(1s);
  CHECK(pair.tables[0]->bucket == before);
}

}  // namespace bucket_moves_test
