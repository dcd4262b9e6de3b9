#include "balance/rebalancer.hpp"

#include <algorithm>
#include <iostream>

#include "support/catch.hpp"
#include "support/sanitized.hpp"
#include "traffic.hpp"

namespace rebalancer_test {

using namespace lagoon;
using namespace lagoon::balance;
using lagoon::test::Conversation;
using lagoon::test::Prng;
using lagoon::test::Traffic;
using lagoon::test::TrafficOptions;
using lagoon::test::zipf;

namespace {

constexpr double kGigabit = 125e6;  // octets a second
constexpr RebalancerOptions kOn{.enabled = true};
// A sanitizer looks for wrong steps, which one seed shows; how well the figures hold the other build shows.
constexpr std::uint64_t kSeeds = lagoon::test::kSanitized ? 1 : 5;

// All of them in buckets that the base map gives to member 0.
void polarise(Traffic& traffic, std::vector<Conversation> heavy) {
  for (Conversation& one : heavy)
    while (traffic.base[dist::bucket_of(one.hash)] != 0) one.hash = traffic.random.u32();
  traffic.conversations.insert(traffic.conversations.end(), heavy.begin(), heavy.end());
}

void add(Traffic& traffic, const std::vector<Conversation>& more) {
  traffic.conversations.insert(traffic.conversations.end(), more.begin(), more.end());
}

// Of the bucket of `hash`, one for each i.
std::uint32_t neighbour(std::uint32_t hash, std::uint32_t i) {
  return hash + i * static_cast<std::uint32_t>(dist::kBuckets);
}

double highest(const std::vector<double>& of) {
  return *std::max_element(of.begin(), of.end());
}

double lowest(const std::vector<double>& of) {
  return *std::min_element(of.begin(), of.end());
}

std::uint64_t moves(const Traffic& traffic) {
  return traffic.rebalancer.counters().bucket_moves + traffic.rebalancer.counters().pin_moves;
}

}  // namespace

TEST_CASE("From all heavy conversations on one of four members to within 10 % in 10 intervals, then calm",
          "[balance][rebalance]") {
  struct Row {
    const char* name;
    double exponent;
    std::size_t heavy;
  };
  // (a burst of 64 KiB at a time scatters as TCP does over one link)
  for (const Row& row : {Row{"1000 equal", 0, 1000}, Row{"1000 by Zipf 0.8", 0.8, 1000},
                         Row{"1000 by Zipf 1.1", 1.1, 1000}, Row{"100 equal", 0, 100}})
    for (std::uint64_t seed = 1; seed <= std::min<std::uint64_t>(8, kSeeds); ++seed) {
      Traffic traffic{
          {.capacity = std::vector<double>(4, 10 * kGigabit), .clump = seed % 2 == 0 ? 3e3 : 64e3},
          kOn,
          seed};
      polarise(traffic, zipf(row.heavy, row.exponent, 18 * kGigabit, traffic.random));
      add(traffic, zipf(10'000, 0.5, 6 * kGigabit, traffic.random));
      const double before = traffic.imbalance();
      traffic.interval();  // a baseline
      int needed = 0;
      for (int i = 1; i <= 10; ++i) {
        traffic.interval();
        if (traffic.imbalance() > 1.1) needed = i + 1;
      }
      const std::uint64_t settled = moves(traffic);
      CAPTURE(row.name, seed, before, traffic.imbalance(), settled, traffic.pinned());
      CHECK(needed <= 10);
      double worst = 0;
      for (int i = 0; i < 200; ++i) {
        traffic.interval();
        worst = std::max(worst, traffic.imbalance());
      }
      CHECK(worst < 1.1);
      CHECK(moves(traffic) - settled <= 10);
      CHECK(traffic.returns == 0);
    }
}

TEST_CASE("What is balanced but for chance is left alone", "[balance][rebalance]") {
  // From steady packets to clumps that make a member's load scatter by some percent.
  for (const double clump : {1.5e3, 64e3, 1e6})
    for (std::uint64_t seed = 1; seed <= std::min<std::uint64_t>(5, kSeeds); ++seed) {
      Traffic traffic{{.capacity = std::vector<double>(4, kGigabit), .clump = clump}, kOn, seed};
      add(traffic, zipf(20'000, 0.3, 2.4 * kGigabit, traffic.random));
      REQUIRE(traffic.imbalance() < 1.06);
      traffic.intervals(300);
      CAPTURE(clump, seed, traffic.imbalance());
      CHECK(moves(traffic) == 0);
      CHECK(traffic.rebalancer.counters().intervals_unbalanced == 0);
    }
}

TEST_CASE("Unequal members are filled alike", "[balance][rebalance]") {
  for (std::uint64_t seed = 1; seed <= std::min<std::uint64_t>(5, kSeeds); ++seed) {
    Traffic traffic{{.capacity = {10 * kGigabit, kGigabit, kGigabit}}, kOn, seed};
    // 0.5 Gbit/s of 100 conversations on each of the small ones, above 0.8 of them that the base map brings.
    auto heavy = zipf(200, 0.5, kGigabit, traffic.random);
    for (std::size_t i = 0; i < heavy.size(); ++i)
      while (traffic.base[dist::bucket_of(heavy[i].hash)] != 1 + i % 2) heavy[i].hash = traffic.random.u32();
    add(traffic, heavy);
    add(traffic, zipf(20'000, 0.3, 8 * kGigabit, traffic.random));
    REQUIRE(traffic.imbalance() > 1.5);
    traffic.intervals(11);
    CAPTURE(seed, traffic.utilisation());
    CHECK(traffic.imbalance() < 1.1);
    const std::uint64_t settled = moves(traffic);
    traffic.intervals(200);
    CHECK(traffic.imbalance() < 1.1);
    CHECK(moves(traffic) == settled);
  }
}

TEST_CASE("A lost member's lanes go to the others at once; when it returns only base buckets do",
          "[balance][rebalance]") {
  for (std::uint64_t seed = 1; seed <= std::min<std::uint64_t>(5, kSeeds); ++seed) {
    Traffic traffic{{.capacity = std::vector<double>(4, 10 * kGigabit)}, kOn, seed};
    polarise(traffic, zipf(500, 1.0, 9 * kGigabit, traffic.random));
    add(traffic, zipf(10'000, 0.5, 9 * kGigabit, traffic.random));
    traffic.intervals(15);
    REQUIRE(traffic.imbalance() < 1.1);
    const auto before = traffic.rebalancer.overrides();
    REQUIRE(std::ranges::count(before, 2) > 10);
    traffic.members(0b1011);
    const auto without = traffic.rebalancer.overrides();
    for (std::size_t b = 0; b < dist::kBuckets; ++b)
      REQUIRE(without[b] == (before[b] == 2 ? Rebalancer::kNone : before[b]));
    traffic.intervals(12);
    CHECK(traffic.imbalance() < 1.1);
    const auto during = traffic.rebalancer.overrides();
    traffic.members(0b1111);
    CHECK(traffic.rebalancer.overrides() == during);
    traffic.intervals(12);
    CAPTURE(seed, traffic.utilisation());
    CHECK(traffic.imbalance() < 1.1);
    const std::uint64_t settled = moves(traffic);
    traffic.intervals(100);
    CHECK(moves(traffic) - settled <= 5);
  }
}

TEST_CASE("Two elephants of one bucket get pins and go apart, and the pins go when they are small",
          "[balance][rebalance]") {
  for (std::uint64_t seed = 1; seed <= std::min<std::uint64_t>(10, kSeeds); ++seed) {
    Traffic traffic{{.capacity = std::vector<double>(4, 10 * kGigabit)}, kOn, seed};
    add(traffic, zipf(10'000, 0.3, 12 * kGigabit, traffic.random));
    const std::uint32_t hash = traffic.random.u32();
    for (std::uint32_t i = 1; i <= 3; ++i)  // each as much as a member's share
      traffic.conversations.push_back({neighbour(hash, i), 4 * kGigabit, 0});
    REQUIRE(traffic.imbalance() > 2);
    traffic.intervals(15);
    CAPTURE(seed, traffic.utilisation(), traffic.pinned());
    CHECK(traffic.imbalance() < 1.1);
    CHECK(traffic.pinned() >= 2);
    CHECK(traffic.pinned() <= 3);
    traffic.intervals(15);
    const std::uint64_t settled = moves(traffic);
    traffic.intervals(100);
    CHECK(moves(traffic) - settled <= 5);
    CHECK(traffic.imbalance() < 1.1);
    for (std::size_t i = 1; i <= 3; ++i) traffic.conversations[traffic.conversations.size() - i].rate = 1e4;
    traffic.intervals(60);
    CHECK(traffic.pinned() == 0);
    CHECK(traffic.rebalancer.counters().pins_released == traffic.rebalancer.counters().pins_made);
    CHECK(traffic.imbalance() < 1.1);
  }
}

TEST_CASE("One elephant among small ones leaves its bucket behind", "[balance][rebalance]") {
  // A bucket of 3 Gbit/s, half of it one conversation, where no member has room for more than 2.
  Traffic traffic{{.capacity = std::vector<double>(2, 10 * kGigabit)}, kOn, 3};
  const std::uint32_t hash = 5;
  const std::uint8_t home = traffic.base[dist::bucket_of(hash)];
  traffic.conversations.push_back({hash, 3 * kGigabit, 0});
  for (std::uint32_t i = 1; i <= 300; ++i)
    traffic.conversations.push_back({neighbour(hash, i), 3 * kGigabit / 300, 0});
  // (the rest of both members is in lanes too small to count)
  for (std::uint32_t b = 0; b < dist::kBuckets; ++b)
    if (traffic.base[b] != home) traffic.conversations.push_back({b, 2 * kGigabit / 2048, 0});
  REQUIRE(traffic.imbalance() > 1.45);
  traffic.intervals(15);
  CAPTURE(traffic.utilisation(), traffic.pinned());
  CHECK(traffic.imbalance() < 1.1);
  CHECK(traffic.pinned() == 1);
  const auto pin = std::ranges::find(traffic.rebalancer.pins(), true, &dist::Pin::used);
  CHECK(pin->hash == hash);
}

TEST_CASE("An elephant above a member's capacity has that member for itself", "[balance][rebalance]") {
  for (std::uint64_t seed = 1; seed <= std::min<std::uint64_t>(5, kSeeds); ++seed) {
    Traffic traffic{{.capacity = std::vector<double>(4, 10 * kGigabit)}, kOn, seed};
    add(traffic, zipf(10'000, 0.3, 15 * kGigabit, traffic.random));
    traffic.conversations.push_back({traffic.random.u32(), 11 * kGigabit, 0});
    traffic.intervals(40);
    const std::uint8_t home = traffic.member_of(traffic.conversations.back());
    const auto of = traffic.utilisation();
    CAPTURE(seed, of, traffic.pinned());
    for (std::size_t m = 0; m < 4; ++m) CHECK((m == home ? of[m] < 1.13 : std::abs(of[m] - 0.5) < 0.06));
    const std::uint64_t settled = moves(traffic);
    traffic.intervals(200);
    CHECK(traffic.member_of(traffic.conversations.back()) == home);
    CHECK(moves(traffic) - settled <= 40);  // of what small ones still grow there
    CHECK(traffic.returns == 0);
  }
}

TEST_CASE("Where conversations have a table only the largest move, and that suffices",
          "[balance][rebalance]") {
  for (std::uint64_t seed = 1; seed <= std::min<std::uint64_t>(10, kSeeds); ++seed) {
    const std::vector<double> capacity{10 * kGigabit, kGigabit, kGigabit};
    Traffic traffic{{.capacity = capacity, .table = true}, kOn, seed};
    add(traffic, zipf(10'000, 1.1, 0.8 * 12 * kGigabit, traffic.random));
    // Shared out by number as capacity is, but the small members got the twelve largest.
    for (std::size_t i = 0; i < traffic.conversations.size(); ++i) {
      const std::uint64_t at = traffic.random.below(12);
      traffic.conversations[i].member = static_cast<std::uint8_t>(i < 12 ? 1 + i % 2 : at < 10 ? 0 : at - 9);
    }
    REQUIRE(highest(traffic.utilisation()) > 2);
    traffic.intervals(11);
    CAPTURE(seed, traffic.utilisation(), traffic.pinned());
    const auto within = [&traffic] {
      const auto of = traffic.utilisation();
      return highest(of) <= 0.95 || lowest(of) >= 0.6;
    };
    CHECK(within());
    CHECK(highest(traffic.utilisation()) < 0.95);
    const std::uint64_t settled = moves(traffic);
    for (int i = 0; i < 200; ++i) {
      traffic.interval();
      CHECK(within());
    }
    CHECK(moves(traffic) - settled <= 10);
    CHECK(traffic.overridden() == 0);
  }
}

TEST_CASE("No interval moves more than it may, and what has moved stays for the cool-down",
          "[balance][rebalance]") {
  for (const std::uint32_t most : {1U, 16U, 100U}) {
    RebalancerOptions options = kOn;
    options.moves_max = most;
    options.cool_down = 5;
    Traffic traffic{{.capacity = std::vector<double>(4, 10 * kGigabit)}, options, most};
    polarise(traffic, zipf(300, 0.8, 9 * kGigabit, traffic.random));
    add(traffic, zipf(5'000, 0.5, 9 * kGigabit, traffic.random));
    std::vector<int> moved(dist::kBuckets, -100);
    for (int i = 0; i < 60; ++i) {
      const auto before = traffic.rebalancer.overrides();
      const std::uint64_t count = moves(traffic);
      // Sizes change all the time, so that there is always something to move.
      for (Conversation& one : traffic.conversations) one.rate *= traffic.random.chance(0.5) ? 1.4 : 0.7;
      traffic.interval();
      REQUIRE(moves(traffic) - count <= most);
      for (std::size_t b = 0; b < dist::kBuckets; ++b) {
        const std::uint8_t now = traffic.rebalancer.overrides()[b];
        if (now == before[b] || now == Rebalancer::kNone) continue;
        REQUIRE(i - moved[b] >= 5);
        moved[b] = i;
      }
    }
    CHECK(moves(traffic) >= 10);
  }
}

TEST_CASE("Moves that take their time are not decided twice", "[balance][rebalance]") {
  for (const bool table : {false, true}) {
    Traffic traffic{
        {.capacity = std::vector<double>(4, 10 * kGigabit), .table = table, .delay = 3, .samples = 20'000},
        kOn,
        5};
    if (table) {
      add(traffic, zipf(5'000, 1.1, 20 * kGigabit, traffic.random));
      for (std::size_t i = 0; i < traffic.conversations.size(); ++i)
        traffic.conversations[i].member = static_cast<std::uint8_t>(i < 20 ? 0 : i % 4);
    } else {
      polarise(traffic, zipf(500, 1.0, 9 * kGigabit, traffic.random));
      add(traffic, zipf(10'000, 0.5, 9 * kGigabit, traffic.random));
    }
    REQUIRE(traffic.imbalance() > 1.9);
    traffic.intervals(40);
    CAPTURE(table, traffic.utilisation(), traffic.pinned());
    // (the large ones alone are coarse)
    CHECK(traffic.imbalance() < (table ? 1.15 : 1.1));
    const std::uint64_t settled = moves(traffic);
    const std::uint64_t returned = traffic.returns;
    traffic.intervals(100);
    CHECK(moves(traffic) - settled <= 3);
    CHECK(traffic.returns == returned);
  }
}

TEST_CASE("Switched off, overrides go at once and pins when they are where their bucket is",
          "[balance][rebalance]") {
  Traffic traffic{{.capacity = std::vector<double>(4, 10 * kGigabit), .delay = 1}, kOn, 6};
  add(traffic, zipf(10'000, 0.3, 12 * kGigabit, traffic.random));
  for (std::uint32_t i = 1; i <= 3; ++i) traffic.conversations.push_back({neighbour(77, i), 4 * kGigabit, 0});
  traffic.intervals(20);
  REQUIRE(traffic.pinned() >= 2);
  REQUIRE(traffic.overridden() > 0);
  traffic.rebalancer.set_options({.enabled = false}, traffic.now);
  CHECK(traffic.overridden() == 0);
  CHECK(traffic.pinned() >= 2);
  traffic.intervals(8);  // (Traffic checks that a pin ends where its bucket is)
  CHECK(traffic.pinned() == 0);
  CHECK_FALSE(traffic.rebalancer.deadline());
  for (std::uint32_t i = 1; i <= 3; ++i)
    CHECK(traffic.member_of({neighbour(77, i), 0, 0}) == traffic.base[dist::bucket_of(77)]);
  // And on again: the octets counted meanwhile say nothing about rates.
  traffic.intervals(100);
  traffic.rebalancer.set_options(kOn, traffic.now);
  traffic.interval();
  CHECK(traffic.overridden() == 0);
  traffic.intervals(30);
  CHECK(traffic.imbalance() < 1.1);
}

TEST_CASE("Without pins buckets move as they are; a lost member's pins go at once", "[balance][rebalance]") {
  for (const bool pins : {false, true}) {
    RebalancerOptions options = kOn;
    options.pins = pins;
    Traffic traffic{{.capacity = std::vector<double>(4, 10 * kGigabit)}, options, 7};
    add(traffic, zipf(5'000, 0.3, 8 * kGigabit, traffic.random));
    for (std::uint32_t i = 1; i <= 3; ++i)
      traffic.conversations.push_back({neighbour(88, i), 3 * kGigabit, 0});
    traffic.intervals(20);
    CHECK((traffic.pinned() > 0) == pins);
    if (!pins) continue;
    const auto pin = std::ranges::find(traffic.rebalancer.pins(), true, &dist::Pin::used);
    const std::uint8_t member =
        traffic.rebalancer.pin_members()[static_cast<std::size_t>(pin - traffic.rebalancer.pins().begin())];
    const std::uint32_t hash = pin->hash;
    traffic.members(0xfU & ~(1U << member));
    CHECK(std::ranges::none_of(traffic.rebalancer.pins(),
                               [hash](const dist::Pin& p) { return p.used && p.hash == hash; }));
    CHECK(std::ranges::count(traffic.rebalancer.pin_members(), member) == 0);
  }
}

TEST_CASE("Off, or nobody distributes: no measurement is wanted", "[balance][rebalance]") {
  const Instant start = instant_from_ns(5);
  Rebalancer off{{}, start};
  Rebalancer::Capacities capacity{};
  capacity[0] = capacity[1] = 1000;
  off.members_changed(capacity, 0b11, start);
  CHECK_FALSE(off.deadline());
  off.set_options(kOn, start);
  CHECK(off.deadline() == start + 1s);
  off.members_changed(capacity, 0, start);
  CHECK_FALSE(off.deadline());
}

// For docs/rebalancing.md: rebalance_test "[.figures]" prints CSV. "table": only large conversations move.
TEST_CASE("Imbalance over intervals", "[.figures]") {
  std::cout << "case,interval,imbalance,highest,lowest,moves,pins\n";
  const auto run = [](const char* name, Traffic& traffic, int intervals) {
    for (int i = 0; i <= intervals; ++i) {
      const auto of = traffic.utilisation();
      std::cout << name << ',' << i << ',' << traffic.imbalance() << ',' << highest(of) << ',' << lowest(of)
                << ',' << moves(traffic) << ',' << traffic.pinned() << '\n';
      traffic.interval();
    }
  };
  for (const double exponent : {0.0, 0.8, 1.1}) {
    Traffic traffic{{.capacity = std::vector<double>(4, 10 * kGigabit)}, kOn, 1};
    polarise(traffic, zipf(1000, exponent, 18 * kGigabit, traffic.random));
    add(traffic, zipf(10'000, 0.5, 6 * kGigabit, traffic.random));
    run(exponent == 0 ? "equal" : exponent < 1 ? "zipf0.8" : "zipf1.1", traffic, 14);
  }
  Traffic traffic{{.capacity = {10 * kGigabit, kGigabit, kGigabit}, .table = true}, kOn, 3};
  add(traffic, zipf(10'000, 1.1, 0.8 * 12 * kGigabit, traffic.random));
  for (std::size_t i = 0; i < traffic.conversations.size(); ++i) {
    const std::uint64_t at = traffic.random.below(12);
    traffic.conversations[i].member = static_cast<std::uint8_t>(i < 12 ? 1 + i % 2 : at < 10 ? 0 : at - 9);
  }
  run("table", traffic, 14);
}

}  // namespace rebalancer_test
