// Ending: from the word to end (a signal, the console) to the end of the process: asks the Engine, and sees
// to it that the process ends within the shutdown-timeout, whatever stands.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "dpdk/engine/engine.hpp"
#include "lagoond/ending/last_resort.hpp"

namespace lagoon::lagoond {

class Ending {
 public:
  /// The threads inherit the caller's CPUs and blocked signals.
  explicit Ending(Duration timeout);

  /// Thread: any; does not wait.
  void request() noexcept;
  [[nodiscard]] bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }
  /// Whom request() asks, at once where it came before; nullptr: nobody any more. `first`, where there is
  /// one, is asked instead, and sees to it that the Engine is: it does not wait.
  void use(dpdk::Engine* engine, std::function<void()> first = {});
  /// What the end is waiting for next: a static text.
  void waits_for(const char* what) noexcept { last_resort_.waits_for(what); }
  /// The Partners know that we leave. Without it an end that takes too long is a failure.
  void partners_told() noexcept { told_.store(true, std::memory_order_relaxed); }
  /// A file that is ours, and is not to outlive the process.
  void removes(std::string path);
  /// They are the next process's, which has taken them over.
  void keep_files();

  /// Ends the process as it is, with exit code 0: what it has changed stays for the one that follows.
  [[noreturn]] void leave();

 private:
  void ask(dpdk::Engine& engine) const;
  void remove_files();
  [[noreturn]] void end_now(const char* waits_for);

  Duration timeout_;
  std::atomic<dpdk::Engine*> engine_ = nullptr;
  std::atomic<bool> requested_ = false;
  std::atomic<bool> told_ = false;
  std::mutex mutex_;
  std::vector<std::string> files_;
  std::function<void()> first_{};  // written before engine_
  LastResort last_resort_;
};

}  // namespace lagoon::lagoond
