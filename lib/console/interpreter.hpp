// Interpreter: takes lines of the console, one session's, and does what they say. The one there is: for
// `lagoond -i`, for lagoon-console, and for scripts that speak to the control socket.
#pragma once

#include <string_view>
#include <vector>

#include "console/session.hpp"

namespace lagoon::console {

inline constexpr std::size_t kLineMax = 2000;  // octets

class Interpreter {
 public:
  explicit Interpreter(Running& running);

  /// An empty line, or a remark that begins with '#', gives nothing. Errors: invalid_argument, and what the
  /// command gave.
  [[nodiscard]] Result<Outcome> run(std::string_view line);
  /// What could come next: the word that `line` ends in, completed, or the next one if it ends in a blank.
  [[nodiscard]] std::vector<Completion> complete(std::string_view line);

 private:
  struct Entry {
    CommandRow row;
    std::vector<Pattern> patterns;
  };
  std::vector<Entry> entries_;
  Session session_;
};

/// Values that could stand for a name of the syntax, like LAG or KEY; none where nobody can know.
[[nodiscard]] std::vector<std::string> values_of(Session& session, std::string_view name,
                                                 const Arguments& before);

}  // namespace lagoon::console
