// Outcome: what a line of the console gave, for whoever asked: a terminal, a pipe, or a client of the socket.
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/time.hpp"

namespace lagoon::console {

enum class After : std::uint8_t {
  next,    // another line may follow
  repeat,  // the same line is to be asked again after `interval`: a live view
  quit,    // the session is over
};

struct Outcome {
  std::string text{};    // lines, each with its end
  bool is_json = false;  // the text is one JSON value
  After after = After::next;
  Duration interval{};
  std::uint32_t count = 0;  // how often to repeat; 0: until stopped
};

/// What could come next in a line that is being written.
struct Completion {
  std::string text;
  std::string help;
  bool literal = true;  // false: the name of a value that nobody can know, like NUMBER
  friend bool operator==(const Completion&, const Completion&) = default;
};

}  // namespace lagoon::console
