// ReferenceMeter: srTCM and trTCM, colour-blind, as RFC 2697 and RFC 2698 put them. For tests
// without DPDK; the product has rte_meter (lib/dpdk/snapshot/rate_meter.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "qos/traffic_policy.hpp"

namespace lagoon::test {

class ReferenceMeter {
 public:
  explicit ReferenceMeter(const qos::TrafficPolicy& policy, Instant start = {}) {
    for (const qos::ClassPolicy& one : policy.classes()) {
      const qos::RateLimit& rate = one.rate;
      const std::uint64_t other = rate.pir ? rate.pbs.value_or(rate.cbs) : rate.ebs;
      const State state{rate, start, static_cast<double>(rate.cbs) * 8e9, static_cast<double>(other) * 8e9};
      states_.push_back(state);
    }
  }

  qos::Colour colour(qos::ClassIndex of, std::uint32_t octets, Instant now) noexcept {
    State& state = states_[of];
    const auto elapsed = static_cast<double>((now - state.last).count());
    state.last = now;
    return state.limit.pir ? two_rates(state, octets * 8e9, elapsed) : one_rate(state, octets * 8e9, elapsed);
  }

 private:
  // Buckets in bits times 10^9, so that bits per second times nanoseconds are added as they are.
  struct State {
    qos::RateLimit limit;
    Instant last;
    double committed;
    double other;  // excess, or peak
  };

  static qos::Colour one_rate(State& state, double need, double elapsed) noexcept {
    const double room = static_cast<double>(state.limit.cbs) * 8e9 - state.committed;
    const double gain = static_cast<double>(state.limit.cir.value()) * elapsed;
    state.committed += std::min(gain, room);
    state.other =
        std::min(state.other + std::max(gain - room, 0.0), static_cast<double>(state.limit.ebs) * 8e9);
    if (state.committed >= need) return state.committed -= need, qos::Colour::green;
    if (state.other >= need) return state.other -= need, qos::Colour::yellow;
    return qos::Colour::red;
  }
  static qos::Colour two_rates(State& state, double need, double elapsed) noexcept {
    const auto fill = [&](double bucket, BitsPerSecond rate, std::uint64_t size) {
      return std::min(bucket + static_cast<double>(rate.value()) * elapsed, static_cast<double>(size) * 8e9);
    };
    state.committed = fill(state.committed, state.limit.cir, state.limit.cbs);
    state.other = fill(state.other, *state.limit.pir, state.limit.pbs.value_or(state.limit.cbs));
    if (state.other < need) return qos::Colour::red;
    state.other -= need;
    if (state.committed < need) return qos::Colour::yellow;
    state.committed -= need;
    return qos::Colour::green;
  }

  std::vector<State> states_;
};

}  // namespace lagoon::test
