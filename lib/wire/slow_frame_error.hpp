// Why a slow-protocol frame is not acted on. Each has a counter of that name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lagoon::wire {

enum class SlowFrameError : std::uint8_t {
  too_short,
  too_long,           // more than 128 octets for version 1 (802.3 57A.2), more than 1514 for others
  wrong_destination,  // not the Slow_Protocols_Multicast address
  bad_source,         // a group or all-zero source address
  unknown_subtype,    // a slow protocol, but neither LACP nor Marker
  bad_tlv_length,
  bad_marker,  // a Marker PDU that is neither Marker Information nor Marker Response
};

inline constexpr std::size_t kSlowFrameErrors = 7;

[[nodiscard]] constexpr std::string_view name_of(SlowFrameError error) noexcept {
  constexpr std::array<std::string_view, kSlowFrameErrors> names{
      "slow_too_short",       "slow_too_long",       "slow_wrong_destination", "slow_bad_source",
      "slow_unknown_subtype", "slow_bad_tlv_length", "slow_bad_marker"};
  return names[static_cast<std::size_t>(error)];
}

}  // namespace lagoon::wire
