// What several views say, or ask of a status in the same way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "control/status/status.hpp"

namespace lagoon::control::views {

/// At least `digits` digits, in capitals.
[[nodiscard]] std::string hex_upper(std::uint64_t value, std::size_t digits);
[[nodiscard]] std::string hex_lower(std::uint64_t value);

/// `text`, and spaces up to `width`; one at least, so that columns never run into each other.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

/// Of a state octet: the letters of tcpdump and of the standard's own abbreviations: ATGSCDFE, '-' where a
/// bit is off.
[[nodiscard]] std::string state_letters(std::uint8_t octet);

/// "12.5": at most `decimals` of them (6 at the most), without zeros at the end.
[[nodiscard]] std::string fixed_point(double value, int decimals);

/// Each conversation is placed by load.
[[nodiscard]] inline bool is_weighted(const LagStatus& lag) noexcept {
  return lag.distribution == name_of(table::Distribution::weighted);
}

[[nodiscard]] inline const ModeRow& row_of(const LagStatus& lag) noexcept {
  return control::row_of(lag.options.mode);
}

/// Position of a member of the group of links that has the Aggregator; nothing: none is SELECTED.
[[nodiscard]] std::optional<std::size_t> first_selected(const LagStatus& lag) noexcept;

/// Why nothing is sent on the member, in an operator's words; empty: something is, or could be.
[[nodiscard]] std::string why_out(const LagStatus& lag, const MemberStatus& member);

/// Seconds, rounded up: "held down for another 1 s" until it is over.
[[nodiscard]] std::int64_t seconds_up(Duration d) noexcept;

}  // namespace lagoon::control::views
