// EgressKeeper: gives the workers of one LAG the queues of its traffic classes, and others when classes,
// members or speeds change. Without classes there are none.
//
// Thread: the control lcore.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/time.hpp"
#include "control/status/status.hpp"
#include "dpdk/snapshot/egress_set.hpp"
#include "qos/traffic_options.hpp"

namespace lagoon::dpdk {

struct LagRuntime;

class EgressKeeper {
 public:
  /// Where workers see the queues. Before the first turn.
  void keep_in(SnapshotMemory where) noexcept { where_ = where; }
  /// To be called once a turn. Errors: the policy can't be kept (said once; what was before goes on).
  [[nodiscard]] Result<void> serve(LagRuntime& lag, Instant now);
  /// What the queues have counted, class by class. Nothing: there are none.
  void add_status(const LagRuntime& lag, control::LagStatus& status) const;

 private:
  struct Plan {
    std::shared_ptr<const qos::TrafficPolicy> policy{};
    std::vector<std::shared_ptr<EgressCounts>> counts{};
  };
  [[nodiscard]] Result<Plan> plan_of(const qos::TrafficOptions& wanted, std::size_t workers,
                                     Instant now) const;
  [[nodiscard]] Result<void> make(LagRuntime& lag, Instant now);
  void free_old(LagRuntime& lag);
  void set_speeds(LagRuntime& lag);

  SnapshotMemory where_ = SnapshotMemory::heap;
  qos::TrafficOptions made_of_{};
  MemberSet made_for_ = 0;
  std::shared_ptr<const qos::TrafficPolicy> policy_{};
  std::vector<std::shared_ptr<EgressCounts>> counts_{};  // by worker
  std::vector<std::vector<std::shared_ptr<const EgressSet>>>
      sets_{};  // by worker; the last is the wanted one
};

}  // namespace lagoon::dpdk
