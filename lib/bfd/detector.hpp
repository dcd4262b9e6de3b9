// Detector: when a peer that is silent is taken for dead. It judges by time in which it was awake: what a
// peer sent while nobody looked was not heard, and says nothing about the peer.
//
// Thread: one at a time.
#pragma once

#include <algorithm>

#include "base/time.hpp"

namespace lagoon::bfd {

class Detector {
 public:
  /// `at`: when the frame came, which may be before frames were last looked at.
  void heard(Instant at) noexcept {
    last_ = std::max(last_, at);
    if (at > slept_from_) slack_ = std::max(Duration::zero(), slept_until_ - last_);
  }
  /// Nobody looked for `gap`, until `until`.
  void slept(Duration gap, Instant until) noexcept {
    slept_from_ = until - gap;
    slept_until_ = until;
    slack_ += std::max(Duration::zero(), until - std::max(slept_from_, last_));
  }
  [[nodiscard]] Instant last() const noexcept { return last_; }
  [[nodiscard]] Instant deadline(Duration detection) const noexcept { return last_ + detection + slack_; }

 private:
  Instant last_{};
  Instant slept_from_{}, slept_until_{};  // the last time
  Duration slack_{};                      // slept since the last frame
};

}  // namespace lagoon::bfd
