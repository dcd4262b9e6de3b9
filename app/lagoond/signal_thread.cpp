#include "lagoond/signal_thread.hpp"

#include <pthread.h>

#include <ctime>
#include <utility>

namespace lagoon::lagoond {

namespace {

// How the destructor ends the thread.
int end_signal() {
  return SIGRTMIN;
}

sigset_t our_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, end_signal()}) sigaddset(&set, signal);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = our_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

SignalThread::SignalThread(OnSignal on_signal, std::optional<std::chrono::seconds> status_interval)
    : on_signal_{std::move(on_signal)}, thread_{[this, status_interval] { run(status_interval); }} {}

SignalThread::~SignalThread() {
  pthread_kill(thread_.native_handle(), end_signal());
  thread_.join();
}

void SignalThread::run(std::optional<std::chrono::seconds> status_interval) {
  const sigset_t set = our_signals();
  const timespec interval{.tv_sec = status_interval ? status_interval->count() : 3600, .tv_nsec = 0};
  for (;;) {
    const int signal = sigtimedwait(&set, nullptr, &interval);
    if (signal == end_signal()) return;
    switch (signal) {
      case SIGTERM:
      case SIGINT:
        on_signal_.stop();
        break;
      case SIGHUP:
        on_signal_.reload();
        break;
      case SIGUSR1:
        on_signal_.status();
        break;
      case SIGUSR2:
        on_signal_.leave();
        break;
      default:
        if (status_interval) on_signal_.status();
    }
  }
}

}  // namespace lagoon::lagoond
