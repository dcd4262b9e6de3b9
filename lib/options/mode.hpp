// Mode: the names under which users know what a LAG does, each a row of one table: how its members are
// chosen, how frames are distributed, how receiving is balanced, and who carries which address. Nothing else
// asks for the mode's name but the views.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "table/distribution.hpp"

namespace lagoon::control {

enum class Mode : std::uint8_t {
  balance_rr,
  active_backup,
  balance_xor,
  broadcast,
  lacp,
  balance_tlb,
  balance_alb,
  failover,  // lagg's; the rest of lagg's are other names for those above
  loadbalance,
  roundrobin,
};

/// Who decides which members are used.
enum class Choice : std::uint8_t {
  fixed,          // all that work ("static")
  lacp,           // those that LACP has agreed on
  active_backup,  // one of those that work
};

enum class ReceiveBalance : std::uint8_t { none, arp };

enum class Addresses : std::uint8_t {
  same,           // all members carry the LAG's address
  fail_over_mac,  // as fail-over-mac says
  own,            // each its own, and the active one the LAG's (fail_over_mac's follow)
};

struct ModeRow {
  Mode mode;
  std::string_view name;        // what the status calls it
  std::string_view number;      // Linux's, as a word; empty: it has none
  std::string_view linux_name;  // Linux's word
  std::string_view linux_text;  // in /proc/net/bonding
  std::string_view lagg_name;   // laggproto
  Choice choice;
  table::Distribution distribution;
  ReceiveBalance receive;
  Addresses addresses;
  bool has_active;  // one member is special: it alone is used, or it receives what is not for one member
  bool by_order;    // the active member is the first in order that works, always
};

inline constexpr std::array<ModeRow, 10> kModes{{
    {Mode::balance_rr, "balance-rr", "0", "balance-rr", "load balancing (round-robin)", "roundrobin",
     Choice::fixed, table::Distribution::round_robin, ReceiveBalance::none, Addresses::same, false, false},
    {Mode::active_backup, "active-backup", "1", "active-backup", "fault-tolerance (active-backup)",
     "failover", Choice::active_backup, table::Distribution::flow_hash, ReceiveBalance::none,
     Addresses::fail_over_mac, true, false},
    {Mode::balance_xor, "balance-xor", "2", "balance-xor", "load balancing (xor)", "loadbalance",
     Choice::fixed, table::Distribution::flow_hash, ReceiveBalance::none, Addresses::same, false, false},
    {Mode::broadcast, "broadcast", "3", "broadcast", "fault-tolerance (broadcast)", "broadcast",
     Choice::fixed, table::Distribution::broadcast, ReceiveBalance::none, Addresses::same, false, false},
    {Mode::lacp, "lacp", "4", "802.3ad", "IEEE 802.3ad Dynamic link aggregation", "lacp", Choice::lacp,
     table::Distribution::flow_hash, ReceiveBalance::none, Addresses::same, false, false},
    {Mode::balance_tlb, "balance-tlb", "5", "balance-tlb", "transmit load balancing", "loadbalance",
     Choice::fixed, table::Distribution::adaptive, ReceiveBalance::none, Addresses::own, true, false},
    {Mode::balance_alb, "balance-alb", "6", "balance-alb", "adaptive load balancing", "loadbalance",
     Choice::fixed, table::Distribution::adaptive, ReceiveBalance::arp, Addresses::own, true, false},
    {Mode::failover, "failover", "", "active-backup", "fault-tolerance (active-backup)", "failover",
     Choice::active_backup, table::Distribution::flow_hash, ReceiveBalance::none, Addresses::fail_over_mac,
     true, true},
    {Mode::loadbalance, "loadbalance", "", "balance-xor", "load balancing (xor)", "loadbalance",
     Choice::fixed, table::Distribution::flow_hash, ReceiveBalance::none, Addresses::same, false, false},
    {Mode::roundrobin, "roundrobin", "", "balance-rr", "load balancing (round-robin)", "roundrobin",
     Choice::fixed, table::Distribution::round_robin, ReceiveBalance::none, Addresses::same, false, false},
}};

[[nodiscard]] constexpr const ModeRow& row_of(Mode mode) noexcept {
  return kModes[static_cast<std::size_t>(mode)];
}
[[nodiscard]] constexpr std::string_view name_of(Mode mode) noexcept {
  return row_of(mode).name;
}

/// By name, number, or Linux's word ("802.3ad").
[[nodiscard]] constexpr std::optional<Mode> mode_from(std::string_view word) noexcept {
  for (const ModeRow& row : kModes)
    if (word == row.name || (!row.number.empty() && word == row.number)) return row.mode;
  return word == "802.3ad" ? std::optional{Mode::lacp} : std::nullopt;
}

namespace detail {
consteval bool rows_are_in_order() {
  for (std::size_t i = 0; i < kModes.size(); ++i)
    if (static_cast<std::size_t>(kModes[i].mode) != i) return false;
  return true;
}
}  // namespace detail
static_assert(detail::rows_are_in_order());

}  // namespace lagoon::control
