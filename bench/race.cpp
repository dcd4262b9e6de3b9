// The first turn of a contestant after another one finds that one's code and data in the caches; that is the
// same for all, and the order rotates.
#include "race.hpp"

#include <rte_cycles.h>

#include <algorithm>
#include <cmath>

namespace lagoon::bench {
namespace {

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return std::nan("");
  const auto at = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

}  // namespace

void Race::run(benchmark::State& state) {
  std::size_t first = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      Lane& lane = lanes_[(first + i) % lanes_.size()];
      lane.turn();
      const std::uint64_t start = rte_rdtsc_precise();
      lane.turn();
      lane.cycles.push_back(static_cast<double>(rte_rdtsc_precise() - start));
    }
    ++first;
  }
}

const Race::Lane* Race::find(const std::string& name) const {
  const auto found =
      std::find_if(lanes_.begin(), lanes_.end(), [&](const Lane& lane) { return lane.name == name; });
  return found == lanes_.end() ? nullptr : &*found;
}

double Race::ratio(const std::string& of, const std::string& to) const {
  const Lane* a = find(of);
  const Lane* b = find(to);
  if (a == nullptr || b == nullptr) return std::nan("");
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(a->cycles.size(), b->cycles.size()); ++i)
    ratios.push_back(a->cycles[i] / b->cycles[i]);
  return quantile(std::move(ratios), 0.5);
}

double Race::ns_per_packet(const std::string& of) const {
  const Lane* lane = find(of);
  if (lane == nullptr) return std::nan("");
  const double seconds = quantile(lane->cycles, 0.25) / static_cast<double>(rte_get_tsc_hz());
  return seconds * 1e9 / static_cast<double>(kTurn);
}

}  // namespace lagoon::bench
