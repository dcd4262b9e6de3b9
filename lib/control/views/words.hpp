// What several views say, or ask of a status in the same way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "control/status/reasons.hpp"
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

}  // namespace lagoon::control::views
