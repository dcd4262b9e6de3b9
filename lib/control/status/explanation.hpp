// Explanation: which way a frame takes through a LAG, and why. What an operator asks of a conversation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace lagoon::control {

struct Explanation {
  std::string_view distribution;  // "flow_hash", "weighted", ..: static text
  std::uint32_t hash = 0;         // what the conversation is known by
  std::size_t bucket = 0;
  std::optional<std::size_t> pin{};  // its own entry among the large ones
  // Where its lane, the pin or the bucket, is to be. Nothing: nobody distributes, or the mode has no lanes.
  std::optional<MemberIndex> member{};
  std::optional<MemberIndex> before{};  // where it was until then
  std::string_view why;                 // MoveReason of its lane
  Instant since{};
  // Some worker has not taken the lane there yet.
  bool moving = false;
  // Every frame goes where it is its turn, or to all: there is no one member.
  bool by_frame = false;
};

}  // namespace lagoon::control
