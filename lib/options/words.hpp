// The words of options that have some, with the numbers and words that Linux has for the same.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "options/kind.hpp"
#include "options/lag_options.hpp"

namespace lagoon::options {

/// Words for the enumerators 0, 1, 2 ..
template <std::size_t N>
[[nodiscard]] consteval std::array<NamedWord, N> in_order(const std::array<std::string_view, N>& names) {
  std::array<NamedWord, N> words{};
  for (std::size_t i = 0; i < N; ++i) words[i] = {names[i], static_cast<std::uint8_t>(i)};
  return words;
}

inline constexpr auto kModeWords = [] {
  std::array<NamedWord, control::kModes.size() + 1> words{};
  for (std::size_t i = 0; i < control::kModes.size(); ++i)
    words[i] = {control::kModes[i].name, static_cast<std::uint8_t>(control::kModes[i].mode)};
  words.back() = {"802.3ad", static_cast<std::uint8_t>(control::Mode::lacp)};
  return words;
}();
inline constexpr std::uint8_t kLinuxModes = 7;  // whose numbers are those of the first rows

// (1 and 0, on and off are Linux's lacp_active and lacp_rate)
inline constexpr std::array<NamedWord, 2> kActivityWords{{{"active", 1}, {"passive", 0}}};
inline constexpr std::array<NamedWord, 4> kLinuxActivity{{{"on", 1}, {"1", 1}, {"off", 0}, {"0", 0}}};
inline constexpr std::array<NamedWord, 2> kRateWords{{{"fast", 1}, {"slow", 0}}};
inline constexpr std::array<NamedWord, 2> kLinuxRate{{{"1", 1}, {"0", 0}}};
inline constexpr std::array<NamedWord, 2> kMuxWords{{{"independent", 0}, {"coupled", 1}}};
inline constexpr auto kRetryProbeWords = in_order(lacp::kRetryProbeNames);
inline constexpr auto kSelectWords = in_order(lacp::kSelectPolicyNames);
inline constexpr std::array<NamedWord, 2> kLinuxSelect{{{"prio", 3}, {"actor-port-prio", 3}}};
inline constexpr std::array<NamedWord, 2> kFallbackWords{{{"off", 0}, {"single", 1}}};
inline constexpr auto kRequireWords = in_order(bfd::kRequireNames);
inline constexpr auto kLldpVoiceWords = in_order(control::kLldpVoiceNames);
inline constexpr auto kLoadSharingWords = in_order(control::kLoadSharingNames);
inline constexpr auto kPlaceByWords = in_order(table::kPlaceByNames);
inline constexpr auto kMoveByWords = in_order(control::kMoveByNames);
inline constexpr auto kOverflowWords = in_order(control::kOverflowNames);
inline constexpr auto kValidateWords = in_order(monitor::kValidateNames);
inline constexpr auto kNeededWords = in_order(monitor::kTargetsNeededNames);
inline constexpr auto kReselectWords = in_order(failover::kReselectNames);
inline constexpr auto kFailOverMacWords = in_order(failover::kFailOverMacNames);
inline constexpr auto kPauseWords = in_order(control::kPauseNames);
inline constexpr auto kMultichassisWords = in_order(control::kMultichassisNames);
inline constexpr auto kRevertWords = in_order(control::kRevertNames);
inline constexpr auto kIsolatedWords = in_order(control::kIsolatedNames);
inline constexpr auto kAccessWords = in_order(control::kAccessNames);
inline constexpr auto kStateWords = in_order(control::kAdministrationNames);

/// Of enumerators that have Linux's numbers.
template <std::size_t N>
[[nodiscard]] constexpr Words numbered(const std::array<NamedWord, N>& words) {
  return {.words = words, .others = {}, .numbers = N};
}

}  // namespace lagoon::options
