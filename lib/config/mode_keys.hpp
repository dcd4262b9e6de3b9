// Which keys of a LAG have an effect in which modes. One that has none in a file is warned of, for whoever
// wrote it may expect what will not happen; a command with it is refused.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "control/mode.hpp"

namespace lagoon::config {

struct ModeKey {
  std::string_view key;  // as in the schema, after "lags[]."
  bool (*has_effect)(const control::ModeRow& row);
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
/// The other end may send one frame by several links (broadcast), and all of them are taken.
constexpr bool takes_from_all(const control::ModeRow& row) {
  return row.choice == control::Choice::fixed && !adapts(row);
}
}  // namespace detail

/// All other keys have an effect in every mode.
inline constexpr std::array<ModeKey, 25> kModeKeys{{
    {"lacp", detail::runs_lacp},
    {"lacp-strict", detail::runs_lacp},
    {"members[].lacp", detail::runs_lacp},
    {"hash", detail::hashes},
    {"hash-seed", detail::hashes},
    {"hash-symmetric", detail::hashes},
    {"nic-hash", detail::hashes},
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

/// What is wrong with `key` in `mode`, or nothing.
[[nodiscard]] std::optional<std::string> no_effect(const ModeKey& key, control::Mode mode);

}  // namespace lagoon::config
