// EgressSet: the queues in front of the members of one LAG, for one worker, where the LAG has traffic
// classes. Immutable but for what waits; replaced whole when the classes or the members change: the worker
// then moves what waits from the old one into the new one.
//
// All of it lies in one kind of memory (dpdk/snapshot/shared_memory.hpp), so the worker may be in another
// process.
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
#include <memory_resource>
#include <utility>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/member_set.hpp"
#include "base/units.hpp"
#include "dpdk/base/mbuf_packet.hpp"
#include "dpdk/snapshot/rate_meter.hpp"
#include "dpdk/snapshot/shared_memory.hpp"
#include "fast/egress/egress.hpp"
#include "fast/egress/storage.hpp"
#include "qos/traffic_policy.hpp"

namespace lagoon::dpdk {

/// The counters of one worker and LAG, by member. They outlive the sets that count in them.
using EgressCounts = std::array<fast::EgressCounters, kMembersMax>;

class EgressSet {
 public:
  using Egress = fast::Egress<rte_mbuf, RateMeter>;

  /// Precondition: policy and counts lie in memory of that kind, too. Errors: those of RateMeter::from(), and
  /// no_resources.
  [[nodiscard]] static Result<std::shared_ptr<const EgressSet>> of(
      std::shared_ptr<const qos::TrafficPolicy> policy, MemberSet members,
      std::shared_ptr<EgressCounts> counts, Instant now, SnapshotMemory where = SnapshotMemory::heap);
  class Made {  // (of() alone makes them)
    friend EgressSet;
    Made() = default;
  };
  explicit EgressSet(Made) {}

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
  /// The worker has ended, maybe inside (fast::Egress::abandon()). Gives how many frames it had. Thread:
  /// control, in the worker's place.
  [[nodiscard]] std::size_t abandon() const noexcept;

 private:
  struct Member {
    Member(const qos::TrafficPolicy& policy, const RateMeter& m, fast::EgressCounters& counters, Block memory,
           std::size_t octets)
        : block{std::move(memory)},
          resource{block.get(), octets, std::pmr::null_memory_resource()},
          storage{policy, &resource},
          meter{m},
          egress{policy, storage.memory(), meter, counters} {}
    Block block;  // these two are the maker's
    std::pmr::monotonic_buffer_resource resource;
    fast::EgressStorage<rte_mbuf> storage;
    RateMeter meter;
    Egress egress;
    std::atomic<std::uint64_t> wanted_speed{0};
    std::uint64_t speed = 0;  // the worker's
  };
  std::shared_ptr<const qos::TrafficPolicy> policy_;
  std::shared_ptr<EgressCounts> counts_;
  MemberSet present_ = 0;
  std::array<std::shared_ptr<Member>, kMembersMax> members_{};
};

/// Where a worker finds the set that it is to use, and says which one it uses. It says first which one it is
/// about to take, and looks again whether that is the one: so control, which looks in the other order, frees
/// none that the worker goes on to use.
struct EgressSlot {
  std::atomic<const EgressSet*> wanted{nullptr};   // written by the control lcore
  std::atomic<const EgressSet*> taking{nullptr};   // written by the worker
  std::atomic<const EgressSet*> adopted{nullptr};  // written by the worker

  /// Thread: control.
  void want(const EgressSet* set) noexcept { wanted.store(set, std::memory_order_seq_cst); }
  [[nodiscard]] bool may_be_used(const EgressSet* set) const noexcept {
    // Pairs with take(), and with the store-release in WorkerEgress::adopt().
    return set == wanted.load(std::memory_order_relaxed) || set == taking.load(std::memory_order_seq_cst) ||
           set == adopted.load(std::memory_order_acquire);
  }
  /// Thread: the worker. False: another one is wanted by now.
  [[nodiscard]] bool take(const EgressSet* set) noexcept {
    taking.store(set, std::memory_order_seq_cst);
    return wanted.load(std::memory_order_seq_cst) == set;
  }
};

}  // namespace lagoon::dpdk
