// Chaos: whole LAGs under faults, stalls, restarts and a stateful source of hostile LACPDUs. LAGOON_SEEDS=n
// tries so many seeds, LAGOON_FIRST_SEED says from where on; LAGOON_SEED=n replays one.
#include <bit>
#include <cstdlib>
#include <iostream>
#include <string>

#include "chaos/network.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace chaos_test {

using namespace lagoon;
using namespace lagoon::sim::chaos;

namespace {

constexpr std::uint64_t kSeeds = 60;

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

template <typename Run>
void for_each_seed(const char* what, Run run) {
  const auto one = lagoon::test::seed_from_environment();
  const std::uint64_t first = one.value_or(number_from("LAGOON_FIRST_SEED", 1));
  const std::uint64_t count = one ? 1 : number_from("LAGOON_SEEDS", kSeeds);
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    CAPTURE(seed);
    REQUIRE_NOTHROW(run(seed));
  }
  std::cout << "chaos: " << what << ": " << count << " seeds from " << first << " on, nothing broken\n";
}

constexpr std::array kPolicies{lacp::SelectPolicy::stable, lacp::SelectPolicy::bandwidth,
                               lacp::SelectPolicy::count, lacp::SelectPolicy::port_priority};

Settings random_settings(lagoon::test::Prng& prng) {
  Settings s{.cables = prng.between(2, 5)};
  s.options.lacp.rate = prng.chance(0.8) ? lacp::Rate::fast : lacp::Rate::slow;
  s.options.lacp.mux = prng.chance(0.6) ? lacp::MuxControl::independent : lacp::MuxControl::coupled;
  s.options.lacp.select = kPolicies[prng.below(kPolicies.size())];
  s.options.fast.hash.seed = 7;
  s.attacked = prng.below(s.cables);
  return s;
}

Duration some(lagoon::test::Prng& prng, Duration most) {
  return Duration{static_cast<std::int64_t>(prng.below(static_cast<std::uint64_t>(most / 1us)) * 1000)};
}

// A healthy LAG, and hostile LACPDUs on one cable of it.
void attack_one(std::uint64_t seed) {
  lagoon::test::Prng prng{seed};
  const Settings settings = random_settings(prng);
  Network network{settings, seed};
  network.heal();
  if (!network.run_until([&] { return network.carries(network.all()); }, 60s))
    network.broken("never came up");
  network.run_for(10s);
  const MemberSet others = network.all() & ~(MemberSet{1} << settings.attacked);
  network.after_each_step([&] {
    for (std::size_t end = 0; end < 2; ++end)
      if ((network.distributing(end) & others) != others)
        network.broken("a member that nobody attacks does not distribute, end " + std::to_string(end));
  });
  for (int wave = 0; wave < 4; ++wave) {
    const double rate = prng.chance(0.3) ? 200 : 0.2 * static_cast<double>(prng.between(1, 100));
    network.attack(rate, prng.chance(0.3));
    network.run_for(1s + some(prng, 20s));
    network.attack(0, false);
    network.run_for(some(prng, 5s));
  }
  if (!network.run_until([&] { return network.carries(network.all()); }, 220s))
    network.broken("the attacked member does not come back");
}

void fault(Network& network, std::size_t cables) {
  lagoon::test::Prng& prng = network.prng();
  const std::size_t cable = prng.below(cables);
  switch (prng.below(7)) {
    case 0:
    case 1:
      return network.set_carrier(cable, prng.chance(0.5));
    case 2:
      return network.set_loss(cable, prng.below(2), prng.chance(0.5) ? 1.0 : 0.5);
    case 3:
      return network.set_loss(cable, prng.below(2), 0);
    case 4:
      return network.stand(prng.below(2), some(prng, 6s));
    case 5:
      return network.restart(prng.below(2));
    default:
      return network.attack(prng.chance(0.5) ? 0 : 0.1 * static_cast<double>(prng.between(1, 2000)),
                            prng.chance(0.5));
  }
}

// All of it at once, then none: everything carries again.
void survive(std::uint64_t seed) {
  lagoon::test::Prng prng{seed};
  const Settings settings = random_settings(prng);
  Network network{settings, seed};
  for (int faults = 0; faults < 40; ++faults) {
    network.run_for(some(prng, 3s));
    fault(network, settings.cables);
  }
  network.heal();
  // (a hold lasts up to 60 s, and flood-limit's second; what slow LACPDUs said last is believed for 90 s)
  if (!network.run_until([&] { return network.carries(network.all()); }, 300s))
    network.broken("it does not carry on all members when all is well again: " +
                   std::to_string(network.distributing(0)) + " and " +
                   std::to_string(network.distributing(1)));
  network.run_for(10s);
  if (!network.carries(network.all())) network.broken("it carried, and does not go on");
}

// A control lcore that stands for two seconds is not noticed by a Partner with the short timeout.
void stand_for_two_seconds(std::uint64_t seed) {
  lagoon::test::Prng prng{seed};
  Settings settings = random_settings(prng);
  settings.options.lacp.rate = lacp::Rate::fast;
  Network network{settings, seed};
  network.heal();
  if (!network.run_until([&] { return network.carries(network.all()); }, 60s))
    network.broken("never came up");
  network.run_for(5s + some(prng, 3s));
  network.after_each_step([&] {
    if (!network.carries(network.all())) network.broken("a stall of 1.9 s was noticed");
  });
  for (int stalls = 0; stalls < 5; ++stalls) {
    network.stand(prng.below(2), 1900ms);
    network.run_for(4s + some(prng, 2s));
  }
}

}  // namespace

TEST_CASE("Hostile LACPDUs on one cable move no other member", "[sim][chaos]") {
  for_each_seed("attacks", attack_one);
}

TEST_CASE("Whatever faults, stalls, restarts and hostile LACPDUs did, all carry again", "[sim][chaos]") {
  for_each_seed("faults", survive);
}

TEST_CASE("An end that stands for 1.9 s loses no member at the fast rate", "[sim][chaos]") {
  for_each_seed("stalls", stand_for_two_seconds);
}

}  // namespace chaos_test
