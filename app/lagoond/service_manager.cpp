#include "lagoond/service_manager.hpp"

#include <cstdlib>
#include <ctime>

#ifdef LAGOON_HAS_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

namespace lagoon::lagoond {

namespace {

// (a status ends with its line)
std::string on_one_line(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

#ifdef LAGOON_HAS_SYSTEMD
void notify(const std::string& state) {
  sd_notify(0, state.c_str());
}
#else
void notify(const std::string&) {}
#endif

}  // namespace

bool ServiceManager::listens() {
#ifdef LAGOON_HAS_SYSTEMD
  return std::getenv("NOTIFY_SOCKET") != nullptr;
#else
  return false;
#endif
}

std::optional<Duration> ServiceManager::watchdog() {
#ifdef LAGOON_HAS_SYSTEMD
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) > 0)
    return std::chrono::microseconds{static_cast<std::int64_t>(microseconds)};
#endif
  return std::nullopt;
}

void ServiceManager::ready(const std::string& status) {
  notify("READY=1\nSTATUS=" + on_one_line(status));
}

void ServiceManager::say(const std::string& status) {
  notify("STATUS=" + on_one_line(status));
}

void ServiceManager::reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  constexpr long long kMicroseconds = 1'000'000;
  notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.tv_sec * kMicroseconds + now.tv_nsec / 1000));
}

void ServiceManager::alive() {
  notify("WATCHDOG=1");
}

void ServiceManager::stopping() {
  notify("STOPPING=1\nSTATUS=leaving the LAGs");
}

void ServiceManager::succeeded_by(int process) {
  notify("MAINPID=" + std::to_string(process));
}

}  // namespace lagoon::lagoond
