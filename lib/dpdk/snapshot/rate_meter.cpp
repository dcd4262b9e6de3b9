#include "dpdk/snapshot/rate_meter.hpp"

#include <rte_cycles.h>

#include <string>

namespace lagoon::dpdk {
namespace {

constexpr std::uint64_t octets_per_second(BitsPerSecond rate) noexcept {
  return rate.value() / 8;
}

}  // namespace

Result<RateMeter::One> RateMeter::limited(const qos::RateLimit& limit) {
  One one{.two_rates = limit.pir.has_value()};
  int error = 0;
  if (limit.pir) {
    rte_meter_trtcm_params params{.cir = octets_per_second(limit.cir),
                                  .pir = octets_per_second(*limit.pir),
                                  .cbs = limit.cbs,
                                  .pbs = limit.pbs.value_or(limit.cbs)};
    error = rte_meter_trtcm_profile_config(&one.trtcm_profile, &params);
    if (error == 0) error = rte_meter_trtcm_config(&one.trtcm, &one.trtcm_profile);
  } else {
    rte_meter_srtcm_params params{.cir = octets_per_second(limit.cir), .cbs = limit.cbs, .ebs = limit.ebs};
    error = rte_meter_srtcm_profile_config(&one.srtcm_profile, &params);
    if (error == 0) error = rte_meter_srtcm_config(&one.srtcm, &one.srtcm_profile);
  }
  if (error != 0)
    return fail(Errc::not_supported,
                "rte_meter does not take a rate limit of " + std::to_string(to_mbps(limit.cir)) + " Mb/s");
  return one;
}

Result<RateMeter> RateMeter::from(const qos::TrafficPolicy& policy, Instant start) {
  RateMeter meter;
  for (std::size_t i = 0; i < policy.classes().size(); ++i) {
    if (!policy.classes()[i].metered) continue;
    auto one = limited(policy.classes()[i].rate);
    if (!one) return std::unexpected{std::move(one).error()};
    meter.classes_[i] = *one;
  }
  meter.begin(start);
  return meter;
}

// The buckets count from when they were made, which is before this.
void RateMeter::begin(Instant start) noexcept {
  start_ = start;
  first_ = rte_get_tsc_cycles();
  constexpr double kBlock = 1ULL << kShift;
  per_block_ = static_cast<std::uint64_t>(static_cast<double>(rte_get_tsc_hz()) * kBlock / 1e9);
}

}  // namespace lagoon::dpdk
