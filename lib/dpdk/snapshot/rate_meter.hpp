// RateMeter: the rate limits of a policy's classes, kept by rte_meter (srTCM of RFC 2697, trTCM of RFC 2698,
// both colour-blind). What fast::Egress takes for its Meter: one for each worker and member.
//
// Thread: the worker's, once made.
#pragma once

#include <rte_meter.h>

#include <array>
#include <cstdint>

#include "base/error.hpp"
#include "base/time.hpp"
#include "fast/egress/concepts.hpp"
#include "qos/traffic_policy.hpp"

namespace lagoon::dpdk {

class RateMeter {
 public:
  /// All buckets are full at `start`. Precondition: EAL has been started (rte_meter counts in its cycles).
  /// Errors: not_supported, for a limit that rte_meter does not take.
  [[nodiscard]] static Result<RateMeter> from(const qos::TrafficPolicy& policy, Instant start);

  [[nodiscard]] qos::Colour colour(qos::ClassIndex of, std::uint32_t octets, Instant now) noexcept {
    One& one = classes_[of];
    const std::uint64_t time = cycles_since_start(now);
    return static_cast<qos::Colour>(
        one.two_rates ? rte_meter_trtcm_color_blind_check(&one.trtcm, &one.trtcm_profile, time, octets)
                      : rte_meter_srtcm_color_blind_check(&one.srtcm, &one.srtcm_profile, time, octets));
  }

 private:
  struct One {
    bool two_rates = false;
    rte_meter_srtcm_profile srtcm_profile{};
    rte_meter_srtcm srtcm{};
    rte_meter_trtcm_profile trtcm_profile{};
    rte_meter_trtcm trtcm{};
  };

  RateMeter() = default;
  [[nodiscard]] static Result<One> limited(const qos::RateLimit& limit);
  void begin(Instant start) noexcept;

  // Blocks of 2^30 ns and the rest are multiplied apart, so that neither overflows.
  [[nodiscard]] std::uint64_t cycles_since_start(Instant now) const noexcept {
    const auto ns = static_cast<std::uint64_t>((now - start_).count());
    return first_ + (ns >> kShift) * per_block_ + ((ns & kMask) * per_block_ >> kShift);
  }
  static constexpr int kShift = 30;
  static constexpr std::uint64_t kMask = (1ULL << kShift) - 1;

  std::array<One, qos::kClassesMax> classes_{};
  Instant start_{};
  std::uint64_t first_ = 0;      // cycles at the start
  std::uint64_t per_block_ = 0;  // in 2^30 ns
};

static_assert(fast::Meter<RateMeter>);
static_assert(static_cast<int>(qos::Colour::green) == RTE_COLOR_GREEN &&
              static_cast<int>(qos::Colour::yellow) == RTE_COLOR_YELLOW &&
              static_cast<int>(qos::Colour::red) == RTE_COLOR_RED);

}  // namespace lagoon::dpdk
