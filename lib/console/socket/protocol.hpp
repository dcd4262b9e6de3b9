// Protocol: one connection of the control socket as text in, text out (docs/control-socket.md). It sees no
// socket. Whatever comes in is answered, and what is not understood changes nothing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "console/interpreter.hpp"

namespace lagoon::console {

inline constexpr unsigned kProtocolVersion = 1;
inline constexpr std::size_t kRequestMax = 8192;          // octets
inline constexpr std::size_t kReplyMax = 256UL * 1024UL;  // octets

class Protocol {
 public:
  explicit Protocol(Running& running) : interpreter_{running} {}
  /// Of up to kReplyMax octets.
  [[nodiscard]] std::string answer(std::string_view request);

 private:
  Interpreter interpreter_;
};

/// A reply to nothing that was asked: to whoever may not, or can't, be served.
[[nodiscard]] std::string refusal(const Error& error);

// The client's half.
[[nodiscard]] std::string run_request(std::uint64_t id, std::string_view line);
[[nodiscard]] std::string complete_request(std::uint64_t id, std::string_view line);
[[nodiscard]] Result<Outcome> outcome_in(std::string_view reply);
[[nodiscard]] std::vector<Completion> choices_in(std::string_view reply);

}  // namespace lagoon::console
