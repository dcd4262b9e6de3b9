// TimerTable: the standard's timers of one Aggregation Port (6.4.10), and four of ours (partner_settle,
// partner_proof, return_wait, retry_probe). A timer that does not run has no instant; nothing here reads a
// clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace lagoon::lacp {

enum class Timer : std::uint8_t {
  current_while,
  periodic,
  wait_while,
  actor_churn,
  partner_churn,
  partner_settle,
  partner_proof,
  return_wait,
  retry_probe
};

class TimerTable {
 public:
  constexpr void start(Timer timer, Instant at) noexcept { slot(timer) = at; }
  /// A timer that runs is to expire at `at`; one that should have by now is stopped.
  constexpr void move(Timer timer, Instant at, Instant now) noexcept {
    if (!running(timer)) return;
    if (at > now)
      start(timer, at);
    else
      stop(timer);
  }
  constexpr void stop(Timer timer) noexcept { slot(timer).reset(); }
  /// When it expires; nothing: it does not run.
  [[nodiscard]] constexpr std::optional<Instant> at(Timer timer) const noexcept { return at_[index(timer)]; }
  [[nodiscard]] constexpr bool running(Timer timer) const noexcept { return at_[index(timer)].has_value(); }
  /// True once for each expiry: a timer that is due is stopped by asking.
  [[nodiscard]] constexpr bool take_expired(Timer timer, Instant now) noexcept {
    if (!slot(timer) || now < *slot(timer)) return false;
    stop(timer);
    return true;
  }
  [[nodiscard]] constexpr std::optional<Instant> next() const noexcept {
    std::optional<Instant> earliest;
    for (const std::optional<Instant>& at : at_)
      if (at && (!earliest || *at < *earliest)) earliest = at;
    return earliest;
  }

 private:
  static constexpr std::size_t kTimers = 9;
  [[nodiscard]] static constexpr std::size_t index(Timer timer) noexcept {
    return static_cast<std::size_t>(timer);
  }
  [[nodiscard]] constexpr std::optional<Instant>& slot(Timer timer) noexcept { return at_[index(timer)]; }
  std::array<std::optional<Instant>, kTimers> at_{};
};

}  // namespace lagoon::lacp
