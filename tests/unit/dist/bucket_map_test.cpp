#include "dist/bucket_map.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <vector>

#include "support/catch.hpp"
#include "support/prng.hpp"

namespace bucket_map_test {

using lagoon::kMembersMax;
using lagoon::test::Prng;
using namespace lagoon::dist;

namespace {

constexpr std::uint32_t first_members(std::size_t count) {
  return count == 32 ? ~0U : (std::uint32_t{1} << count) - 1;
}

BucketMap map_of(BucketPreferences& preferences, const BucketMapInput& input) {
  BucketMap map;
  preferences.map(input, map);
  return map;
}

std::array<double, kMembersMax> buckets_of(const BucketMap& map) {
  std::array<double, kMembersMax> count{};
  for (const std::uint8_t member : map) ++count[member];
  return count;
}

double fair_share(const BucketMapInput& input, std::size_t member) {
  double all = 0;
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if ((input.distributing >> i & 1U) != 0) all += input.capacity[i];
  return static_cast<double>(kBuckets) * input.capacity[member] / all;
}

BucketMapInput equal_members(std::size_t count) {
  BucketMapInput input;
  std::fill_n(input.capacity.begin(), count, 10'000U);
  input.distributing = first_members(count);
  return input;
}

}  // namespace

TEST_CASE("Shares follow the capacities to within 1 % and three buckets", "[dist][bucket]") {
  BucketPreferences preferences;
  Prng random{1};
  for (const std::size_t count : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 12U, 16U, 24U, 32U})
    for (const int kind : {0, 1, 2}) {
      BucketMapInput input = equal_members(count);
      for (std::size_t i = 0; i < count && kind != 0; ++i)
        input.capacity[i] = kind == 1 ? (i % 2 == 0 ? 100U : 1U)  // the widest ratio asked for
                                      : static_cast<std::uint32_t>(random.between(1, 100));
      const auto count_of = buckets_of(map_of(preferences, input));
      for (std::size_t m = 0; m < count; ++m) {
        const double fair = fair_share(input, m);
        CAPTURE(count, kind, m, fair, count_of[m]);
        CHECK(std::abs(count_of[m] - fair) <= 0.01 * fair + 3);
      }
    }
}

TEST_CASE("When a member goes only its buckets move, and evenly; when it returns they come back",
          "[dist][bucket]") {
  BucketPreferences preferences;
  for (std::size_t count = 2; count <= 8; ++count) {
    BucketMapInput input = equal_members(count);
    const BucketMap whole = map_of(preferences, input);
    for (std::size_t victim = 0; victim < count; ++victim) {
      input.distributing = first_members(count) & ~(std::uint32_t{1} << victim);
      const BucketMap without = map_of(preferences, input);
      std::array<double, kMembersMax> heirs{};
      for (std::size_t b = 0; b < kBuckets; ++b) {
        if (whole[b] == victim)
          ++heirs[without[b]];
        else
          REQUIRE(without[b] == whole[b]);
      }
      const double mean = buckets_of(whole)[victim] / static_cast<double>(count - 1);
      CAPTURE(count, victim, mean);
      CHECK(*std::max_element(heirs.begin(), heirs.end()) <= 1.05 * mean);
      CHECK(heirs[victim] == 0);
      input.distributing = first_members(count);
      CHECK(map_of(preferences, input) == whole);
    }
  }
}

TEST_CASE("Heirs take buckets by capacity", "[dist][bucket]") {
  BucketPreferences preferences;
  BucketMapInput input;
  input.capacity = {10, 10, 20, 40, 100};
  input.distributing = first_members(4);  // the largest is gone
  const auto count_of = buckets_of(map_of(preferences, input));
  for (std::size_t m = 0; m < 4; ++m) {
    CAPTURE(m);
    CHECK(std::abs(count_of[m] - fair_share(input, m)) <= 0.01 * fair_share(input, m) + 2);
  }
}

TEST_CASE("Any subset of members shares fairly, and the path to it does not matter", "[dist][bucket]") {
  Prng random{2};
  BucketPreferences preferences;
  BucketPreferences fresh;
  for (const std::size_t count : {3U, 5U, 8U, 16U, 32U}) {
    BucketMapInput input = equal_members(count);
    for (int round = 0; round < 60; ++round) {
      input.distributing = random.u32() & first_members(count);
      if (input.distributing == 0) continue;
      const BucketMap map = map_of(preferences, input);
      if (round % 20 == 0) {
        fresh = BucketPreferences{};
        CHECK(map == map_of(fresh, input));
      }
      const auto count_of = buckets_of(map);
      double largest = 0;
      for (std::size_t m = 0; m < count; ++m) {
        if ((input.distributing >> m & 1U) == 0) CHECK(count_of[m] == 0);
        largest = std::max(largest, count_of[m]);
      }
      const double mean = static_cast<double>(kBuckets) / std::popcount(input.distributing);
      CAPTURE(count, input.distributing, mean, largest);
      // Beyond eight members there are more orders than buckets, and chance is the best there is.
      CHECK(largest <= (count <= 8 ? 1.04 : 1.2) * mean);
    }
  }
}

TEST_CASE("A further member takes its share and moves nothing else", "[dist][bucket]") {
  BucketPreferences preferences;
  for (const std::size_t count : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 15U, 31U}) {
    const BucketMap before = map_of(preferences, equal_members(count));
    const BucketMap after = map_of(preferences, equal_members(count + 1));
    std::size_t moved = 0;
    for (std::size_t b = 0; b < kBuckets; ++b) {
      if (before[b] == after[b]) continue;
      ++moved;
      REQUIRE(after[b] == count);
    }
    CAPTURE(count);
    CHECK(static_cast<double>(moved) <= static_cast<double>(kBuckets) / static_cast<double>(count + 1) + 1);
  }
}

TEST_CASE("Members need not be numbered without gaps", "[dist][bucket]") {
  BucketPreferences preferences;
  BucketMapInput input;
  input.capacity[3] = 5;
  input.capacity[31] = 5;
  input.distributing = ~0U;
  const auto count_of = buckets_of(map_of(preferences, input));
  CHECK(count_of[3] == kBuckets / 2);
  CHECK(count_of[31] == kBuckets / 2);
}

}  // namespace bucket_map_test
