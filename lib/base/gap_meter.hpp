// GapMeter: the longest time between two of the same things, lately: in a period that runs and in the one
// before.
#pragma once

#include <algorithm>
#include <optional>

#include "base/time.hpp"

namespace lagoon {

class GapMeter {
 public:
  /// Of which two are looked at: a gap is forgotten one to two of them after its end.
  static constexpr Duration kPeriod = 60s;

  void mark(Instant now) noexcept {
    if (last_) note(now - *last_, now);
    last_ = now;
  }
  /// None is expected until the next: no gap.
  void pause() noexcept { last_.reset(); }
  /// They are to come faster from here on.
  void forget() noexcept { *this = {}; }
  /// Nothing: there were no two.
  [[nodiscard]] std::optional<Duration> longest() const noexcept {
    const Duration longest = std::max(current_, before_);
    return longest > Duration::zero() ? std::optional{longest} : std::nullopt;
  }

 private:
  void note(Duration gap, Instant now) noexcept {
    const Duration age = now - began_;
    if (age >= kPeriod) {
      before_ = age < 2 * kPeriod ? current_ : Duration::zero();
      current_ = Duration::zero();
      began_ = now;
    }
    current_ = std::max(current_, gap);
  }

  std::optional<Instant> last_{};
  Instant began_{};
  Duration current_{};
  Duration before_{};
};

}  // namespace lagoon
