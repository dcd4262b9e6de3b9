#include "lagoond/console_thread.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "console/prompt/front_end.hpp"
#include "console/prompt/terminal.hpp"
#include "console/socket/channel.hpp"

namespace lagoon::lagoond {

ConsoleThread::ConsoleThread(console::Running& running, const ConsoleOptions& options,
                             std::function<void()> at_start, std::function<void()> at_end)
    : running_{running},
      at_end_{std::move(at_end)},
      stop_{eventfd(0, EFD_CLOEXEC)},
      thread_{[this, options, at_start = std::move(at_start)] {
        at_start();
        run(options);
      }} {}

ConsoleThread::~ConsoleThread() {
  constexpr std::uint64_t kOne = 1;
  static_cast<void>(write(stop_.number(), &kOne, sizeof(kOne)));
  thread_.join();
}

void ConsoleThread::run(const ConsoleOptions& options) {
  console::LocalChannel channel{running_};
  const auto note = [this](bool worked) {
    if (!worked) all_worked_.store(false, std::memory_order_relaxed);
  };
  if (options.file) {
    const auto done = console::run_file(channel, *options.file, stop_.number());
    if (!done) console::print_error("lagoond", done.error());
    note(done && done->all_worked);
    if (done && done->quit) return at_end_();
  }
  if (!options.interactive) return;
  if (console::is_terminal()) {
    static_cast<void>(console::run_terminal(channel, stop_.number()));
  } else {
    console::Input input{STDIN_FILENO, stop_.number()};
    note(console::run_lines(channel, input, "stdin").all_worked);
  }
  at_end_();
}

}  // namespace lagoon::lagoond
