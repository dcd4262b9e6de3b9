#include "dpdk/snapshot/egress_set.hpp"

#include <utility>

namespace lagoon::dpdk {

Result<std::unique_ptr<const EgressSet>> EgressSet::of(std::shared_ptr<const qos::TrafficPolicy> policy,
                                                       MemberSet members,
                                                       std::shared_ptr<EgressCounts> counts, Instant now) {
  const auto meter = RateMeter::from(*policy, now);
  if (!meter) return std::unexpected{meter.error()};
  std::unique_ptr<EgressSet> set{new EgressSet};
  set->present_ = members;
  for_each(members, [&](MemberIndex m) {
    set->members_[m.value()] = std::make_unique<Member>(*policy, *meter, (*counts)[m.value()]);
  });
  set->policy_ = std::move(policy);
  set->counts_ = std::move(counts);
  return set;
}

}  // namespace lagoon::dpdk
