// MoveReason: why a lane is where it is.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lagoon::control {

enum class MoveReason : std::uint8_t {
  first,       // the LAG came up
  lost,        // its member does not carry frames any more
  drained,     // its member was drained, disabled or removed by the operator
  returned,    // a member that it belongs to came or came back
  capacity,    // capacities or weights have changed
  rebalanced,  // its member had more load than others
  pinned,      // it is one conversation, and too large for its bucket
  unpinned,    // it is not any more
  rehashed,    // conversations are told apart in another way
  no_room,     // it goes back: it could not move in order
  placed,      // the operator has said where it is to be, or has let it go
  replaced,    // under max-links another member has the place of its member
};
inline constexpr std::array<std::string_view, 12> kMoveReasonNames{
    "first",  "lost",     "drained",  "returned", "capacity", "rebalanced",
    "pinned", "unpinned", "rehashed", "no_room",  "placed",   "replaced"};
[[nodiscard]] constexpr std::string_view name_of(MoveReason why) noexcept {
  return kMoveReasonNames[static_cast<std::size_t>(why)];
}

}  // namespace lagoon::control
