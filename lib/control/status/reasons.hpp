// What is asked of a status in the same way by many: how its mode distributes, and why a member is out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "control/status/status.hpp"
#include "options/mode.hpp"

namespace lagoon::control {

/// Each conversation is placed by load.
[[nodiscard]] inline bool is_weighted(const LagStatus& lag) noexcept {
  return lag.distribution == name_of(table::Distribution::weighted);
}

[[nodiscard]] inline const ModeRow& row_of(const LagStatus& lag) noexcept {
  return row_of(lag.options.mode);
}

/// Position of a member of the group of links that has the Aggregator; nothing: none is SELECTED.
[[nodiscard]] std::optional<std::size_t> first_selected(const LagStatus& lag) noexcept;

/// Why nothing is sent on the member, in an operator's words; empty: something is, or could be.
[[nodiscard]] std::string why_out(const LagStatus& lag, const MemberStatus& member);

/// Seconds, rounded up: "held down for another 1 s" until it is over.
[[nodiscard]] std::int64_t seconds_up(Duration d) noexcept;

}  // namespace lagoon::control
