#include "lagoond/service_thread.hpp"

#include <algorithm>

#include "lagoond/service_manager.hpp"

namespace lagoon::lagoond {

namespace {

constexpr Duration kLookUntilReady = 50ms;
constexpr Duration kLookWhenReady = 1s;
// An answer takes up to a second, so a sign of life is given in good time for a slower one.
constexpr int kSignsPerWatchdog = 4;

}  // namespace

std::string summary_of(const std::vector<control::LagStatus>& lags) {
  const auto up = std::ranges::count(lags, true, &control::LagStatus::up);
  std::string text = std::to_string(up) + " of " + std::to_string(lags.size()) + " LAGs up";
  const char* separator = ": ";
  for (const control::LagStatus& lag : lags) {
    text += separator + lag.name + (lag.up ? " " : " down ") + std::to_string(lag.distributing_members) +
            "/" + std::to_string(lag.members.size());
    separator = ", ";
  }
  return text;
}

ServiceThread::ServiceThread(dpdk::Engine& engine, std::chrono::seconds ready_timeout,
                             std::optional<Duration> stall_fatal)
    : engine_{engine}, stall_fatal_{stall_fatal} {
  if (ServiceManager::listens()) thread_ = std::thread{[this, ready_timeout] { run(ready_timeout); }};
}

ServiceThread::~ServiceThread() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock{mutex_};
    end_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

bool ServiceThread::lives() const {
  return !stall_fatal_ || engine_.standing() < *stall_fatal_;
}

void ServiceThread::run(Duration ready_timeout) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + ready_timeout;
  const auto watchdog = ServiceManager::watchdog();
  const Duration look = watchdog ? std::min(kLookWhenReady, *watchdog / kSignsPerWatchdog) : kLookWhenReady;
  bool ready = false;
  std::string said;
  std::unique_lock lock{mutex_};
  while (!end_) {
    lock.unlock();
    const auto lags = engine_.status_of_all();
    if (lags) {
      if (watchdog && lives()) ServiceManager::alive();
      const std::string summary = summary_of(*lags);
      const bool all_up = std::ranges::all_of(*lags, &control::LagStatus::up);
      if (!ready && (all_up || Clock::now() >= until)) {
        ServiceManager::ready(summary);
        ready = true;
      } else if (summary != said) {
        ServiceManager::say(summary);
      }
      said = summary;
    }
    lock.lock();
    ended_.wait_for(lock, ready ? look : std::min(look, kLookUntilReady), [this] { return end_; });
  }
}

}  // namespace lagoon::lagoond
