#pragma once

#include <vector>

namespace lagoon::bench {

/// What is NaN is left out; NaN: nothing is left.
[[nodiscard]] double quantile(std::vector<double> values, double q);
[[nodiscard]] inline double median(std::vector<double> values) {
  return quantile(static_cast<std::vector<double>&&>(values), 0.5);
}

}  // namespace lagoon::bench
