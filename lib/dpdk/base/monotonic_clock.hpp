// The one clock of the library: CLOCK_MONOTONIC, so that other programs on the machine can compare times with
// ours. Read once per turn of the control loop.
#pragma once

#include <ctime>

#include "base/time.hpp"

namespace lagoon::dpdk {

[[nodiscard]] inline Instant now() noexcept {
  timespec ts{};
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return instant_from_ns(std::int64_t{ts.tv_sec} * 1'000'000'000 + ts.tv_nsec);
}

}  // namespace lagoon::dpdk
