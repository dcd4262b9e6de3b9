// A fleet: 1,000 boxes in pairs, 10,000 members, one etcd. What they ask of it when all is well, when a rack
// loses its power and has it back, and when etcd loses its leader. LAGOON_FLEET_CSV=file has it each 100 ms.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "cluster/world.hpp"
#include "support/catch.hpp"

namespace fleet_sim_test {

using namespace lagoon;
using namespace lagoon::sim::cluster;

namespace {

constexpr std::size_t kPairs = 500;
constexpr std::size_t kRack = 50;
constexpr Duration kStep = 100ms;

struct Sample {
  Instant at{};
  EtcdModel::Counts in_step{};
  std::size_t carried = 0;  // LAGs
};

class Fleet {
 public:
  Fleet() {
    const char* const name = std::getenv("LAGOON_FLEET_CSV");
    if (name != nullptr) csv_.open(name);
    csv_ << "seconds,requests,keepalives,reads,transactions,events,carried\n";
  }

  std::vector<Sample> run_for(Duration d) {
    std::vector<Sample> samples;
    for (const Instant end = world.now() + d; world.now() < end;) {
      const EtcdModel::Counts before = world.etcd().counts();
      world.run_for(kStep);
      const EtcdModel::Counts after = world.etcd().counts();
      Sample sample{.at = world.now()};
      sample.in_step = {.requests = after.requests - before.requests,
                        .keepalives = after.keepalives - before.keepalives,
                        .grants = after.grants - before.grants,
                        .reads = after.reads - before.reads,
                        .transactions = after.transactions - before.transactions,
                        .events = after.events - before.events};
      for (std::size_t pair = 0; pair < kPairs; ++pair) sample.carried += world.carriers(pair) == 1;
      samples.push_back(sample);
      csv_ << static_cast<double>(to_ms(sample.at.time_since_epoch())) / 1000 << ','
           << sample.in_step.requests << ',' << sample.in_step.keepalives << ',' << sample.in_step.reads
           << ',' << sample.in_step.transactions << ',' << sample.in_step.events << ',' << sample.carried
           << '\n';
    }
    return samples;
  }

  World world{{.pairs = kPairs, .rates = 0.0001, .frames = false, .members = 10}, 1};

 private:
  std::ofstream csv_{};
};

using Field = std::uint64_t EtcdModel::Counts::*;

double per_second(const std::vector<Sample>& samples, Field field) {
  std::uint64_t sum = 0;
  for (const Sample& sample : samples) sum += sample.in_step.*field;
  return static_cast<double>(sum) * (1s / kStep) / static_cast<double>(samples.size());
}
std::uint64_t peak(const std::vector<Sample>& samples, Field field) {
  std::uint64_t most = 0;
  for (const Sample& sample : samples) most = std::max(most, sample.in_step.*field);
  return most * (1s / kStep);
}
std::size_t fewest_carried(const std::vector<Sample>& samples) {
  return std::ranges::min(samples, {}, &Sample::carried).carried;
}
/// Until all LAGs are carried for good.
Duration until_all(const std::vector<Sample>& samples, Instant from) {
  Instant last = from;
  for (const Sample& sample : samples)
    if (sample.carried < kPairs) last = sample.at;
  return last - from;
}

void tell(const std::string& what, const std::vector<Sample>& samples) {
  using Counts = EtcdModel::Counts;
  std::cout << "fleet: " << what << ": " << per_second(samples, &Counts::requests) << " requests/s ("
            << per_second(samples, &Counts::keepalives) << " keepalives, "
            << per_second(samples, &Counts::reads) << " reads, " << per_second(samples, &Counts::transactions)
            << " transactions), " << per_second(samples, &Counts::events) << " events/s; peak "
            << peak(samples, &Counts::requests) << " requests/s, " << peak(samples, &Counts::transactions)
            << " transactions/s; at least " << fewest_carried(samples) << " of " << kPairs
            << " LAGs carried\n";
}

}  // namespace

TEST_CASE("1,000 boxes ask etcd for little, and a rack that is lost is taken over", "[sim][fleet]") {
  Fleet fleet;
  World& world = fleet.world;
  tell("all start at once", fleet.run_for(6s));
  const auto well = fleet.run_for(8s);
  tell("all is well", well);
  CHECK(per_second(well, &EtcdModel::Counts::requests) < 2500);
  CHECK(fewest_carried(well) == kPairs);

  // (the worst rack: each of its boxes carries)
  const auto carriers = [&] {
    std::vector<std::size_t> boxes;
    for (std::size_t pair = 0; pair < kRack; ++pair)
      boxes.push_back(2 * pair + (world.carries(2 * pair) ? 0 : 1));
    return boxes;
  };
  std::vector<std::size_t> rack = carriers();
  Instant at = world.now();
  for (const std::size_t box : rack) world.crash(box);
  const auto lost = fleet.run_for(5s);
  tell("a rack of 50 boxes loses its power", lost);
  std::cout << "fleet: all LAGs are carried again after " << to_ms(until_all(lost, at)) << " ms\n";
  CHECK(fewest_carried(lost) == kPairs - kRack);
  CHECK(until_all(lost, at) <= 3s);

  for (const std::size_t box : rack) world.start(box);
  const auto back = fleet.run_for(5s);
  tell("the rack is back", back);
  CHECK(fewest_carried(back) == kPairs);

  world.etcd().lose_leader(world.now());
  const auto leaderless = fleet.run_for(5s);
  tell("etcd loses its leader for 1.2 s", leaderless);
  CHECK(fewest_carried(leaderless) == kPairs);

  rack = carriers();
  at = world.now();
  for (const std::size_t box : rack) world.crash(box);
  world.etcd().lose_leader(world.now());
  const auto both = fleet.run_for(7s);
  tell("the rack and the leader at once", both);
  std::cout << "fleet: all LAGs are carried again after " << to_ms(until_all(both, at)) << " ms\n";
  CHECK(until_all(both, at) <= 6s);
}

}  // namespace fleet_sim_test
