// MinLinks: how many members a LAG takes to come up and to stay up (min-links, min-links-up). LACP's
// Aggregator goes by it, and so does every mode without LACP.
#pragma once

#include <algorithm>

#include "lacp/config.hpp"

namespace lagoon::lacp {

struct MinLinks {
  int stay_up = 1;
  int come_up = 1;  // at least stay_up

  [[nodiscard]] constexpr int needed(bool was_up) const noexcept { return was_up ? stay_up : come_up; }
  /// Whether the LAG is up with so many members, when it was up or not until now.
  [[nodiscard]] constexpr bool met(int members, bool was_up) const noexcept {
    return members >= needed(was_up);
  }
};

[[nodiscard]] constexpr MinLinks min_links_of(const AggregatorConfig& config) noexcept {
  const int stay_up = std::max<int>(config.min_links, 1);
  return {.stay_up = stay_up, .come_up = std::max<int>(config.min_links_up, stay_up)};
}

}  // namespace lagoon::lacp
