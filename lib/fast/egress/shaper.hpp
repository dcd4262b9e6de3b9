// Shaper: a bucket of octets that fills with the member's speed, so that frames wait in our queues, where
// their order can still be chosen, and not in the port's. A frame may go while the bucket is not empty, so it
// ends at most one frame below. Credit is in 2^-32 octets, and its growth a multiplication.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"
#include "base/units.hpp"

namespace lagoon::fast {

/// What a frame takes on the wire besides its octets: preamble 8, FCS 4, gap 12 (IEEE 802.3).
inline constexpr std::uint32_t kWireOverhead = 24;

/// The bucket unless the operator says another: what passes in 50 us, which a worker's turn stays below, and
/// at least four frames.
inline constexpr Duration kShaperBurstTime = 50us;
inline constexpr std::uint32_t kShaperBurstLeast = 4 * (1514 + kWireOverhead);
inline constexpr std::uint32_t kShaperBurstMost = 16 * 1024 * 1024;

class Shaper {
 public:
  /// For control code: this divides. A speed of 0: everything may go. `burst` 0: by the speed.
  void set(BitsPerSecond speed, std::uint32_t burst) noexcept {
    const double octets_per_ns = static_cast<double>(speed.value()) / 8e9;
    const bool was_on = per_ns_ != 0;
    per_ns_ = static_cast<std::uint64_t>(octets_per_ns * kOne);
    if (per_ns_ == 0) return;
    const auto by_time =
        static_cast<std::uint64_t>(octets_per_ns * static_cast<double>(kShaperBurstTime.count()));
    burst_ = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(
        burst != 0 ? burst : std::max<std::uint64_t>(by_time, kShaperBurstLeast), 1, kShaperBurstMost));
    full_ = static_cast<std::int64_t>(burst_) << 32;
    fill_time_ = Duration{static_cast<std::int64_t>((burst_ + kDebtMost) / octets_per_ns) + 1};
    credit_ = was_on ? std::min(credit_, full_) : full_;
  }

  /// 0: it does not shape.
  [[nodiscard]] std::uint32_t burst() const noexcept { return per_ns_ == 0 ? 0 : burst_; }

  void advance(Instant now) noexcept {
    if (now <= last_) return;
    const Duration elapsed = now - last_;
    last_ = now;
    if (elapsed >= fill_time_)
      credit_ = full_;
    else
      credit_ = std::min(
          full_, credit_ + static_cast<std::int64_t>(static_cast<std::uint64_t>(elapsed.count()) * per_ns_));
  }
  [[nodiscard]] bool may_send() const noexcept { return credit_ > 0 || per_ns_ == 0; }
  void took(std::uint32_t octets) noexcept {
    if (per_ns_ != 0) credit_ -= static_cast<std::int64_t>(octets + kWireOverhead) << 32;
  }

 private:
  static constexpr double kOne = 4294967296.0;
  static constexpr double kDebtMost = 1024.0 * 1024.0;  // above the largest frame

  std::uint64_t per_ns_ = 0;
  std::int64_t credit_ = 0;
  std::int64_t full_ = 0;
  Duration fill_time_{};
  Instant last_{};
  std::uint32_t burst_ = 0;
};

}  // namespace lagoon::fast
