// EgressSet: the queues in front of the members of one LAG, for one worker, where the LAG has traffic
// classes. Immutable but for what waits; replaced whole when the classes or the members change: the worker
// then moves what waits from the old one into the new one.
//
// Thread: made and freed by the control lcore (EgressKeeper); the queues are the worker's, from when it has
// adopted the set until it has adopted another; speeds are set by the control lcore and taken over by the
// worker; counters may be read by any thread.
#pragma once

#include <rte_mbuf.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/member_set.hpp"
#include "base/units.hpp"
#include "dpdk/base/mbuf_packet.hpp"
#include "dpdk/snapshot/rate_meter.hpp"
#include "fast/egress/egress.hpp"
#include "fast/egress/storage.hpp"
#include "qos/traffic_policy.hpp"

namespace lagoon::dpdk {

/// The counters of one worker and LAG, by member. They outlive the sets that count in them.
using EgressCounts = std::array<fast::EgressCounters, kMembersMax>;

class EgressSet {
 public:
  using Egress = fast::Egress<rte_mbuf, RateMeter>;

  /// Errors: those of RateMeter::from().
  [[nodiscard]] static Result<std::unique_ptr<const EgressSet>> of(
      std::shared_ptr<const qos::TrafficPolicy> policy, MemberSet members,
      std::shared_ptr<EgressCounts> counts, Instant now);

  /// Null when the member has no queues.
  [[nodiscard]] Egress* of(MemberIndex member) const noexcept {
    const auto& one = members_[member.value()];
    return one != nullptr ? &one->egress : nullptr;
  }
  [[nodiscard]] MemberSet members() const noexcept { return present_; }
  [[nodiscard]] const qos::TrafficPolicy& policy() const noexcept { return *policy_; }
  [[nodiscard]] const EgressCounts& counts() const noexcept { return *counts_; }

  /// Sets the rate that the member is shaped to.
  void set_speed(MemberIndex member, BitsPerSecond speed) const noexcept {
    if (const auto& one = members_[member.value()])
      one->wanted_speed.store(speed.value(), std::memory_order_relaxed);
  }
  /// The worker: takes over what was set.
  void keep_speed(MemberIndex member) const noexcept {
    const auto& one = members_[member.value()];
    const std::uint64_t wanted = one->wanted_speed.load(std::memory_order_relaxed);
    if (wanted == one->speed) return;
    one->speed = wanted;
    one->egress.set_speed(BitsPerSecond{wanted});
  }

 private:
  struct Member {
    Member(const qos::TrafficPolicy& policy, const RateMeter& m, fast::EgressCounters& counters)
        : storage{policy}, meter{m}, egress{policy, storage.memory(), meter, counters} {}
    fast::EgressStorage<rte_mbuf> storage;
    RateMeter meter;
    Egress egress;
    std::atomic<std::uint64_t> wanted_speed{0};
    std::uint64_t speed = 0;  // the worker's
  };
  EgressSet() = default;

  std::shared_ptr<const qos::TrafficPolicy> policy_;
  std::shared_ptr<EgressCounts> counts_;
  MemberSet present_ = 0;
  std::array<std::unique_ptr<Member>, kMembersMax> members_{};
};

/// Where a worker finds the set that it is to use, and says which one it uses.
struct EgressSlot {
  std::atomic<const EgressSet*> wanted{nullptr};   // written by the control lcore
  std::atomic<const EgressSet*> adopted{nullptr};  // written by the worker
};

}  // namespace lagoon::dpdk
