// Output: all that lagoond prints, taken off the threads that print it. printf, std::cout and DPDK's log go
// into pipes of ours, without ever waiting; one thread takes it from there to the standard output, the
// standard error and the system's log. Where nobody reads, lines are dropped and counted, and a line says how
// many, once it is read again. Memory is bounded.
//
// There is one in a process, and it is never destroyed: whoever prints late finds it. DPDK's log is limited
// by kind of line (base/repeat_limiter.hpp).
#pragma once

#include <cstdint>
#include <cstdio>
#include <string_view>

#include "base/error.hpp"

namespace lagoon::lagoond {

class Output {
 public:
  /// From now on stdout, stderr, std::cout and std::cerr of this process go through it, and SIGPIPE ends
  /// nothing any more. `has_terminal`: but for DPDK's log and say() they are left as they are, for a console
  /// at a terminal. To be called once, after signals are blocked, and before other threads print. Errors:
  /// system.
  [[nodiscard]] static Result<void> begin(bool has_terminal);
  /// To the standard error, and never waits. Before begin(): nothing. Thread: any.
  static void say(std::string_view text) noexcept;
  /// For rte_openlog_stream(); nullptr before begin().
  [[nodiscard]] static std::FILE* log() noexcept;
  /// Lines that nobody took. Thread: any.
  [[nodiscard]] static std::uint64_t lost_lines() noexcept;
  /// Waits until what was printed is written, but no longer than a reader takes who takes nothing: at the end
  /// of the process. Thread: any.
  static void finish() noexcept;
};

}  // namespace lagoon::lagoond
