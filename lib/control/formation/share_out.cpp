#include "control/formation/share_out.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace lagoon::control {

std::vector<std::optional<std::size_t>> share_out(std::span<const PartnerGroup> groups,
                                                  std::vector<bool> free) {
  std::vector<std::size_t> order(groups.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    if (groups[a].ports != groups[b].ports) return groups[a].ports > groups[b].ports;
    return groups[a].partner < groups[b].partner;
  });
  std::vector<std::optional<std::size_t>> taken(groups.size());
  for (const std::size_t g : order) {
    const PartnerGroup& group = groups[g];
    const auto rank = [&](std::size_t lag) {
      const bool is_named = std::ranges::find(group.named, lag) != group.named.end();
      return std::tuple{!is_named, group.ports - group.ports_at[lag], lag};
    };
    for (const std::size_t lag : group.fits)
      if (free[lag] && (!taken[g] || rank(lag) < rank(*taken[g]))) taken[g] = lag;
    if (taken[g]) free[*taken[g]] = false;
  }
  return taken;
}

}  // namespace lagoon::control
