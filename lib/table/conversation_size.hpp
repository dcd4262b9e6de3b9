// How much memory a table of conversations takes: asked before there is one, to say and to give it.
#pragma once

#include <cstddef>

namespace lagoon::table {

inline constexpr std::size_t kConversationLineOctets = 64;  // a cache line, seven conversations
inline constexpr std::size_t kConversationProbes = 6;       // lines that a conversation may be in

/// Lines for that many live conversations, with room to spare.
[[nodiscard]] constexpr std::size_t conversation_lines(std::size_t conversations) noexcept {
  return conversations * 4 / 17 + kConversationProbes;
}
[[nodiscard]] constexpr std::size_t conversation_octets(std::size_t conversations) noexcept {
  return conversation_lines(conversations) * kConversationLineOctets;
}

}  // namespace lagoon::table
