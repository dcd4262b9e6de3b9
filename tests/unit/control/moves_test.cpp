// Which buckets wait when the map changes, and for how long (docs/decisions/0003).
#include "fast/steer/steering.hpp"
#include "pair.hpp"
#include "support/catch.hpp"

namespace moves_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

TEST_CASE("When a LAG comes up nothing waits", "[control][moves]") {
  Pair pair{1};
  pair.all_links(true);
  pair.advance(4s);
  CHECK(pair.tables[0]->distributing == 1);
  CHECK_FALSE(pair.tables[0]->moves.waiting());
}

TEST_CASE("Buckets that a returning member takes over wait for the planned time, and no others",
          "[control][moves]") {
  Pair pair{3, [](LagSettings& s) { s.options.move.by = MoveBy::hold; }};
  pair.all_links(true);
  pair.advance(5s);
  pair.link(1, false);
  pair.advance(1s);
  fast::Steering worker;
  worker.follow(*pair.tables[0], pair.now);
  const dist::BucketMap before = pair.tables[0]->bucket;
  pair.link(1, true);
  while (pair.tables[0]->distributing != 0b111) pair.advance(1ms);
  const table::PortTable& moved = *pair.tables[0];
  REQUIRE(moved.moves.waiting());
  worker.follow(moved, pair.now);
  std::size_t wrong = 0;
  for (std::size_t b = 0; b < dist::kBuckets; ++b)
    wrong += worker.is_held(b) == (moved.bucket[b] != before[b]) ? 0U : 1U;
  CHECK(wrong == 0);
  pair.advance(48ms);
  CHECK(pair.tables[0]->moves.waiting());
  pair.advance(3ms);
  CHECK_FALSE(pair.tables[0]->moves.waiting());
}

TEST_CASE("Buckets of a lost member wait for the failover time", "[control][moves]") {
  Pair pair{3};
  pair.all_links(true);
  pair.advance(5s);
  pair.link(1, false);
  CHECK(pair.tables[0]->moves.waiting());
  pair.advance(9ms);
  CHECK(pair.tables[0]->moves.waiting());
  pair.advance(1ms);
  CHECK_FALSE(pair.tables[0]->moves.waiting());
}

TEST_CASE("Without a wait the tables never hold", "[control][moves]") {
  Pair pair{3, [](LagSettings& s) { s.options.move.planned = s.options.move.failover = 0ms; }};
  pair.all_links(true);
  pair.advance(5s);
  pair.link(1, false);
  CHECK_FALSE(pair.tables[0]->moves.waiting());
  pair.link(1, true);
  pair.advance(3s);
  CHECK(pair.tables[0]->distributing == 0b111);
  CHECK_FALSE(pair.tables[0]->moves.waiting());
}

TEST_CASE("A LAG that loses its last member lets go of what it held", "[control][moves]") {
  Pair pair{2};
  pair.all_links(true);
  pair.advance(5s);
  pair.link(0, false);
  REQUIRE(pair.tables[0]->moves.waiting());
  pair.link(1, false);
  CHECK(pair.tables[0]->distributing == 0);
  CHECK_FALSE(pair.tables[0]->moves.waiting());
}

}  // namespace moves_test
