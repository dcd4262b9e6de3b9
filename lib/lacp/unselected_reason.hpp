// Why a port is not SELECTED, a row for each reason: its name in status and journal, its words in tables for
// people, and whether it lies in what the port is connected with. The sentence with figures is made of
// evidence, in control/lag/evidence.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lagoon::lacp {

enum class UnselectedReason : std::uint8_t {
  none,
  link_down,
  no_partner,           // nothing was heard: the Partner's values are defaults
  partner_not_allowed,  // another System than partner_system
  looped,               // our own System answers
  other_lag_id,         // another Partner System or key than the group in use
  individual,           // this end or the other does not aggregate, and another port has the Aggregator
  half_duplex,          //
  key_mismatch,         // another speed than the group in use, so another key of our own
  above_max_links,      // STANDBY
  disabled,             // LACP_Enabled is FALSE: by the operator, or by shutdown
  held_out,             // its LACPDUs flood, or its Partner changes all the time
  unserved,             // nobody carries its frames: a worker stands still
  candidate,            // the LAG finds its members by itself, and has not taken it
  no_uplink,            // STANDBY: all uplinks of the LAG are down
  stands_by,            // STANDBY: another box carries the LAG
};

struct UnselectedReasonRow {
  UnselectedReason reason;
  std::string_view name;
  std::string_view words;
  bool excludes = false;  // it lies in what the port is connected with; of the others the machines tell
};
inline constexpr auto kUnselectedReasons = std::to_array<UnselectedReasonRow>({
    {UnselectedReason::none, "none", "not selected"},
    {UnselectedReason::link_down, "link_down", "link down"},
    {UnselectedReason::no_partner, "no_partner", "no partner"},
    {UnselectedReason::partner_not_allowed, "partner_not_allowed", "partner not allowed", true},
    {UnselectedReason::looped, "looped", "looped"},
    {UnselectedReason::other_lag_id, "other_lag_id", "other partner", true},
    {UnselectedReason::individual, "individual", "individual", true},
    {UnselectedReason::half_duplex, "half_duplex", "half duplex", true},
    {UnselectedReason::key_mismatch, "key_mismatch", "other speed", true},
    {UnselectedReason::above_max_links, "above_max_links", "standby"},
    {UnselectedReason::disabled, "disabled", "LACP disabled"},
    {UnselectedReason::held_out, "held_out", "held out"},
    {UnselectedReason::unserved, "unserved", "not served"},
    {UnselectedReason::candidate, "candidate", "candidate"},
    {UnselectedReason::no_uplink, "no_uplink", "no uplink"},
    {UnselectedReason::stands_by, "stands_by", "other box"},
});

[[nodiscard]] constexpr const UnselectedReasonRow& row_of(UnselectedReason reason) noexcept {
  return kUnselectedReasons[static_cast<std::size_t>(reason)];
}
[[nodiscard]] constexpr std::string_view name_of(UnselectedReason reason) noexcept {
  return row_of(reason).name;
}

namespace detail {
constexpr bool rows_stand_in_order() noexcept {
  for (std::size_t i = 0; i < kUnselectedReasons.size(); ++i)
    if (static_cast<std::size_t>(kUnselectedReasons[i].reason) != i) return false;
  return true;
}
static_assert(rows_stand_in_order());
}  // namespace detail

}  // namespace lagoon::lacp
