// Colour: how a frame stands to its class's rate limit. RFC 2697 and RFC 2698 have the meters.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lagoon::qos {

enum class Colour : std::uint8_t {
  green,   // within the committed rate and burst
  yellow,  // beyond them, but within the excess burst or the peak rate
  red,     // beyond all
};
inline constexpr std::size_t kColours = 3;

}  // namespace lagoon::qos
