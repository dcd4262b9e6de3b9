#include "lagoond/control_watch.hpp"

#include <cstdio>
#include <string>
#include <utility>

namespace lagoon::lagoond {

namespace {

constexpr Duration kLook = 100ms;

void say(Duration stood, const char* words) {
  std::fprintf(stderr, "lagoond: the control lcore %s %.1f s\n", words,
               std::chrono::duration<double>(stood).count());
}

}  // namespace

ControlWatch::ControlWatch(const dpdk::Engine& engine) : engine_{engine}, thread_{[this] { run(); }} {}

ControlWatch::~ControlWatch() {
  {
    const std::lock_guard lock{mutex_};
    end_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

void ControlWatch::run() {
  Duration stood{};
  std::unique_lock lock{mutex_};
  while (!ended_.wait_for(lock, kLook, [this] { return end_; })) {
    const Duration stands = engine_.control_stands();
    const Duration before = std::exchange(stood, stands);
    if (before == Duration::zero() && stands != Duration::zero()) say(stands, "has made no turn for");
    if (before != Duration::zero() && stands == Duration::zero()) say(before, "goes on; it stood for about");
  }
}

}  // namespace lagoon::lagoond
