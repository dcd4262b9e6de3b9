// WorkerEgress: the queues of traffic classes as one worker uses them, for one LAG: it takes over new ones
// with what waits in the old, serves them, and says when everything that was sent by an older table has left
// them, so that moves and Markers are in order behind them (fast/steer/steering.hpp).
//
// Thread: the worker that owns it. Owns the frames in the queues, and the Markers that wait.
#pragma once

#include <rte_mbuf.h>

#include <array>
#include <cstdint>
#include <span>

#include "base/fixed_vector.hpp"
#include "dpdk/snapshot/egress_set.hpp"
#include "dpdk/worker/worker_io.hpp"
#include "fast/distribute/distributor_state.hpp"
#include "fast/egress/queueing_tx.hpp"
#include "table/port_table.hpp"

namespace lagoon::dpdk {

class WorkerEgress {
 public:
  /// Frames go through queues.
  [[nodiscard]] bool any() const noexcept { return set_ != nullptr; }
  [[nodiscard]] const EgressSet& set() const noexcept { return *set_; }
  /// Some frame has not gone yet.
  [[nodiscard]] bool waiting() const noexcept {
    bool any = false;
    if (set_ != nullptr)
      for_each(set_->members(), [&](MemberIndex m) { any = any || !set_->of(m)->empty(); });
    return any;
  }

  /// Takes over another set if there is one. `resend(frames)`: those that have no queue any more.
  template <typename Resend>
  void adopt(EgressSlot& slot, const dist::FlowHashSettings& hash, Instant now, Resend resend) noexcept {
    // Pairs with the store in EgressSlot::want().
    const EgressSet* const wanted = slot.wanted.load(std::memory_order_acquire);
    if (wanted == set_) [[likely]]
      return;
    if (!slot.take(wanted)) return;  // (the next burst's)
    const EgressSet* const old = set_;
    set_ = wanted;
    if (old != nullptr)
      for_each(old->members(), [&](MemberIndex m) { carry_over(*old, m, hash, now, resend); });
    barrier_set_ = 0;
    renew_tickets();
    // Pairs with the load-acquire in EgressSlot::may_be_used().
    slot.adopted.store(wanted, std::memory_order_release);
  }

  /// Takes what waits for members that can't be sent on any more, to be sent over others.
  template <typename Resend>
  void leave_lost(const table::PortTable& table, Resend resend) noexcept {
    const std::uint32_t now_sending = table.sending();
    const std::uint32_t lost = sending_ & ~now_sending;
    sending_ = now_sending;
    if (lost != 0 && set_ != nullptr)
      for_each(lost & set_->members(), [&](MemberIndex m) { drain(*set_->of(m), resend); });
  }

  /// Sends what may go now. Gives how many of those frames the ports could never send, and were freed.
  std::size_t serve(const SidePorts& ports, Instant now) noexcept {
    send_markers(ports);
    if (set_ == nullptr) return 0;
    MemberSender sender{ports};
    for_each(set_->members() & ports.present, [&](MemberIndex m) {
      set_->keep_speed(m);
      EgressSet::Egress& egress = *set_->of(m);
      if (!egress.empty()) egress.serve(m, sender, now);
    });
    return sender.take_unfit().frames;
  }

  /// The table up to which all that was sent by older ones has left the queues.
  [[nodiscard]] std::uint64_t settled(std::uint64_t followed) noexcept;

  /// A Marker, to go behind what waits for the member now. False: there is nothing to wait for, or no room
  /// (then it is freed, and the Partner is not asked).
  [[nodiscard]] bool keep_marker(MemberIndex member, rte_mbuf* marker) noexcept;

  /// Frees everything, counted as member_lost: the worker ends.
  void discard() noexcept;
  /// The worker has ended, maybe in here: begins anew, without a set, and gives how many frames were in its
  /// hands. Thread: control, in the worker's place.
  [[nodiscard]] std::size_t forget(EgressSlot& slot) noexcept;

 private:
  struct Waiting {
    MemberIndex member{};
    fast::BarrierTicket ticket{};
    rte_mbuf* marker = nullptr;
  };
  template <typename Resend>
  static void drain(EgressSet::Egress& from, Resend& resend) noexcept {
    std::array<rte_mbuf*, kBurstMax> frames;
    while (const std::size_t count = from.take(frames)) resend(std::span{frames}.first(count));
  }
  template <typename Resend>
  void carry_over(const EgressSet& old, MemberIndex member, const dist::FlowHashSettings& hash, Instant now,
                  Resend& resend) noexcept {
    EgressSet::Egress* const to = set_ != nullptr ? set_->of(member) : nullptr;
    if (to == nullptr) return drain(*old.of(member), resend);
    const auto queue = [&](std::span<rte_mbuf*> frames) noexcept {
      fast::BurstHashes hashes;
      fast::hash_burst<rte_mbuf>(hash, frames, hashes);
      Freer freer;
      to->enqueue(frames, std::span{hashes}.first(frames.size()), now, freer);
    };
    drain(*old.of(member), queue);
  }
  void send_markers(const SidePorts& ports) noexcept;
  void renew_tickets() noexcept;

  const EgressSet* set_ = nullptr;
  std::uint32_t sending_ = 0;  // by the table that was followed last
  std::uint64_t settled_ = 0;
  // What settled_ will be when the tickets of all these members have passed.
  std::uint64_t settling_ = 0;
  std::uint32_t barrier_set_ = 0;
  std::array<fast::BarrierTicket, kMembersMax> tickets_{};
  FixedVector<Waiting, 32> markers_;
};

}  // namespace lagoon::dpdk
