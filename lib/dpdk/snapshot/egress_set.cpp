#include "dpdk/snapshot/egress_set.hpp"

#include <utility>

namespace lagoon::dpdk {

Result<std::unique_ptr<const EgressSet>> EgressSet::of(std::shared_ptr<const qos::TrafficPlan> plan,
                                                       MemberSet members,
                                                       std::shared_ptr<EgressCounts> counts, Instant now) {
  const auto meter = RateMeter::from(*plan, now);
  if (!meter) return std::unexpected{meter.error()};
  std::unique_ptr<EgressSet> set{new EgressSet};
  set->present_ = members;
  for_each(members, [&](MemberIndex m) {
    set->members_[m.value()] = std::make_unique<Member>(*plan, *meter, (*counts)[m.value()]);
  });
  set->plan_ = std::move(plan);
  set->counts_ = std::move(counts);
  return set;
}

}  // namespace lagoon::dpdk
