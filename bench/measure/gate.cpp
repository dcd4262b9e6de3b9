#include "measure/gate.hpp"

#include <benchmark/benchmark.h>
#include <rte_cycles.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace lagoon::bench {
namespace {

// A multiplication of 64 bits takes three cycles on the cores of the last ten years (Intel from Nehalem,
// AMD from Zen, Arm from Cortex-A76 on: their optimization guides). On another core all "cycles" are off by
// one factor, and no ratio is.
constexpr double kCyclesOfOne = 3;
constexpr int kMultiplications = 400;
constexpr int kRounds = 600;
// How far a probe may be from a quiet one, and the clock from itself.
constexpr double kTolerance = 0.05;

double time_chain() {
  std::uint64_t value = 3;
  const std::uint64_t start = rte_rdtsc_precise();
  for (int i = 0; i < kMultiplications; ++i) {
    value *= value;
    benchmark::DoNotOptimize(value);
  }
  return static_cast<double>(rte_rdtsc_precise() - start);
}

double time_additions() {
  std::uint64_t a = 1;
  std::uint64_t b = 2;
  std::uint64_t c = 3;
  std::uint64_t d = 4;
  const std::uint64_t start = rte_rdtsc_precise();
  for (int i = 0; i < kRounds; ++i) {
    a += 5;
    b ^= 7;
    c += 9;
    d ^= 11;
    benchmark::DoNotOptimize(a);
    benchmark::DoNotOptimize(b);
    benchmark::DoNotOptimize(c);
    benchmark::DoNotOptimize(d);
  }
  return static_cast<double>(rte_rdtsc_precise() - start);
}

double contention(const Probe& probe) {
  return probe.additions / probe.chain;
}

}  // namespace

Probe probe() {
  Probe made;
  made.chain = time_chain();
  made.additions = time_additions();
  return made;
}

// The least of each in a short while is the core alone at one clock; a low quantile over the whiles, for
// a neighbour may stay for some of them.
Gate Gate::calibrated() {
  constexpr int kWhiles = 60;
  constexpr int kProbes = 40;
  std::vector<double> seen;
  for (int i = 0; i < kWhiles; ++i) {
    Probe least{.chain = std::numeric_limits<double>::max(), .additions = std::numeric_limits<double>::max()};
    for (int k = 0; k < kProbes; ++k) {
      const Probe now = probe();
      least.chain = std::min(least.chain, now.chain);
      least.additions = std::min(least.additions, now.additions);
    }
    seen.push_back(contention(least));
    rte_delay_us_sleep(3000);
  }
  std::sort(seen.begin(), seen.end());
  Gate gate;
  gate.quiet_ = seen[seen.size() / 5];
  return gate;
}

std::optional<double> Gate::cycles_per_tick(const Probe& before, const Probe& after) const {
  const double limit = quiet_ * (1 + kTolerance);
  if (contention(before) > limit || contention(after) > limit) return std::nullopt;
  if (std::abs(before.chain - after.chain) > kTolerance * after.chain) return std::nullopt;
  return kCyclesOfOne * kMultiplications / ((before.chain + after.chain) / 2);
}

}  // namespace lagoon::bench
