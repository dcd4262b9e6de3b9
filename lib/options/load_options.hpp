// What balancing is told of a LAG's options, and how they have its conversations distributed.
#pragma once

#include "balance/member_load.hpp"
#include "balance/rebalancer.hpp"
#include "options/lag_options.hpp"

namespace lagoon::control {

[[nodiscard]] inline balance::MemberLoadOptions load_options(const LagOptions& options) noexcept {
  return {.window = options.weighted.window,
          .unit = options.weighted.unit,
          .conversation = options.weighted.estimate.value_or(BitsPerSecond{})};
}

/// The mode's, where conversations are not placed by load.
[[nodiscard]] inline table::Distribution distribution_of(const LagOptions& options) noexcept {
  const ModeRow& row = row_of(options.mode);
  const bool by_lane = row.distribution == table::Distribution::flow_hash;
  const bool several = row.choice != Choice::active_backup;
  return by_lane && several && options.distribute == LoadSharing::weighted ? table::Distribution::weighted
                                                                           : row.distribution;
}

/// Whether the LAG keeps each conversation on one of several members, by its bucket or by an entry of its
/// own.
[[nodiscard]] inline bool has_buckets(const LagOptions& options) noexcept {
  const table::Distribution distribution = distribution_of(options);
  return distribution == table::Distribution::weighted ||
         (distribution == table::Distribution::flow_hash &&
          row_of(options.mode).choice != Choice::active_backup);
}

/// Enabled where lanes may be moved by load at all, and the options say so: when weighted, if they say
/// nothing.
[[nodiscard]] inline balance::RebalancerOptions rebalancer_options(const LagOptions& options) noexcept {
  balance::RebalancerOptions out = options.rebalance;
  out.enabled = has_buckets(options) &&
                options.rebalances.value_or(distribution_of(options) == table::Distribution::weighted);
  return out;
}

}  // namespace lagoon::control
