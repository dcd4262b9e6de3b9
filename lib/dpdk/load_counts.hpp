// LoadCounts: what one LAG's workers have counted of lanes and large conversations, taken together for the
// control lcore: lane counters of workers wrap around, these do not.
//
// Thread: the control lcore. Must look more often than a counter of 32 bits takes to wrap around: some
// seconds at any speed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "control/lag.hpp"
#include "dpdk/worker.hpp"

namespace lagoon::dpdk {

class LoadCounts {
 public:
  /// Fills in what `workers` have counted for the LAG.
  void fill(control::Measurement& out, std::span<const std::unique_ptr<Worker>> workers, std::size_t lag);

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

}  // namespace lagoon::dpdk
