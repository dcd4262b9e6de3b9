// LoadCounts: what the workers of one LAG have counted of lanes, conversations and large ones, taken together
// for the control lcore. A worker's counters of lanes wrap around, these do not.
//
// Thread: the control lcore. Must look more often than a counter of 32 bits takes to wrap around: some
// seconds at any speed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "control/lag/lag.hpp"
#include "fast/distribute/distributor_state.hpp"

namespace lagoon::report {

class LoadCounts {
 public:
  /// Adds what `workers`, always the same in the same order, have counted.
  void fill(control::Measurement& out, std::span<fast::DistributorState* const> workers);

 private:
  struct Before {
    std::array<std::uint32_t, dist::kLanes> lanes{};
    std::unordered_map<std::uint32_t, std::uint64_t> hitters{};  // octets, by hash
  };
  void add_lanes(const fast::LaneLoad& load, Before& before);
  void add_hitters(fast::HeavyHitters& hitters, Before& before);

  std::vector<Before> before_;  // by worker
  std::array<std::uint64_t, dist::kLanes> lanes_{};
  std::unordered_map<std::uint32_t, balance::HeavyHitter> found_;
};

}  // namespace lagoon::report
