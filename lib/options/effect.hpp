// Effect: in which modes an option has an effect, and beside which others. One that has none is warned of in
// a file, for whoever wrote it may expect what will not happen; a command with it is refused.
#pragma once

#include <string_view>

#include "options/lag_options.hpp"
#include "options/mode.hpp"

namespace lagoon::options {

struct Effect {
  bool (*in_mode)(const control::ModeRow& row) = nullptr;  // nullptr: in every mode
  /// Besides the mode; nullptr: nothing. `needs` is what then has to be said.
  bool (*in_use)(const control::LagOptions& options, bool has_weights) = nullptr;
  std::string_view needs{};
};

namespace detail {
constexpr bool runs_lacp(const control::ModeRow& row) {
  return row.choice == control::Choice::lacp;
}
constexpr bool has_active(const control::ModeRow& row) {
  return row.has_active;
}
constexpr bool fails_over_mac(const control::ModeRow& row) {
  return row.addresses == control::Addresses::fail_over_mac;
}
constexpr bool adapts(const control::ModeRow& row) {
  return row.distribution == table::Distribution::adaptive;
}
constexpr bool goes_round(const control::ModeRow& row) {
  return row.distribution == table::Distribution::round_robin;
}
/// Conversations have a member each.
constexpr bool keeps_order(const control::ModeRow& row) {
  return row.distribution == table::Distribution::flow_hash || adapts(row);
}
/// A conversation has more than one member to go to.
constexpr bool hashes(const control::ModeRow& row) {
  return keeps_order(row) && row.choice != control::Choice::active_backup;
}
/// Conversations have one of several members each, by bucket: they may be placed by load instead.
constexpr bool may_weigh(const control::ModeRow& row) {
  return row.distribution == table::Distribution::flow_hash && hashes(row);
}
/// The other end may send one frame by several links (broadcast), and all of them are taken.
constexpr bool takes_from_all(const control::ModeRow& row) {
  return row.choice == control::Choice::fixed && !adapts(row);
}

constexpr bool weighs(const control::LagOptions& options, bool) {
  return options.distribute == control::LoadSharing::weighted;
}
constexpr bool has_weights(const control::LagOptions& options, bool has_weights) {
  return has_weights || weighs(options, has_weights);
}
constexpr bool moves_at_gaps(const control::LagOptions& options, bool) {
  return options.move.by == control::MoveBy::flowlet;
}
// (under weighted the gap also tells when a conversation may leave a crowded member)
constexpr bool knows_gaps(const control::LagOptions& options, bool weights) {
  return moves_at_gaps(options, weights) || weighs(options, weights);
}
constexpr bool waits(const control::LagOptions& options, bool) {
  return options.move.by != control::MoveBy::at_once;
}
constexpr bool is_shared(const control::LagOptions& options, bool) {
  return options.multichassis.shared();
}
constexpr bool finds_members(const control::LagOptions& options, bool) {
  return options.automatic;
}
}  // namespace detail

inline constexpr Effect kLacpOnly{detail::runs_lacp};
inline constexpr Effect kActiveOnly{detail::has_active};
inline constexpr Effect kFailOverMacOnly{detail::fails_over_mac};
inline constexpr Effect kAdaptiveOnly{detail::adapts};
inline constexpr Effect kTurnsOnly{detail::goes_round};
inline constexpr Effect kOrderedOnly{detail::keeps_order};
inline constexpr Effect kHashedOnly{detail::hashes};
inline constexpr Effect kByBucketOnly{detail::may_weigh};
inline constexpr Effect kFromAllOnly{detail::takes_from_all};
inline constexpr Effect kWeightedOnly{detail::may_weigh, detail::weighs, "distribute: weighted"};
inline constexpr Effect kWithWeights{detail::hashes, detail::has_weights,
                                     "distribute: weighted, or a member's weight"};
inline constexpr Effect kWithGaps{detail::keeps_order, detail::knows_gaps,
                                  "move: flowlet or distribute: weighted"};
inline constexpr Effect kFlowletOnly{detail::keeps_order, detail::moves_at_gaps, "move: flowlet"};
inline constexpr Effect kAutomaticOnly{detail::runs_lacp, detail::finds_members, "members: { from: [..] }"};
inline constexpr Effect kSharedOnly{detail::runs_lacp, detail::is_shared,
                                    "multichassis.mode: standby or independent"};
inline constexpr Effect kWaitingOnly{detail::keeps_order, detail::waits, "another move than at-once"};

/// Whether an option with this effect has one in the mode.
[[nodiscard]] constexpr bool has_effect(const Effect& effect, const control::ModeRow& row) {
  return effect.in_mode == nullptr || effect.in_mode(row);
}

}  // namespace lagoon::options
