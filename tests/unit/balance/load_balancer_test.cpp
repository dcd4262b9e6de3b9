#include "balance/load_balancer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "support/catch.hpp"
#include "support/prng.hpp"
#include "support/sanitized.hpp"

namespace load_balancer_test {

using namespace lagoon;
using namespace lagoon::balance;
using lagoon::test::Prng;

namespace {

using Capacities = std::array<std::uint32_t, kMembersMax>;
using Loads = std::array<double, dist::kLoadGroups>;  // octets a second

Capacities capacities(const std::vector<std::uint32_t>& speeds) {
  Capacities all{};
  std::copy(speeds.begin(), speeds.end(), all.begin());
  return all;
}

constexpr std::uint32_t first_members(std::size_t count) {
  return (std::uint32_t{1} << count) - 1;
}

// Zipf's law, the ranks dealt to the groups by chance.
Loads zipf(double exponent, Prng& random) {
  Loads loads;
  for (std::size_t i = 0; i < loads.size(); ++i)
    loads[i] = 1e8 / std::pow(static_cast<double>(i + 1), exponent);
  for (std::size_t i = loads.size() - 1; i > 0; --i) std::swap(loads[i], loads[random.below(i + 1)]);
  return loads;
}

// A balancer with the traffic that it counts.
class Rig {
 public:
  Rig(const std::vector<std::uint32_t>& speeds, const LoadBalancerOptions& options = {})
      : capacity_{capacities(speeds)}, count_{speeds.size()}, balancer{options, now} {
    members(first_members(count_));
  }
  void members(std::uint32_t distributing) {
    distributing_ = distributing;
    balancer.set_members(capacity_, distributing, now);
    check();
  }
  // One interval of `loads`, each off by up to `noise` of itself.
  void interval(const Loads& loads, double noise, Prng& random) {
    now = balancer.deadline().value();
    for (std::size_t g = 0; g < loads.size(); ++g) {
      const double off = noise * (static_cast<double>(random.below(2001)) / 1000 - 1);
      octets_[g] += static_cast<std::uint64_t>(loads[g] * (1 + off));
    }
    balancer.measured(octets_, now);
    check();
  }
  void intervals(int count, const Loads& loads, double noise, Prng& random) {
    for (int i = 0; i < count; ++i) interval(loads, noise, random);
  }
  // Every group has a member that distributes; what the members carry is what was measured.
  void check() const {
    const auto& map = balancer.map();
    REQUIRE(std::ranges::all_of(map, [this](std::uint8_t m) { return (distributing_ >> m & 1U) != 0; }));
  }
  [[nodiscard]] std::vector<double> carried(const Loads& loads) const {
    std::vector<double> sum(count_, 0);
    for (std::size_t g = 0; g < loads.size(); ++g) sum[balancer.map()[g]] += loads[g];
    return sum;
  }
  // The highest utilisation over the mean one.
  [[nodiscard]] double unevenness(const Loads& loads) const {
    const std::vector<double> sum = carried(loads);
    double all = 0, capacity = 0, highest = 0;
    for (std::size_t m = 0; m < count_; ++m) {
      if ((distributing_ >> m & 1U) == 0) continue;
      all += sum[m];
      capacity += capacity_[m];
      highest = std::max(highest, sum[m] / capacity_[m]);
    }
    return highest / (all / capacity);
  }
  // Of any map: the largest group, alone on the fastest member.
  [[nodiscard]] double least_unevenness(const Loads& loads) const {
    const double all = std::accumulate(loads.begin(), loads.end(), 0.0);
    const double capacity = std::accumulate(capacity_.begin(), capacity_.end(), 0.0);
    return *std::ranges::max_element(loads) / *std::ranges::max_element(capacity_) / (all / capacity);
  }
  [[nodiscard]] std::vector<std::size_t> groups() const {
    std::vector<std::size_t> of(count_, 0);
    for (const std::uint8_t member : balancer.map()) ++of[member];
    return of;
  }

 private:
  Capacities capacity_;
  std::size_t count_;
  std::uint32_t distributing_ = 0;
  dist::GroupOctets octets_{};

 public:
  Instant now = instant_from_ns(1'000'000'000);
  LoadBalancer balancer;
};

}  // namespace

TEST_CASE("Before any measurement the groups are shared out by capacity", "[balance][load]") {
  const std::vector<std::vector<std::uint32_t>> rows{{1},
                                                     {1000, 1000},
                                                     {10, 10, 10},
                                                     {25, 25, 25, 25},
                                                     {1000, 10000},
                                                     {10000, 1000},
                                                     {10, 1, 1, 10},
                                                     {1, 1, 1, 1, 1, 1, 1, 1},
                                                     {40000, 10000, 10000, 1000}};
  for (const auto& speeds : rows) {
    const Rig rig{speeds};
    const auto of = rig.groups();
    const double all = std::accumulate(speeds.begin(), speeds.end(), 0.0);
    for (std::size_t m = 0; m < speeds.size(); ++m) {
      const double fair = 256 * speeds[m] / all;
      CAPTURE(speeds, m, fair, of[m]);
      CHECK(std::abs(static_cast<double>(of[m]) - fair) <= 0.02 * fair + 2);
    }
  }
}

TEST_CASE("Without traffic only the groups of a lost member move, and its return moves exactly those back",
          "[balance][load]") {
  for (const bool dynamic : {true, false}) {
    Rig rig{{10, 10, 10, 10}, {.dynamic = dynamic}};
    const dist::GroupMap whole = rig.balancer.map();
    for (std::uint32_t victim = 0; victim < 4; ++victim) {
      rig.members(0xfU & ~(1U << victim));
      std::vector<int> heirs(4, 0);
      for (std::size_t g = 0; g < whole.size(); ++g) {
        if (whole[g] == victim)
          ++heirs[rig.balancer.map()[g]];
        else
          REQUIRE(rig.balancer.map()[g] == whole[g]);
      }
      for (std::size_t m = 0; m < 4; ++m)
        CHECK((m == victim ? heirs[m] == 0 : std::abs(heirs[m] - 64 / 3) <= 4));
      rig.members(0xf);
      CHECK(rig.balancer.map() == whole);
    }
    CHECK(rig.balancer.moves() == 0);
    CHECK(rig.balancer.deadline().has_value() == dynamic);
  }
}

TEST_CASE("Loads by Zipf's law come to within 15 % of even, and stay where they are", "[balance][load]") {
  const std::vector<std::vector<std::uint32_t>> rows{{10, 10},  {10, 10, 10},   {10, 10, 10, 10},
                                                     {100, 10}, {10, 100, 100}, {40, 10, 25, 25}};
  int late = 0;
  constexpr std::uint64_t kSeeds = lagoon::test::kSanitized ? 4 : 20;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed)
    for (const auto& speeds : rows) {
      Prng random{seed};
      const Loads loads = zipf(1.1, random);
      Rig rig{speeds};
      rig.intervals(30, loads, 0.2, random);
      CAPTURE(seed, speeds, rig.carried(loads), rig.balancer.moves());
      const double bound = std::max(1.15, 1.01 * rig.least_unevenness(loads));
      CHECK(rig.unevenness(loads) < bound);
      int restless = 0;
      for (int i = 0; i < 1000; ++i) {
        const std::uint64_t before = rig.balancer.moves();
        rig.interval(loads, 0.2, random);
        if (rig.balancer.moves() != before) ++restless;
      }
      CHECK(restless <= 1);  // chance beyond four deviations
      late += restless;
      CHECK(rig.unevenness(loads) < bound);
    }
  CHECK(late <= 10);  // of 120000 intervals
}

TEST_CASE("With steady loads moves come to an end, few at a time", "[balance][load]") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Prng random{seed};
    const Loads loads = zipf(0.6 + 0.05 * static_cast<double>(random.below(20)), random);
    std::vector<std::uint32_t> speeds(2 + random.below(7));
    for (std::uint32_t& speed : speeds) speed = static_cast<std::uint32_t>(random.between(1, 10));
    const LoadBalancerOptions options{.moves_max = static_cast<std::uint32_t>(random.between(1, 20))};
    Rig rig{speeds, options};
    CAPTURE(seed, speeds, options.moves_max);
    for (int i = 0; i < 400; ++i) {
      const std::uint64_t before = rig.balancer.moves();
      rig.interval(loads, 0, random);
      REQUIRE(rig.balancer.moves() - before <= options.moves_max);
    }
    const dist::GroupMap settled = rig.balancer.map();
    rig.intervals(20, loads, 0, random);
    CHECK(rig.balancer.map() == settled);
  }
}

TEST_CASE("One elephant gets a member for itself, and the others do not dance around it", "[balance][load]") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Prng random{seed};
    Loads loads;
    loads.fill(1e6);
    const std::size_t elephant = random.below(loads.size());
    loads[elephant] = 300e6;  // more than half of all
    Rig rig{{10, 10, 10, 10}};
    rig.intervals(40, loads, 0.3, random);
    const dist::GroupMap settled = rig.balancer.map();
    CAPTURE(seed, rig.carried(loads));
    const std::size_t home = settled[elephant];
    CHECK(rig.groups()[home] == 1);
    for (std::size_t m = 0; m < 4; ++m) CHECK((m == home || std::abs(rig.carried(loads)[m] - 85e6) < 15e6));
    rig.intervals(1000, loads, 0.3, random);
    CHECK(rig.balancer.map() == settled);
  }
}

TEST_CASE("Beside an elephant no member lies idle, however much the loads scatter", "[balance][load]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Prng random{seed};
    Loads loads{};
    // Six groups: one has as much as the five others together.
    for (const double load : {1500e3, 300e3, 300e3, 300e3, 300e3, 300e3}) {
      std::size_t group = random.below(loads.size());
      while (loads[group] != 0) group = random.below(loads.size());
      loads[group] = load;
    }
    Rig rig{{1, 1, 1}};
    rig.intervals(12, loads, 0.8, random);
    rig.intervals(20, loads, 0.1, random);
    const auto carried = rig.carried(loads);
    CAPTURE(seed, carried);
    CHECK(*std::ranges::min_element(carried) >= 600e3);
  }
}

TEST_CASE("Busy groups of a lost member spread by load; when it returns load comes back by measurement",
          "[balance][load]") {
  Prng random{7};
  const Loads loads = zipf(0.8, random);
  Rig rig{{10, 10, 10, 10}};
  rig.intervals(30, loads, 0.05, random);
  const dist::GroupMap before = rig.balancer.map();
  rig.members(0b1011);
  for (std::size_t g = 0; g < before.size(); ++g)
    if (before[g] != 2) REQUIRE(rig.balancer.map()[g] == before[g]);
  CHECK(rig.unevenness(loads) < 1.05);  // at once, without a measurement
  const dist::GroupMap without = rig.balancer.map();
  rig.members(0b1111);
  CHECK(rig.balancer.map() == without);  // nothing is torn from where it flows
  rig.intervals(20, loads, 0.05, random);
  CHECK(rig.unevenness(loads) < 1.15);
}

TEST_CASE("Groups that fell silent follow the pure function when the members change", "[balance][load]") {
  Prng random{8};
  Rig rig{{10, 10, 10}};
  const dist::GroupMap pure = rig.balancer.map();
  rig.intervals(20, zipf(1.0, random), 0.1, random);
  CHECK(rig.balancer.map() != pure);
  rig.intervals(100, Loads{}, 0, random);
  rig.members(0b011);
  rig.members(0b111);
  CHECK(rig.balancer.map() == pure);
}

TEST_CASE("What the members carry is what was measured, to the octet", "[balance][load]") {
  Prng random{9};
  Loads loads{};
  for (std::size_t g = 0; g < 100; ++g) loads[g] = static_cast<double>(random.between(1'000, 1'000'000));
  Rig rig{{10, 40}};
  rig.intervals(5, loads, 0, random);
  rig.members(0b10);
  const double all = std::accumulate(loads.begin(), loads.end(), 0.0);
  CHECK(rig.balancer.load(MemberIndex{0}) == 0);
  CHECK(rig.balancer.load(MemberIndex{1}) == static_cast<std::uint64_t>(all));
}

TEST_CASE("The order of the members does not matter for fairness", "[balance][load]") {
  for (const auto& speeds :
       std::vector<std::vector<std::uint32_t>>{{100, 10, 25}, {25, 100, 10}, {10, 25, 100}}) {
    Prng random{10};
    const Loads loads = zipf(0.9, random);
    Rig rig{speeds};
    rig.intervals(40, loads, 0.1, random);
    CAPTURE(speeds);
    CHECK(rig.unevenness(loads) < 1.1);
  }
}

TEST_CASE("Differences below the gain are left alone", "[balance][load]") {
  Loads loads;
  loads.fill(1e6);
  for (const std::uint32_t percent : {5U, 25U}) {
    Rig rig{{10, 10}, {.gain_min_percent = percent}};
    Loads uneven = loads;
    for (std::size_t g = 0; g < loads.size(); ++g)
      if (rig.balancer.map()[g] == 0) uneven[g] *= 1.4;  // 17 % above the share
    Prng random{1};
    rig.intervals(10, uneven, 0, random);
    CHECK((rig.balancer.moves() == 0) == (percent == 25));
  }
}

TEST_CASE("With dynamic off nothing is measured, and switching it off brings the pure function back",
          "[balance][load]") {
  Prng random{11};
  Rig rig{{10, 10, 10}};
  const dist::GroupMap pure = rig.balancer.map();
  rig.intervals(20, zipf(1.0, random), 0.1, random);
  rig.balancer.set_options({.dynamic = false}, rig.now);
  CHECK(rig.balancer.map() == pure);
  CHECK_FALSE(rig.balancer.deadline());
  rig.balancer.measured({}, rig.now + 10s);
  CHECK(rig.balancer.map() == pure);
  rig.balancer.set_options({}, rig.now);
  CHECK(rig.balancer.deadline() == rig.now + 1s);
  const std::uint64_t before = rig.balancer.moves();
  rig.interval({}, 0, random);  // what was counted meanwhile says nothing about the rate
  CHECK(rig.balancer.moves() == before);
  CHECK(rig.balancer.load(MemberIndex{0}) == 0);
}

TEST_CASE("Nobody distributes: no measurement is wanted, until somebody does", "[balance][load]") {
  Rig rig{{10, 10}};
  rig.members(0b01);
  rig.balancer.set_members(capacities({10, 10}), 0, rig.now);
  CHECK_FALSE(rig.balancer.deadline());
  rig.members(0b10);
  CHECK(rig.balancer.deadline());
}

TEST_CASE("Members whose speed is not known count alike", "[balance][load]") {
  const Rig rig{{0, 0}};
  CHECK(rig.groups() == std::vector<std::size_t>{128, 128});
}

}  // namespace load_balancer_test
