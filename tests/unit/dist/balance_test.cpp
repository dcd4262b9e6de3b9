// Sets of flows that put everything on few members where the hash is an XOR of the fields (DPDK's
// net_bonding, Linux), or the same at two stages.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string_view>
#include <vector>

#include "dist/bucket_map.hpp"
#include "dist/flow_hash.hpp"
#include "support/catch.hpp"
#include "support/flow_frames.hpp"
#include "support/prng.hpp"

namespace balance_test {

using lagoon::test::FlowFrame;
using lagoon::test::Ipv4;
using lagoon::test::Prng;
using namespace lagoon::dist;

namespace {

constexpr std::uint32_t ip(unsigned a, unsigned b, unsigned c, unsigned d) {
  return a << 24 | b << 16 | c << 8 | d;
}
FlowFrame tcp(std::uint32_t source, std::uint32_t destination, unsigned source_port,
              unsigned destination_port) {
  return FlowFrame{}
      .macs()
      .ipv4({.source = source, .destination = destination, .protocol = 6})
      .tcp(static_cast<std::uint16_t>(source_port), static_cast<std::uint16_t>(destination_port));
}

struct FlowSet {
  std::string_view name;
  unsigned count;
  std::function<FlowFrame(unsigned)> flow;
};

const std::vector<FlowSet>& polarised_sets() {
  static const std::vector<FlowSet> sets{
      {"source and destination address count in lockstep", 10'000,
       [](unsigned i) { return tcp(ip(10, 0, 0, 0) + i, ip(10, 128, 0, 0) + i, 5000, 6000); }},
      {"GRE tunnels x.i.j.1 to x.i.j.2", 4096,
       [](unsigned i) {
         const std::uint32_t net = ip(172, 16, 0, 0) + (i << 8);
         return FlowFrame{}
             .macs()
             .ipv4({.source = net + 1, .destination = net + 2, .protocol = 47})
             .be32(0x0800);
       }},
      {"low octet of the address equals high octet of the port", 4096,
       [](unsigned i) {
         return tcp(ip(10, 1, 0, 7), ip(10, 128, 0, 0) + i, 40'000, 8192 + ((i & 255U) << 8 | i >> 8));
       }},
      {"port forwarding: address and port count together", 4096,
       [](unsigned i) { return tcp(ip(10, 1, 0, 7), ip(10, 128, 0, 0) + i, 40'000, 8000 + i); }},
      {"one pair of hosts, source port in steps of 16", 4096,
       [](unsigned i) { return tcp(ip(10, 1, 1, 5), ip(10, 2, 2, 9), i << 4, 443); }},
      {"one pair of hosts, source port in steps of 1024", 64,
       [](unsigned i) { return tcp(ip(10, 1, 1, 5), ip(10, 2, 2, 9), i << 10, 443); }},
      {"64 GRE tunnels", 64,
       [](unsigned i) {
         const std::uint32_t net = ip(172, 16, i, 0);
         return FlowFrame{}
             .macs()
             .ipv4({.source = net + 1, .destination = net + 2, .protocol = 47})
             .be32(0x0800);
       }},
      {"port forwarding of one /24", 256,
       [](unsigned i) { return tcp(ip(10, 1, 0, 7), ip(10, 128, 0, 0) + i, 40'000, 8000 + i); }},
  };
  return sets;
}

BucketMap equal_map(std::size_t members) {
  BucketPreferences preferences;
  BucketMapInput input;
  std::fill_n(input.capacity.begin(), members, 1U);
  input.distributing = (1U << members) - 1;
  BucketMap map;
  preferences.map(input, map);
  return map;
}

double max_over_mean(const std::vector<std::uint32_t>& load, double flows) {
  return *std::max_element(load.begin(), load.end()) * static_cast<double>(load.size()) / flows;
}

// The mean over many throws of `flows` balls into `members` bins.
double ideal_random(unsigned flows, std::size_t members) {
  Prng random{77};
  constexpr int kRounds = 100;
  double sum = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::uint32_t> load(members);
    for (unsigned i = 0; i < flows; ++i) ++load[random.below(members)];
    sum += max_over_mean(load, flows);
  }
  return sum / kRounds;
}

constexpr int kSeeds = 24;

}  // namespace

TEST_CASE("Structured sets of flows spread as evenly as chance would", "[dist][balance]") {
  for (const std::size_t members : {2U, 4U, 8U}) {
    const BucketMap map = equal_map(members);
    for (const FlowSet& set : polarised_sets()) {
      double sum = 0;
      double worst = 0;
      for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
        std::vector<std::uint32_t> load(members);
        for (unsigned i = 0; i < set.count; ++i)
          ++load[map[flow_hash(set.flow(i).octets(), {.seed = seed}) & (kBuckets - 1)]];
        sum += max_over_mean(load, set.count);
        worst = std::max(worst, max_over_mean(load, set.count));
      }
      const double ideal = ideal_random(set.count, members);
      CAPTURE(members, set.name, sum / kSeeds, worst, ideal);
      CHECK(sum / kSeeds <= ideal * (set.count >= 4096 ? 1.02 : 1.06));
      if (set.count >= 4096) CHECK(sum / kSeeds <= 1.1);
      CHECK(worst <= 1 + 3 * (ideal - 1) + 0.02);
    }
  }
}

TEST_CASE("What one stage has chosen is spread again by the next with another seed", "[dist][balance]") {
  for (const std::size_t members : {2U, 4U, 8U}) {
    const BucketMap map = equal_map(members);
    Prng random{6};
    std::vector<std::uint32_t> load(members);
    double flows = 0;
    for (int i = 0; i < 80'000; ++i) {
      const auto frame = tcp(random.u32(), random.u32(), random.u16(), random.u16());
      if (map[flow_hash(frame.octets(), {.seed = 1}) & (kBuckets - 1)] != 1) continue;
      ++load[map[flow_hash(frame.octets(), {.seed = 2}) & (kBuckets - 1)]];
      ++flows;
    }
    CAPTURE(members, load);
    CHECK(max_over_mean(load, flows) <= 1.05);
  }
}

TEST_CASE("The same holds for flows that are structured as well", "[dist][balance]") {
  const BucketMap map = equal_map(4);
  std::vector<std::uint32_t> load(4);
  double flows = 0;
  for (unsigned i = 0; i < 60'000; ++i) {
    const auto frame = tcp(ip(10, 0, 0, 0) + i, ip(10, 128, 0, 0) + i, 5000, 6000);
    if (map[flow_hash(frame.octets(), {.seed = 1}) & (kBuckets - 1)] != 1) continue;
    ++load[map[flow_hash(frame.octets(), {.seed = 2}) & (kBuckets - 1)]];
    ++flows;
  }
  CAPTURE(load);
  CHECK(max_over_mean(load, flows) <= 1.05);
}

TEST_CASE("Every bucket is used evenly", "[dist][balance]") {
  Prng random{7};
  std::vector<std::uint32_t> load(kBuckets);
  constexpr unsigned kFlows = 400'000;
  for (unsigned i = 0; i < kFlows; ++i)
    ++load[flow_hash(tcp(random.u32(), random.u32(), random.u16(), 443).octets(), {.seed = 9}) &
           (kBuckets - 1)];
  double chi2 = 0;
  constexpr double kMean = static_cast<double>(kFlows) / kBuckets;
  for (const std::uint32_t n : load) chi2 += (n - kMean) * (n - kMean) / kMean;
  // 4095 degrees of freedom: mean 4095, standard deviation 90.5.
  CHECK(std::abs(chi2 - 4095) < 5 * 90.5);
}

}  // namespace balance_test
