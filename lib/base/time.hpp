// Time as an argument. There is no now() here and none may be added: the one clock of the library is
// dpdk/base/monotonic_clock.hpp, and the simulator has its own.
#pragma once

#include <chrono>
#include <cstdint>

namespace lagoon {

/// Nanoseconds, signed, 64 bit.
using Duration = std::chrono::nanoseconds;

/// The timeline that Instants lie on. It meets the needs of std::chrono::time_point, but can't be read.
struct Timeline {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Timeline>;
  static constexpr bool is_steady = true;
};

/// A point in time: nanoseconds since an epoch that only the clock knows.
using Instant = Timeline::time_point;

using namespace std::chrono_literals;

[[nodiscard]] constexpr Instant instant_from_ns(std::int64_t ns) noexcept {
  return Instant{Duration{ns}};
}
[[nodiscard]] constexpr std::int64_t to_ns(Instant at) noexcept {
  return at.time_since_epoch().count();
}
[[nodiscard]] constexpr std::int64_t to_ms(Duration d) noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

}  // namespace lagoon
