#include "random.hpp"

#include <numeric>

namespace lagoon::simulate {

Chances::Chances(const std::vector<double>& weights) : keep_(weights.size()), other_(weights.size()) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    keep_[i] = weights[i] / sum * static_cast<double>(weights.size());
    other_[i] = i;
    (keep_[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const std::uint32_t less = small.back();
    const std::uint32_t more = large.back();
    small.pop_back();
    other_[less] = more;
    keep_[more] -= 1 - keep_[less];
    if (keep_[more] >= 1) continue;
    large.pop_back();
    small.push_back(more);
  }
  for (const std::uint32_t i : small) keep_[i] = 1;
  for (const std::uint32_t i : large) keep_[i] = 1;
}

}  // namespace lagoon::simulate
