#include "lagoond/signal_thread.hpp"

#include <pthread.h>

#include <cstdio>
#include <ctime>
#include <iostream>
#include <utility>

#include "control/views/views.hpp"
#include "lagoond/config_verbs.hpp"
#include "lagoond/service_manager.hpp"

namespace lagoon::lagoond {

namespace {

// SIGUSR2 is how the destructor ends the thread.
sigset_t our_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&set, signal);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = our_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

SignalThread::SignalThread(dpdk::Engine& engine, std::string config_file,
                           std::optional<std::chrono::seconds> status_interval)
    : engine_{engine},
      config_file_{std::move(config_file)},
      thread_{[this, status_interval] { run(status_interval); }} {}

SignalThread::~SignalThread() {
  pthread_kill(thread_.native_handle(), SIGUSR2);
  thread_.join();
}

void SignalThread::run(std::optional<std::chrono::seconds> status_interval) {
  const sigset_t set = our_signals();
  const timespec interval{.tv_sec = status_interval ? status_interval->count() : 3600, .tv_nsec = 0};
  for (;;) {
    const int signal = sigtimedwait(&set, nullptr, &interval);
    switch (signal) {
      case SIGUSR2:
        return;
      case SIGTERM:
      case SIGINT:
        engine_.request_stop();  // (first: to say it waits while systemd does not listen)
        ServiceManager::stopping();
        break;
      case SIGHUP:
        reload();
        break;
      case SIGUSR1:
        print_status();
        break;
      default:
        if (status_interval) print_status();
    }
  }
}

void SignalThread::reload() {
  ServiceManager::reloading();
  const bool applied = apply_config(engine_, config_file_, std::cout);
  std::cout.flush();
  ServiceManager::ready(applied ? "the configuration file is applied"
                                : "the configuration file was refused, see the log; the old one runs on");
}

void SignalThread::print_status() {
  const auto status = engine_.status_of_all();
  const std::string text = status ? control::render_table(*status) : status.error().detail + "\n";
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace lagoon::lagoond
