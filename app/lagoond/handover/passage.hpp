// Passage: the connection between a lagoond that carries and the one that takes over from it
// (docs/restart.md): short messages, and descriptors with them. A SOCK_SEQPACKET socket beside the state
// file.
//
// Thread: one at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"
#include "console/socket/control_socket.hpp"

namespace lagoon::lagoond {

/// Where a lagoond with that state file is asked.
[[nodiscard]] std::string passage_path(const std::string& state_file);

struct Message {
  std::string word;  // what is said: one of those below
  std::string text;  // and of what; it may be empty
  console::Descriptor descriptor{};
};

// From who takes over: its version and the configuration's digest; that its ports are open, and its process;
// that it carries.
inline constexpr std::string_view kAsks = "take-over";
inline constexpr std::string_view kReady = "ready";
inline constexpr std::string_view kCarries = "carries";
// From who carries: why not; a descriptor that goes with it, and its name; that these were all, and its
// process; that it has stopped.
inline constexpr std::string_view kRefuses = "refused";
inline constexpr std::string_view kGives = "gives";
inline constexpr std::string_view kAll = "all";
inline constexpr std::string_view kStopped = "stopped";

/// Of what both say: who speaks another one is refused.
inline constexpr int kPassageVersion = 1;

class Passage {
 public:
  explicit Passage(console::Descriptor socket) : socket_{std::move(socket)} {}

  /// False: the other end has gone.
  [[nodiscard]] bool say(std::string_view word, std::string_view text = {}, int descriptor = -1);
  /// Waits for one, as long as `patience`; errors: busy (nothing came), no_such_thing (the other end has
  /// gone). `wakes`: a descriptor that ends the wait (busy) when it can be read; -1: none.
  [[nodiscard]] Result<Message> hear(Duration patience, int wakes = -1);

 private:
  console::Descriptor socket_;
};

}  // namespace lagoon::lagoond
