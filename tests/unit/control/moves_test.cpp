// Which buckets wait when the map changes, and for how long (docs/decisions/0003).
#include "pair.hpp"
#include "support/catch.hpp"

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

namespace {

bool holds(const table::PortTable& table, std::size_t bucket) {
  return table.is_held(static_cast<std::uint32_t>(bucket));
}

}  // namespace

TEST_CASE("When a LAG comes up nothing waits", "[control][moves]") {
  Pair pair{1};
  pair.all_links(true);
  pair.advance(4s);
  CHECK(pair.tables[0]->distributing == 1);
  CHECK_FALSE(pair.tables[0]->holding);
}

TEST_CASE("Buckets that a returning member takes over wait for the planned time, and no others",
          "[control][moves]") {
  Pair pair{3};
  pair.all_links(true);
  pair.advance(5s);
  pair.link(1, false);
  pair.advance(1s);
  const dist::BucketMap before = pair.tables[0]->bucket;
  pair.link(1, true);
  while (pair.tables[0]->distributing != 0b111) pair.advance(1ms);
  const table::PortTable& moved = *pair.tables[0];
  REQUIRE(moved.holding);
  for (std::size_t b = 0; b < dist::kBuckets; ++b) REQUIRE(holds(moved, b) == (moved.bucket[b] != before[b]));
  pair.advance(48ms);
  CHECK(pair.tables[0]->holding);
  pair.advance(3ms);
  CHECK_FALSE(pair.tables[0]->holding);
}

TEST_CASE("Buckets of a lost member wait for the failover time", "[control][moves]") {
  Pair pair{3};
  pair.all_links(true);
  pair.advance(5s);
  pair.link(1, false);
  CHECK(pair.tables[0]->holding);
  pair.advance(9ms);
  CHECK(pair.tables[0]->holding);
  pair.advance(1ms);
  CHECK_FALSE(pair.tables[0]->holding);
}

TEST_CASE("Without a wait the tables never hold", "[control][moves]") {
  Pair pair{3, [](LagSettings& s) { s.options.hold = {.planned = 0ms, .failover = 0ms}; }};
  pair.all_links(true);
  pair.advance(5s);
  pair.link(1, false);
  CHECK_FALSE(pair.tables[0]->holding);
  pair.link(1, true);
  pair.advance(3s);
  CHECK(pair.tables[0]->distributing == 0b111);
  CHECK_FALSE(pair.tables[0]->holding);
}

TEST_CASE("A LAG that loses its last member lets go of what it held", "[control][moves]") {
  Pair pair{2};
  pair.all_links(true);
  pair.advance(5s);
  pair.link(0, false);
  REQUIRE(pair.tables[0]->holding);
  pair.link(1, false);
  CHECK(pair.tables[0]->distributing == 0);
  CHECK_FALSE(pair.tables[0]->holding);
}
