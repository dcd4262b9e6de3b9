// Random faults on every link, then none: everything must carry again.
#include <cstddef>
#include <cstdint>
#include <string>

#include "simulator/fault_schedule.hpp"
#include "simulator/network.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace faults_test {

using namespace lagoon;
using namespace lagoon::sim;
using lacp::Activity;
using lacp::MuxControl;
using lacp::Rate;

namespace {

constexpr std::uint64_t kSeeds = 240;

// All seeds, or the one that a failed run printed.
template <typename Run>
void for_each_seed(std::uint64_t count, Run run) {
  if (const auto replayed = test::seed_from_environment()) {
    CAPTURE(*replayed);
    run(*replayed);
    return;
  }
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    CAPTURE(seed);
    run(seed);
  }
}

lacp::AggregatorConfig random_config(test::Prng& prng, Rate rate) {
  return {.system_priority = prng.u16(),
          .activity = prng.chance(0.7) ? Activity::active : Activity::passive,
          .rate = rate,
          .mux = prng.chance(0.6) ? MuxControl::independent : MuxControl::coupled};
}

// Worst case at the fast rate: a port that has just been EXPIRED falls to DEFAULTED (3 s), is heard again
// within one period (1 s), waits Aggregate_Wait_Time (2 s), and twice must hold back what it has to say (2
// s).
constexpr Duration kFastBound = 10s;
// At the slow rate the last word may have been lost, and the next comes 30 s later; a port that was kept
// alive by stale words lives 90 s on them.
constexpr Duration kSlowBound = 130s;

void survive_faults(std::uint64_t seed, Rate rate, Duration bound) {
  test::Prng prng{seed};
  const std::size_t links = prng.between(1, 8);
  lacp::AggregatorConfig a = random_config(prng, rate);
  const lacp::AggregatorConfig b = random_config(prng, rate);
  if (b.activity == Activity::passive) a.activity = Activity::active;
  Pair pair{seed, a, b, links, seed % 8 == 0};
  pair.simulator.set_all_carriers(true);
  schedule_faults(pair.simulator, {.duration = 30s, .faults = 4 * links});
  pair.simulator.run_for(30s);
  stop_faults(pair.simulator);
  const Instant stopped = pair.simulator.now();
  const bool converged =
      pair.simulator.run_until([&] { return pair.both_carry(first_members(links)); }, bound);
  CAPTURE(links, to_ms(pair.simulator.now() - stopped), pair.a.distributing(), pair.b.distributing());
  REQUIRE(converged);
  pair.simulator.run_for(10s);
  REQUIRE(pair.both_carry(first_members(links)));
}

}  // namespace

TEST_CASE("Whatever happened to the links, all carry 10 s after it stopped, at the fast rate",
          "[sim][faults]") {
  for_each_seed(kSeeds, [](std::uint64_t seed) { survive_faults(seed, Rate::fast, kFastBound); });
}

TEST_CASE("Whatever happened to the links, all carry 130 s after it stopped, at the slow rate",
          "[sim][faults]") {
  for_each_seed(kSeeds / 4, [](std::uint64_t seed) { survive_faults(seed, Rate::slow, kSlowBound); });
}

TEST_CASE("Whatever happened to the links, all carry 10 s after it stopped, with other habits at the far end",
          "[sim][faults]") {
  for_each_seed(kSeeds / 2, [](std::uint64_t seed) {
    Simulator simulator{seed};
    const std::size_t links = simulator.prng().between(1, 4);
    lacp::AggregatorConfig config = random_config(simulator.prng(), Rate::fast);
    config.system = kSystemA;
    config.activity = Activity::active;
    auto& ours = simulator.add(
        std::make_unique<LagoonStation>(LagoonSettings{"A", config, ports(links)}, simulator.now(), false));
    auto& theirs = simulator.add(std::make_unique<ReferencePartner>(
        PartnerSettings{.name = "P",
                        .system = kSystemB,
                        .habits = seed % 2 == 0 ? Habits::linux_bonding : Habits::open_vswitch,
                        .active = simulator.prng().chance(0.7),
                        .ports = links},
        simulator.now()));
    simulator.connect_all(0, 1, links);
    simulator.set_all_carriers(true);
    schedule_faults(simulator, {.duration = 30s, .faults = 4 * links});
    simulator.run_for(30s);
    stop_faults(simulator);
    const auto carry = [&] {
      const std::uint32_t all = first_members(links);
      return ours.distributing() == all && theirs.distributing() == all && ours.collecting() == all;
    };
    const bool converged = simulator.run_until(carry, kFastBound);
    CAPTURE(links, ours.distributing(), theirs.distributing());
    REQUIRE(converged);
    simulator.run_for(10s);
    REQUIRE(carry());
  });
}

TEST_CASE("One seed gives one history", "[sim]") {
  const auto history = [](std::uint64_t seed) {
    Pair pair{seed, {}, {}, 4, false};
    pair.simulator.set_all_carriers(true);
    schedule_faults(pair.simulator, {.duration = 20s, .faults = 16});
    std::string text;
    pair.simulator.after_each_step([&] {
      text += std::to_string(to_ns(pair.simulator.now())) + ' ' + std::to_string(pair.a.distributing()) +
              ' ' + std::to_string(pair.b.distributing()) + '\n';
    });
    pair.simulator.run_for(25s);
    return text;
  };
  CHECK(history(7) == history(7));
  CHECK(history(7) != history(8));
}

}  // namespace faults_test
