// Adaptive rebalancing in a whole LAG: from a start where all heavy conversations are on one of four members,
// with the real measurements of the workers and the real, ordered moves.
#include <algorithm>
#include <array>

#include "dist/flow_hash.hpp"
#include "simulate/network.hpp"
#include "simulate/workload.hpp"
#include "support/catch.hpp"
#include "support/sanitized.hpp"

namespace adaptive_test {

using namespace lagoon;
using namespace lagoon::simulate;

namespace {

constexpr std::size_t kMembers = 4;
constexpr Duration kInterval = 200ms;
constexpr int kLonger = lagoon::test::kSanitized ? 5 : 60;

struct Rig {
  Instant now{1s};
  Conversations conversations{21};
  Network network;
  Rig(std::size_t workers, std::uint64_t seed) : network{settings_of(workers, seed), conversations, now} {
    while (network.table().distributing != 0b1111) step(nullptr);
  }
  static NetworkSettings settings_of(std::size_t workers, std::uint64_t seed) {
    NetworkSettings s;
    s.cables.resize(kMembers);
    for (Cable& cable : s.cables) cable.speed = mbps(2'500);
    s.cables[1].delay = 2ms;
    s.options.lacp.aggregate_wait = 100ms;
    s.options.rebalances = true;
    s.options.rebalance.interval = kInterval;
    s.workers = workers;
    s.seed = seed;
    return s;
  }
  void step(Workload* traffic) {
    now += 20us;
    network.run(now);
    if (traffic != nullptr) traffic->run(now, [this](SimFrame* frame) { network.offer(frame, now); });
  }
  /// The busiest member's load in units of the mean, over the next interval.
  double imbalance(Workload& traffic) {
    std::array<std::uint64_t, kMembers> before{};
    for (std::size_t m = 0; m < kMembers; ++m) before[m] = network.tx_octets(m);
    for (const Instant until = now + kInterval; now < until;) step(&traffic);
    double sum = 0;
    double most = 0;
    for (std::size_t m = 0; m < kMembers; ++m) {
      const auto octets = static_cast<double>(network.tx_octets(m) - before[m]);
      sum += octets;
      most = std::max(most, octets);
    }
    return most * kMembers / sum;
  }
  /// Parts of conversations: heavy where the map has them on the first member.
  std::vector<double> polarised(std::size_t count) {
    Conversations same{21};  // (numbered alike, and so of the same addresses)
    std::vector<double> parts;
    for (std::size_t c = 0; c < count; ++c) {
      const std::uint32_t hash = dist::flow_hash(same.headers(same.add()), network.table().options.hash);
      parts.push_back(network.table().member(hash).value() == 0 ? 100.0 : 1.0);
    }
    return parts;
  }
};

}  // namespace

TEST_CASE("From all heavy conversations on one member, a LAG is even within ten intervals and stays so",
          "[sim][adaptive]") {
  for (const std::size_t workers : {std::size_t{1}, std::size_t{3}}) {
    Rig rig{workers, 7};
    const auto parts = rig.polarised(3000);
    Steady traffic{rig.conversations, parts, mbps(2'000), 500, 3, rig.now};
    const double at_first = rig.imbalance(traffic);
    CHECK(at_first > 3);
    int even_after = 0;
    for (int i = 1; i <= 10; ++i)
      if (rig.imbalance(traffic) > 1.10) even_after = i + 1;
    const auto moved = rig.network.lag().status(rig.now).rebalancing.counters.bucket_moves;
    double worst = 0;
    double sum = 0;
    for (int i = 0; i < kLonger; ++i) {
      const double now = rig.imbalance(traffic);
      worst = std::max(worst, now);
      sum += now;
    }
    const control::LagStatus status = rig.network.lag().status(rig.now);
    WARN(workers << " workers: busiest / mean " << at_first << " at first, within 1.10 after " << even_after
                 << " intervals, then " << sum / kLonger << " on average and " << worst
                 << " at worst; buckets moved " << moved << ", later "
                 << status.rebalancing.counters.bucket_moves - moved << "; pins " << status.rebalancing.pins
                 << "; longest pause " << status.moves.counters.longest_pause.count() / 1000 << " us");
    CHECK(even_after <= 10);
    CHECK(sum / kLonger < 1.10);
    // It does not go to and fro.
    CHECK(status.rebalancing.counters.bucket_moves - moved < moved / 10 + 20);
    CHECK(rig.conversations.tally.reordered == 0);
    CHECK(rig.conversations.tally.duplicated == 0);
    CHECK(rig.conversations.tally.dropped == 0);
  }
}

}  // namespace adaptive_test
