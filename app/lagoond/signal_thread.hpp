// SignalThread: takes lagoond's signals in a thread of its own, so that nothing interrupts an lcore: it
// applies the configuration file when told to (SIGHUP), and prints the status when asked or at an interval.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <thread>

#include "dpdk/engine/engine.hpp"

namespace lagoon::lagoond {

/// Blocks the signals for this thread and all that it will start. To be called before EAL is started.
void block_signals();

class SignalThread {
 public:
  SignalThread(dpdk::Engine& engine, std::string config_file,
               std::optional<std::chrono::seconds> status_interval);
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  void run(std::optional<std::chrono::seconds> status_interval);
  void reload();
  void print_status();

  dpdk::Engine& engine_;
  std::string config_file_;
  std::thread thread_;
};

}  // namespace lagoon::lagoond
