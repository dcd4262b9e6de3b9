// What is asked of a status in the same way by many: how its mode distributes, and why a member is out.
#pragma once

#include <cstddef>
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

/// Why nothing is sent on a member: in a few words, as a table has them, and what was seen, in the journal's
/// sentence. Empty: something is sent, or could be; without evidence: the words say it all.
struct Obstacle {
  std::string words{};
  std::string evidence{};
};
[[nodiscard]] Obstacle obstacle(const LagStatus& lag, const MemberStatus& member);
/// Its words alone.
[[nodiscard]] std::string why_out(const LagStatus& lag, const MemberStatus& member);
/// A line for each member with evidence: "why p1: no LACPDU for 3.0 s; ..".
[[nodiscard]] std::string evidence_lines(const LagStatus& lag, std::size_t indent);

/// Seconds, rounded up: "held down for another 1 s" until it is over.
[[nodiscard]] std::int64_t seconds_up(Duration d) noexcept;

}  // namespace lagoon::control
