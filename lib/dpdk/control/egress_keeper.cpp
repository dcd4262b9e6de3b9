#include "dpdk/control/egress_keeper.hpp"

#include <algorithm>
#include <utility>

#include "dpdk/control/lag_runtime.hpp"

namespace lagoon::dpdk {

namespace {

[[nodiscard]] MemberSet members_of(const LagRuntime& lag) {
  MemberSet set = 0;
  for_each_member(lag, [&](MemberIndex m, const MemberRuntime& member) {
    if (member.served) set |= set_of(m);
  });
  return set;
}

}  // namespace

Result<void> EgressKeeper::serve(LagRuntime& lag, Instant now) {
  const qos::TrafficOptions& wanted = lag.lag->options().traffic;
  const bool changed = !(wanted == made_of_);
  if (!changed && policy_ == nullptr && sets_.empty()) return {};
  Result<void> done;
  if (changed || (policy_ != nullptr && members_of(lag) != made_for_)) done = make(lag, now);
  if (policy_ != nullptr) set_speeds(lag);
  free_old(lag);
  return done;
}

// What can't be made is said once, and what was before goes on.
Result<void> EgressKeeper::make(LagRuntime& lag, Instant now) {
  const qos::TrafficOptions& wanted = lag.lag->options().traffic;
  Plan plan{.policy = policy_, .counts = counts_};
  if (!(wanted == made_of_)) {
    made_of_ = wanted;
    auto made = plan_of(wanted, lag.egress.size(), now);
    if (!made) return std::unexpected{std::move(made).error()};
    plan = *std::move(made);
  }
  made_for_ = members_of(lag);
  std::vector<std::shared_ptr<const EgressSet>> sets(lag.egress.size());
  for (std::size_t w = 0; plan.policy != nullptr && w < sets.size(); ++w) {
    auto made = EgressSet::of(plan.policy, made_for_, plan.counts[w], now, where_);
    if (!made) return std::unexpected{std::move(made).error()};
    sets[w] = *std::move(made);
  }
  policy_ = std::move(plan.policy);
  counts_ = std::move(plan.counts);
  sets_.resize(sets.size());
  for (std::size_t w = 0; w < sets.size(); ++w) {
    lag.egress[w].want(sets[w].get());
    if (sets[w] != nullptr) sets_[w].push_back(std::move(sets[w]));
  }
  return {};
}

Result<EgressKeeper::Plan> EgressKeeper::plan_of(const qos::TrafficOptions& wanted, std::size_t workers,
                                                 Instant now) const {
  Plan plan;
  if (!wanted.classes.empty()) {
    auto made = qos::TrafficPolicy::from(wanted);
    if (!made) return std::unexpected{std::move(made).error()};
    if (const auto meter = RateMeter::from(*made, now); !meter) return std::unexpected{meter.error()};
    plan.policy = kept_in<qos::TrafficPolicy>(where_, *std::move(made));
    if (plan.policy == nullptr) return no_memory_for("queues of traffic classes");
  }
  for (std::size_t w = 0; w < workers; ++w) {
    plan.counts.push_back(kept_in<EgressCounts>(where_));
    if (plan.counts.back() == nullptr) return no_memory_for("queues of traffic classes");
  }
  return plan;
}

// Each worker has its part of a member: they share conversations alike.
void EgressKeeper::set_speeds(LagRuntime& lag) {
  for (const EgressSlot& slot : lag.egress) {
    const EgressSet* const set = slot.wanted.load(std::memory_order_relaxed);
    if (set == nullptr) continue;
    for_each(set->members(), [&](MemberIndex m) {
      set->set_speed(m, BitsPerSecond{lag.lag->speed(m).value() / lag.egress.size()});
    });
  }
}

// A set that its worker does not use any more, and will not use.
void EgressKeeper::free_old(LagRuntime& lag) {
  bool any = false;
  for (std::size_t w = 0; w < sets_.size(); ++w) {
    std::erase_if(sets_[w], [&](const auto& set) { return !lag.egress[w].may_be_used(set.get()); });
    any = any || !sets_[w].empty();
  }
  if (!any && policy_ == nullptr) sets_.clear();
}

void EgressKeeper::add_status(const LagRuntime& lag, control::LagStatus& status) const {
  if (policy_ == nullptr) return;
  for (const qos::ClassPolicy& policy : policy_->classes()) status.classes.push_back({.name = policy.name});
  for (std::size_t c = 0; c < status.classes.size(); ++c) {
    control::ClassStatus& sum = status.classes[c];
    for (const auto& counts : counts_)
      for (std::size_t i = 0; i < status.members.size(); ++i) {
        const fast::ClassCounters& one = (*counts)[lag.lag->order()[i].value()].of_class[c];
        sum.in_packets += one.in_packets.read();
        sum.in_bytes += one.in_bytes.read();
        sum.out_packets += one.out_packets.read();
        sum.out_bytes += one.out_bytes.read();
        sum.taken_back += one.taken_back.read();
        sum.spilled += one.spilled.read();
        sum.marked += one.marked.read();
        sum.mark_missed += one.mark_missed.read();
        sum.queue_full += one.of(fast::EgressDrop::queue_full).read();
        sum.rate_exceeded += one.of(fast::EgressDrop::rate_exceeded).read();
        sum.member_lost += one.of(fast::EgressDrop::member_lost).read();
        sum.user_died += one.of(fast::EgressDrop::user_died).read();
        for (std::size_t k = 0; k < qos::kColours; ++k) sum.colour[k] += one.colour[k].read();
        const std::uint64_t depth = one.depth_packets.read();
        sum.depth_packets += depth;
        sum.depth_bytes += one.depth_bytes.read();
        sum.highest_packets = std::max(sum.highest_packets, one.highest_packets.read());
        sum.highest_bytes = std::max(sum.highest_bytes, one.highest_bytes.read());
        status.members[i].queued_packets += depth;
      }
  }
}

}  // namespace lagoon::dpdk
