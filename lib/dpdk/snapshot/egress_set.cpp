#include "dpdk/snapshot/egress_set.hpp"

#include <rte_mbuf.h>

#include <bit>
#include <utility>

namespace lagoon::dpdk {

namespace {

struct Free {
  void free(std::span<rte_mbuf* const> frames) const noexcept {
    for (rte_mbuf* const frame : frames) rte_pktmbuf_free(frame);
  }
};

}  // namespace

Result<std::shared_ptr<const EgressSet>> EgressSet::of(std::shared_ptr<const qos::TrafficPolicy> policy,
                                                       MemberSet members,
                                                       std::shared_ptr<EgressCounts> counts, Instant now,
                                                       SnapshotMemory where) {
  const auto meter = RateMeter::from(*policy, now);
  if (!meter) return std::unexpected{meter.error()};
  const auto set = kept_in<EgressSet>(where, Made{});
  if (set == nullptr) return no_memory_for("queues of traffic classes");
  const std::size_t octets = fast::EgressStorage<rte_mbuf>::octets_for(*policy);
  for (std::uint32_t left = members; left != 0; left &= left - 1) {
    const auto m = static_cast<std::size_t>(std::countr_zero(left));
    Block block = block_of(where, octets);
    if (block == nullptr) return no_memory_for("queues of traffic classes");
    set->members_[m] = kept_in<Member>(where, *policy, *meter, (*counts)[m], std::move(block), octets);
    if (set->members_[m] == nullptr) return no_memory_for("queues of traffic classes");
  }
  set->present_ = members;
  set->policy_ = std::move(policy);
  set->counts_ = std::move(counts);
  return set;
}

std::size_t EgressSet::abandon() const noexcept {
  std::size_t frames = 0;
  Free sink;
  for_each(present_, [&](MemberIndex m) { frames += members_[m.value()]->egress.abandon(sink); });
  return frames;
}

}  // namespace lagoon::dpdk
