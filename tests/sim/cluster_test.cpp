// Two boxes under cuts between all parties, pauses, crashes and clocks that run at other rates.
// LAGOON_SEEDS=n tries so many seeds, LAGOON_FIRST_SEED says from where on; LAGOON_SEED=n replays one.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <string>

#include "cluster/world.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"
#include "support/sanitized.hpp"

namespace cluster_sim_test {

using namespace lagoon;
using namespace lagoon::sim::cluster;

namespace {

constexpr std::uint64_t kSeeds = test::kSanitized ? 40 : 500;
constexpr Duration kBound = 20s;  // from the end of all faults until one box carries

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

Duration some(test::Prng& prng, Duration least, Duration most) {
  return least +
         Duration{static_cast<std::int64_t>(prng.below(static_cast<std::uint64_t>((most - least) / 1us))) *
                  1000};
}

Way random_way(test::Prng& prng) {
  switch (prng.below(5)) {
    case 0:
    case 1:
      return {.cut = true};
    case 2:
      return {.loss = 0.5};
    case 3:
      return {.late = 0.6};
    default:
      return {};
  }
}

void cut_ways(World& world, std::size_t box) {
  test::Prng& prng = world.prng();
  switch (prng.below(5)) {
    case 0: {  // etcd, one way or both
      const Way there = random_way(prng);
      const Way back = prng.chance(0.5) ? there : Way{};
      for (std::size_t member = 0; member < EtcdModel::kMembers; ++member) {
        world.to_etcd(box, member) = there;
        world.from_etcd(box, member) = back;
      }
      return;
    }
    case 1: {
      const std::size_t member = prng.below(EtcdModel::kMembers);
      world.to_etcd(box, member) = random_way(prng);
      world.from_etcd(box, member) = random_way(prng);
      return;
    }
    case 2:
      world.to_peer(box) = random_way(prng);
      return;
    case 3:
      world.to_peer(0) = world.to_peer(1) = random_way(prng);
      return;
    default:
      (prng.chance(0.5) ? world.to_partner(box) : world.from_partner(box)) = random_way(prng);
  }
}

void cut_etcd(World& world, std::size_t box, bool cut) {
  for (std::size_t member = 0; member < EtcdModel::kMembers; ++member)
    world.to_etcd(box, member) = world.from_etcd(box, member) = {.cut = cut};
}

// What seldom comes of single faults: nobody has etcd; a box is alone, or both are; all of it is well again.
void great_fault(World& world, std::size_t box) {
  test::Prng& prng = world.prng();
  switch (prng.below(6)) {
    case 5:  // (who has promised forgets it, and is the first to have etcd again)
      cut_etcd(world, 0, true);
      cut_etcd(world, 1, true);
      world.run_for(some(prng, 3s, 5s));
      world.crash(box);
      cut_etcd(world, box, false);
      world.run_for(some(prng, 50ms, 500ms));
      return world.start(box);
    case 0:
      for (const std::size_t member : {0U, 1U}) world.etcd().isolate(member, true, false, world.now());
      return;
    case 1:
      cut_etcd(world, 0, true);
      return cut_etcd(world, 1, true);
    case 2:
      if (prng.chance(0.3)) cut_etcd(world, 1 - box, true);
      cut_etcd(world, box, true);
      world.to_peer(box) = world.to_peer(1 - box) = {.cut = true};
      return;
    default:
      for (const std::size_t member : {0U, 1U, 2U}) world.etcd().isolate(member, false, false, world.now());
      for (const std::size_t side : {0U, 1U}) {
        cut_etcd(world, side, false);
        world.to_peer(side) = world.to_partner(side) = world.from_partner(side) = {};
        world.set_link(side, true);
        world.set_uplinks(side, true);
      }
  }
}

void fault(World& world) {
  test::Prng& prng = world.prng();
  const std::size_t box = prng.below(2);
  switch (prng.below(16)) {
    case 0:
    case 1:
    case 2:
      return cut_ways(world, box);
    case 3:
    case 14:
    case 15:
      return great_fault(world, box);
    case 4:
    case 5: {
      const Duration most = prng.chance(0.5) ? 10s : 3s;
      const bool in_hand = prng.chance(0.5);
      return world.pause(box, some(prng, 100ms, most), in_hand);
    }
    case 6:
      world.crash(box);
      return;
    case 7:
      return world.start(box);
    case 8:
      return world.hang_control(box, some(prng, 100ms, 6s));
    case 9: {
      if (prng.chance(0.5)) return world.etcd().lose_leader(world.now());
      const std::size_t member = prng.below(EtcdModel::kMembers);
      const bool isolated = prng.chance(0.6);
      return world.etcd().isolate(member, isolated, prng.chance(0.1), world.now());
    }
    case 10:
      return world.silence_watch(box);
    case 11:
      return world.set_uplinks(box, prng.chance(0.6));
    case 12:
      return world.set_link(box, prng.chance(0.6));
    default:
      if (prng.chance(0.2)) return world.leave(box);
      return world.want(0, prng.chance(0.3) ? "" : prng.chance(0.5) ? "a" : "b");
  }
}

struct Outcome {
  std::string violation{};
  Duration until_carried{};
  std::string stuck{};
  std::array<std::uint64_t, kWhys> reached{};
};

Outcome survive(const Settings& settings, std::uint64_t seed) {
  World world{settings, seed};
  test::Prng& prng = world.prng();
  world.run_for(some(prng, 0ns, 12s));
  const Instant end = world.now() + 40s;
  while (world.now() < end) {
    fault(world);
    world.run_for(some(prng, 50ms, prng.chance(0.3) ? 6s : 1500ms));
    if (!world.violation().empty()) return {.violation = world.violation()};
  }
  world.heal();
  for (std::size_t box = 0; box < 2; ++box)
    if (world.box(box).paused(world.now())) world.run_for(world.box(box).paused_until - world.now() + 1ms);
  const Instant healed = world.now();
  Outcome outcome;
  while (world.now() - healed < kBound) {
    if (!world.run_until([&] { return world.carriers(0) == 1; }, kBound - (world.now() - healed))) break;
    outcome.until_carried = world.now() - healed;
    // (a LAG that is given away in these five seconds has not settled)
    if (!world.run_until([&] { return world.carriers(0) != 1; }, 5s)) break;
  }
  if (world.carriers(0) != 1 || outcome.until_carried >= kBound)
    outcome.stuck =
        "does not carry " + std::to_string(to_ms(kBound)) + " ms after the last fault\n" + world.story();
  outcome.violation = world.violation();
  outcome.reached = world.reached();
  return outcome;
}

}  // namespace

TEST_CASE("Two boxes never carry under one System ID, nothing arrives twice, and one carries in the end",
          "[sim][cluster]") {
  const auto one = test::seed_from_environment();
  const std::uint64_t first = one.value_or(number_from("LAGOON_FIRST_SEED", 1));
  const std::uint64_t count = one ? 1 : number_from("LAGOON_SEEDS", kSeeds);
  Duration longest{};
  std::array<std::uint64_t, kWhys> reached{};
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    Settings settings;
    settings.isolated = seed % 4 == 3 ? lagoon::cluster::WhenIsolated::stand_by : settings.isolated;
    settings.revert = seed % 3 == 2 ? lagoon::cluster::Revert::prefer : settings.revert;
    const Outcome outcome = survive(settings, seed);
    CAPTURE(seed);
    if (!outcome.violation.empty()) FAIL(outcome.violation);
    if (!outcome.stuck.empty()) FAIL(outcome.stuck);
    longest = std::max(longest, outcome.until_carried);
    for (std::size_t why = 0; why < kWhys; ++why) reached.at(why) += outcome.reached.at(why);
  }
  std::cout << "cluster: " << count << " seeds from " << first
            << " on, nothing broken; one box carries at most " << to_ms(longest)
            << " ms after the last fault\n ";
  // (what the faults never lead to, nothing is shown of)
  for (std::size_t why = 1; why < kWhys; ++why) {
    const auto which = static_cast<lagoon::cluster::Why>(why);
    std::cout << ' ' << name_of(which) << ' ' << reached.at(why);
    const bool possible =
        which != lagoon::cluster::Why::identity && which != lagoon::cluster::Why::independent;
    if (possible && count >= 4 * kSeeds) CHECK(reached.at(why) > 0);
  }
  std::cout << '\n';
}

TEST_CASE("The observers see a worker that goes on by a table that is over", "[sim][cluster]") {
  std::uint64_t found = 0;
  for (std::uint64_t seed = 1; seed <= 200 && found == 0; ++seed)
    if (!survive({.broken = Broken::ignores_valid_until}, seed).violation.empty()) found = seed;
  CHECK(found > 0);
}

TEST_CASE("The observers see a key that is deleted before SYNC=0 was taken", "[sim][cluster]") {
  std::uint64_t found = 0;
  for (std::uint64_t seed = 1; seed <= 200 && found == 0; ++seed)
    if (!survive({.broken = Broken::passes_at_once, .slow_workers = 0.5}, seed).violation.empty())
      found = seed;
  CHECK(found > 0);
}

}  // namespace cluster_sim_test
