// LogLines: lines of DPDK's log, each with its level, on their way to the standard error and the system's
// log: of one kind (alike but for numbers) the first few, then now and then the last with how many there
// were.
//
// Thread: one at a time, but marked().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/repeat_limiter.hpp"
#include "base/time.hpp"
#include "lagoond/journal/system_log.hpp"

namespace lagoon::lagoond {

class LogLines {
 public:
  /// `tells_system`: the system's log hears the lines as well.
  explicit LogLines(bool tells_system) : tells_system_{tells_system} {}
  /// Text as a pipe has it: each line after its level (RTE_LOG_ERR ..) as one character.
  [[nodiscard]] static std::string marked(int level, std::string_view text);

  /// From the pipe; gives what is to be printed, and tells the system's log.
  [[nodiscard]] std::string taken(std::string_view text);
  /// What is to be printed of lines that were kept back.
  [[nodiscard]] std::string due();
  /// Whether due() may have something later.
  [[nodiscard]] bool is_empty() const noexcept { return limiter_.empty(); }

 private:
  struct Entry {
    Severity severity{};
    std::string text;
  };
  [[nodiscard]] std::string said(const Entry& entry);
  void tell_system(const Entry& entry);

  RepeatLimiter<Entry> limiter_{{.burst = 20, .kinds_most = 128}};
  bool tells_system_;
  std::string begun_;  // a line of which more will come
  SystemLog system_{};
  Instant deaf_until_{};  // the system's log took nothing
};

}  // namespace lagoon::lagoond
