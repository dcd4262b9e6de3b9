#include "dpdk/worker/worker_egress.hpp"

#include <algorithm>

namespace lagoon::dpdk {

std::uint64_t WorkerEgress::settled(std::uint64_t followed) noexcept {
  if (set_ == nullptr) return settled_ = followed;
  std::uint32_t open = 0;
  for_each(barrier_set_ & set_->members(), [&](MemberIndex m) {
    if (!set_->of(m)->has_passed(tickets_[m.value()])) open |= set_of(m);
  });
  barrier_set_ = open;
  if (open != 0) return settled_;
  settled_ = std::max(settled_, settling_);
  if (settled_ == followed) return settled_;
  // Another table was followed meanwhile: what waits now was sent before.
  settling_ = followed;
  for_each(set_->members(), [&](MemberIndex m) {
    EgressSet::Egress& egress = *set_->of(m);
    if (egress.empty()) return;
    tickets_[m.value()] = egress.barrier();
    barrier_set_ |= set_of(m);
  });
  if (barrier_set_ == 0) settled_ = settling_;
  return settled_;
}

bool WorkerEgress::keep_marker(MemberIndex member, rte_mbuf* marker) noexcept {
  EgressSet::Egress* const egress = set_ != nullptr ? set_->of(member) : nullptr;
  if (egress == nullptr || egress->empty()) return false;
  if (markers_.full())
    rte_pktmbuf_free(marker);
  else
    markers_.push_back({.member = member, .ticket = egress->barrier(), .marker = marker});
  return true;
}

// What Markers wait behind is in other queues now.
void WorkerEgress::renew_tickets() noexcept {
  for (Waiting& w : markers_)
    if (EgressSet::Egress* const egress = set_ != nullptr ? set_->of(w.member) : nullptr)
      w.ticket = egress->barrier();
}

void WorkerEgress::send_markers(const SidePorts& ports) noexcept {
  if (markers_.empty()) return;
  FixedVector<Waiting, 32> still;
  for (Waiting& w : markers_) {
    const EgressSet::Egress* const egress = set_ != nullptr ? set_->of(w.member) : nullptr;
    const bool passed = egress == nullptr || egress->has_passed(w.ticket);
    if (!passed) {
      still.push_back(w);
      continue;
    }
    MemberSender sender{ports};
    if (sender.send(w.member, {&w.marker, 1}) == 0) rte_pktmbuf_free(w.marker);
  }
  markers_ = still;
}

// (Markers are few, and one that is being sent is in the list still: they are not freed.)
std::size_t WorkerEgress::forget(EgressSlot& slot) noexcept {
  const EgressSet* const adopted = slot.adopted.load(std::memory_order_acquire);
  const EgressSet* const taking = slot.taking.load(std::memory_order_acquire);
  std::size_t frames = markers_.size();
  if (adopted != nullptr) frames += adopted->abandon();
  if (taking != nullptr && taking != adopted) frames += taking->abandon();
  *this = WorkerEgress{};
  slot.adopted.store(nullptr, std::memory_order_relaxed);
  slot.taking.store(nullptr, std::memory_order_relaxed);
  return frames;
}

void WorkerEgress::discard() noexcept {
  for (const Waiting& w : markers_) rte_pktmbuf_free(w.marker);
  markers_.clear();
  if (set_ == nullptr) return;
  Freer freer;
  for_each(set_->members(), [&](MemberIndex m) { set_->of(m)->discard(freer); });
}

}  // namespace lagoon::dpdk
