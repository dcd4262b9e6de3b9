// The clock and the end of the programs of this folder.
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>

namespace lagoon::traffic {

[[nodiscard]] inline std::int64_t now_ns() noexcept {
  timespec ts{};
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return std::int64_t{ts.tv_sec} * 1'000'000'000 + ts.tv_nsec;
}

inline void sleep_until_ns(std::int64_t at) noexcept {
  const timespec ts{.tv_sec = at / 1'000'000'000, .tv_nsec = at % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, nullptr);
}

/// Set by SIGTERM and SIGINT.
extern std::atomic<bool> stopped;

}  // namespace lagoon::traffic
