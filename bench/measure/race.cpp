#include "measure/race.hpp"

#include <rte_cycles.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "measure/instructions.hpp"
#include "measure/statistics.hpp"

namespace lagoon::bench {
namespace {

constexpr int kTries = 6;

}  // namespace

// The turn before the timed one is not timed, so that everybody finds his own code in the caches.
double Race::timed(Lane& lane, const Gate& gate) const {
  const Contestant& who = lane.contestant;
  double cycles = std::nan("");
  who.arm();
  for (int i = 0; i < kTries && std::isnan(cycles); ++i) {
    who.turn();
    const Probe before = probe();
    const std::uint64_t start = rte_rdtsc_precise();
    who.turn();
    const auto ticks = static_cast<double>(rte_rdtsc_precise() - start);
    if (const auto factor = gate.cycles_per_tick(before, probe()))
      cycles = ticks * *factor / static_cast<double>(packets_);
  }
  who.disarm();
  return cycles;
}

void Race::run(benchmark::State& state, const Gate& gate) {
  static std::mt19937 random{1};
  std::vector<std::size_t> order(lanes_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (auto _ : state) {
    std::shuffle(order.begin(), order.end(), random);
    for (const std::size_t i : order) lanes_[i].cycles.push_back(timed(lanes_[i], gate));
    ++rounds_;
  }
}

const Race::Lane* Race::find(const std::string& name) const {
  const auto found =
      std::find_if(lanes_.begin(), lanes_.end(), [&](const Lane& lane) { return lane.name == name; });
  return found == lanes_.end() ? nullptr : &*found;
}

double Race::ratio(const std::string& of, const std::string& to) const {
  const Lane* const a = find(of);
  const Lane* const b = find(to);
  if (a == nullptr || b == nullptr) return std::nan("");
  std::vector<double> ratios;
  for (std::size_t i = 0; i < rounds_; ++i) ratios.push_back(a->cycles[i] / b->cycles[i]);
  return median(std::move(ratios));
}

double Race::cycles_per_packet(const std::string& of) const {
  const Lane* const lane = find(of);
  return lane != nullptr ? median(lane->cycles) : std::nan("");
}

double Race::instructions_per_packet(const std::string& of) const {
  const Lane* const lane = find(of);
  if (lane == nullptr) return std::nan("");
  const Contestant& who = lane->contestant;
  who.arm();
  for (int i = 0; i < 8; ++i) who.turn();  // what is done once, is done
  const auto count = instructions_of(who.turn);
  who.disarm();
  return count ? static_cast<double>(*count) / static_cast<double>(packets_) : std::nan("");
}

std::size_t Race::measured(const std::string& of) const {
  const Lane* const lane = find(of);
  if (lane == nullptr) return 0;
  return static_cast<std::size_t>(std::count_if(lane->cycles.begin(), lane->cycles.end(),
                                                [](double value) { return !std::isnan(value); }));
}

}  // namespace lagoon::bench
