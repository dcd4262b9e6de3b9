// MoveOptions: how conversations change their member in order, as the operator wants it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/time.hpp"

namespace lagoon::control {

enum class MoveBy : std::uint8_t {
  marker,   // hold, and ask the Partner with Markers, so that it need not be for the whole time (under LACP)
  hold,     // frames wait for `planned`
  flowlet,  // each bucket or conversation at its next gap; those without one for `patience` are held
  at_once,  // nothing waits
};
inline constexpr std::array<std::string_view, 4> kMoveByNames{"marker", "hold", "flowlet", "at-once"};
[[nodiscard]] constexpr std::string_view name_of(MoveBy by) noexcept {
  return kMoveByNames[static_cast<std::size_t>(by)];
}

/// What becomes of a move when more frames would have to wait than there is room for.
enum class Overflow : std::uint8_t {
  old_way,  // they go on over the member before, and the move is tried again, in smaller portions
  give_up,  // what could not move stays for good, until something else changes
};
inline constexpr std::array<std::string_view, 2> kOverflowNames{"old-way", "give-up"};
[[nodiscard]] constexpr std::string_view name_of(Overflow overflow) noexcept {
  return kOverflowNames[static_cast<std::size_t>(overflow)];
}

struct MoveOptions {
  MoveBy by = MoveBy::marker;
  Duration planned = 50ms;    // the longest wait when the member before still works
  Duration failover = 10ms;   // when it does not; what is on its way to the far end's processor may be ahead
  Duration gap = 500us;       // flowlet: longer than paths differ
  Duration patience = 100ms;  // flowlet: then what has had no gap is held
  Overflow overflow = Overflow::old_way;
  friend constexpr bool operator==(const MoveOptions&, const MoveOptions&) noexcept = default;
};

}  // namespace lagoon::control
