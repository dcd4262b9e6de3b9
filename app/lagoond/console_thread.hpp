// ConsoleThread: the prompt of `lagoond -i`, and the lines of --cmdline-file, in a thread of its own. At the
// end of the prompt lagoond ends.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "console/running.hpp"
#include "console/socket/control_socket.hpp"

namespace lagoon::lagoond {

struct ConsoleOptions {
  bool interactive = false;
  std::optional<std::string> file{};
  [[nodiscard]] bool wanted() const noexcept { return interactive || file; }
};

class ConsoleThread {
 public:
  /// `at_start` is called in the thread; `at_end` when the prompt is over, or a line said quit.
  ConsoleThread(console::Running& running, const ConsoleOptions& options, std::function<void()> at_start,
                std::function<void()> at_end);
  /// Blocking: for the command that is under way. A prompt that waits for a key is left.
  ~ConsoleThread();
  ConsoleThread(const ConsoleThread&) = delete;
  ConsoleThread& operator=(const ConsoleThread&) = delete;

  /// Whether every line that was read worked.
  [[nodiscard]] bool all_worked() const noexcept { return all_worked_.load(std::memory_order_relaxed); }

 private:
  void run(const ConsoleOptions& options);

  console::Running& running_;
  std::atomic<bool> all_worked_ = true;
  std::function<void()> at_end_;
  console::Descriptor stop_;  // an eventfd
  std::thread thread_;
};

}  // namespace lagoon::lagoond
