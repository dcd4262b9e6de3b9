// Which keys of a LAG have an effect in which modes, or beside which other keys. One that has none in a file
// is warned of, for whoever wrote it may expect what will not happen; a command with it is refused.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "config/model.hpp"
#include "control/options/mode.hpp"

namespace lagoon::config {

struct ModeKey {
  std::string_view key;  // as in the schema, after "lags[]."
  bool (*has_effect)(const control::ModeRow& row);
  /// Besides the mode; nullptr: nothing. `needs` is what then has to be said.
  bool (*in_use)(const Lag& lag) = nullptr;
  std::string_view needs = {};
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
constexpr bool weighs(const Lag& lag) {
  return lag.options.distribute == control::Distribute::weighted;
}
constexpr bool has_weights(const Lag& lag) {
  for (const Member& member : lag.members)
    if (member.weight) return true;
  return weighs(lag);
}
constexpr bool moves_at_gaps(const Lag& lag) {
  return lag.options.move.by == control::MoveBy::flowlet;
}
// (under weighted the gap also tells when a conversation may leave a crowded member)
constexpr bool knows_gaps(const Lag& lag) {
  return moves_at_gaps(lag) || weighs(lag);
}
constexpr bool waits(const Lag& lag) {
  return lag.options.move.by != control::MoveBy::at_once;
}

inline constexpr std::string_view kWeighted = "distribute: weighted";
}  // namespace detail

/// All other keys have an effect in every mode.
inline constexpr std::array<ModeKey, 39> kModeKeys{{
    {"lacp", detail::runs_lacp},
    {"lacp-strict", detail::runs_lacp},
    {"members[].lacp", detail::runs_lacp},
    {"hash", detail::hashes},
    {"hash-seed", detail::hashes},
    {"hash-symmetric", detail::hashes},
    {"nic-hash", detail::hashes},
    {"unequal-speed", detail::runs_lacp},
    {"distribute", detail::may_weigh},
    {"by", detail::may_weigh, detail::weighs, detail::kWeighted},
    {"weight-unit", detail::hashes, detail::has_weights, "distribute: weighted, or a member's weight"},
    {"load-window", detail::may_weigh, detail::weighs, detail::kWeighted},
    {"conversation-estimate", detail::may_weigh, detail::weighs, detail::kWeighted},
    {"conversations", detail::may_weigh, detail::weighs, detail::kWeighted},
    {"conversation-timeout", detail::may_weigh, detail::weighs, detail::kWeighted},
    {"rebalance", detail::may_weigh},
    {"members[].weight", detail::hashes},
    {"move", detail::keeps_order},
    {"flowlet-gap", detail::keeps_order, detail::knows_gaps, "move: flowlet or distribute: weighted"},
    {"flowlet-patience", detail::keeps_order, detail::moves_at_gaps, "move: flowlet"},
    {"move-overflow", detail::keeps_order, detail::waits, "another move than at-once"},
    {"move-hold", detail::keeps_order},
    {"failover-hold", detail::keeps_order},
    {"packets-per-member", detail::goes_round},
    {"tlb-dynamic-lb", detail::adapts},
    {"lp-interval", detail::adapts},
    {"spread-forwarded", detail::adapts},
    {"eliminate-duplicates", detail::takes_from_all},
    {"primary", detail::has_active},
    {"primary-reselect", detail::has_active},
    {"fail-over-mac", detail::fails_over_mac},
    {"all-members-active", detail::has_active},
    {"failover-rx-all", detail::has_active},
    {"num-grat-arp", detail::has_active},
    {"num-unsol-na", detail::has_active},
    {"peer-notif-delay", detail::has_active},
    {"resend-igmp", detail::has_active},
    {"announce", detail::has_active},
    {"members[].priority", detail::has_active},
}};

/// What is wrong with `key` in the LAG, or nothing.
[[nodiscard]] std::optional<std::string> no_effect(const ModeKey& key, const Lag& lag);

}  // namespace lagoon::config
