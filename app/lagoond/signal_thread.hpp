// SignalThread: takes lagoond's signals in a thread of its own, so that nothing interrupts an lcore, and does
// nothing else: what a signal asks for is done by others, so that the next one is heard at once.
#pragma once

#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <thread>

namespace lagoon::lagoond {

/// Blocks the signals for this thread and all that it will start. To be called before EAL is started.
void block_signals();

/// Each is called in the signals' thread, and must not wait.
struct OnSignal {
  std::function<void()> stop;    // SIGTERM, SIGINT
  std::function<void()> reload;  // SIGHUP
  std::function<void()> status;  // SIGUSR1, and at an interval
  std::function<void()> leave;   // SIGUSR2: another process follows
};

class SignalThread {
 public:
  SignalThread(OnSignal on_signal, std::optional<std::chrono::seconds> status_interval);
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  void run(std::optional<std::chrono::seconds> status_interval);

  OnSignal on_signal_;
  std::thread thread_;
};

}  // namespace lagoon::lagoond
