// Views: one status value in the words of those who ask: what /proc/net/bonding prints, what ifconfig -v
// prints of a lagg, what a switch prints of its neighbors, JSON, and our own table. docs/views.md shows each.
//
// Where others have a text that scripts parse, its labels, their order and their indentation are kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "control/status/status.hpp"

namespace lagoon::control {

/// (not `linux`: that is a macro of compilers in GNU mode)
enum class View : std::uint8_t { bonding, lagg, cisco, json, table };
inline constexpr std::array<std::string_view, 5> kViewNames{"linux", "lagg", "cisco", "json", "table"};

[[nodiscard]] constexpr std::string_view name_of(View view) noexcept {
  return kViewNames[static_cast<std::size_t>(view)];
}
[[nodiscard]] constexpr std::optional<View> view_from(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kViewNames.size(); ++i)
    if (kViewNames[i] == name) return static_cast<View>(i);
  return std::nullopt;
}

/// All of them in their order, as usage texts and errors have them: "linux|lagg|.." with "|".
[[nodiscard]] std::string view_names(std::string_view separator);

/// Lines, each with its end.
[[nodiscard]] std::string render(View view, const LagStatus& lag);

/// View::table of several LAGs, one below the other.
[[nodiscard]] std::string render_table(std::span<const LagStatus> lags);

}  // namespace lagoon::control
