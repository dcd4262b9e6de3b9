// How lanes change their member, as far as workers need to know it (fast/steer/steering.hpp).
//
// A table says where every lane is to be. A worker whose lanes are elsewhere takes them there as `Moves` has
// it. Moves are numbered: `begun` is the number of the last one, and once `released` has reached it, nobody
// waits for it any more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/time.hpp"

namespace lagoon::table {

/// How a lane leaves a member that can still be sent on.
enum class MoveWay : std::uint8_t {
  at_once,
  hold,     // its frames wait until the move is released: after a time, or when Markers were answered
  flowlet,  // when it has been idle for longer than `gap`
};

struct Moves {
  MoveWay way = MoveWay::at_once;
  // Lanes whose member can't be sent on any more go at once, or (true) wait for the release as well, for what
  // is under way.
  bool gone_wait = false;
  std::uint64_t begun = 0;
  std::uint64_t released = 0;
  // Which lanes take part in this move: those with (lane & portion_mask) == portion. The others stay where
  // they are until it is their turn. Mask 0: all.
  std::uint32_t portion_mask = 0;
  std::uint32_t portion = 0;
  Duration gap = Duration{500'000};
  friend constexpr bool operator==(const Moves&, const Moves&) noexcept = default;

  [[nodiscard]] constexpr bool waiting() const noexcept { return begun > released; }
  [[nodiscard]] constexpr bool takes_part(std::size_t lane) const noexcept {
    return (lane & portion_mask) == portion;
  }
};

}  // namespace lagoon::table
