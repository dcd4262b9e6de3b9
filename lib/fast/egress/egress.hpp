// Egress: the queues in front of one member, of one worker. It takes every frame, and gives the port what is
// most urgent whenever the port, and the shaper, have room.
//
//   enqueue: class -> rate limit (pass, mark, drop) -> the conversation's queue -> over the limit? drop
//   serve:   priority -> share among equals -> conversation -> burst -> port
//
// Frames of a conversation and a class leave in the order in which they came: a conversation has one queue,
// and what the port refuses is sent first the next time. How long a frame of the highest priority can take is
// in docs/traffic-management.md.
//
// Thread: the worker that owns it. Owns the frames that it took; take() or discard() them before the end.
// The policy, the memory, the meter and the counters outlive it.
//
// The worker may end anywhere in here: its process is killed. So a frame that waits is in one place at a
// time, its slot or the staged burst, and is taken out of it before it goes on; abandon() then finds all that
// surely wait.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "fast/egress/barriers.hpp"
#include "fast/egress/class_scheduler.hpp"
#include "fast/egress/concepts.hpp"
#include "fast/egress/counters.hpp"
#include "fast/egress/egress_memory.hpp"
#include "fast/egress/fair_queues.hpp"
#include "fast/egress/shaper.hpp"
#include "fast/egress/staged_frames.hpp"
#include "qos/classifier.hpp"
#include "qos/dscp_marking.hpp"

namespace lagoon::fast {

template <MarkablePacket P, Meter M>
class Egress {
 public:
  /// Frames for one call of serve(): a worker has other ports to look at.
  static constexpr std::size_t kServeMost = 4 * kBurstMax;

  Egress(const qos::TrafficPolicy& policy, const EgressMemory<P>& memory, M& meter,
         EgressCounters& counters) noexcept
      : policy_{policy},
        classes_{policy.classes()},
        pool_{memory.frames},
        scheduler_{policy.classes()},
        meter_{meter},
        counters_{counters} {
    for (std::size_t i = 0; i < classes_.size(); ++i) queues_[i] = {memory.queues[i], memory.sets[i]};
  }
  Egress(const Egress&) = delete;
  Egress& operator=(const Egress&) = delete;

  /// Sets the rate that the member is shaped to, where the policy shapes: its speed, or this worker's share
  /// of it. 0: it is not shaped.
  void set_speed(BitsPerSecond speed) noexcept {
    if (policy_.shape()) shaper_.set(speed, policy_.burst());
  }
  [[nodiscard]] const Shaper& shaper() const noexcept { return shaper_; }

  /// Takes all frames of the burst; what is dropped, of it or of what waited, is counted and freed.
  /// `hashes`: of each frame, over all that makes its conversation, with all 32 bits in use.
  /// Precondition: as many hashes as frames, and at most kBurstMax.
  template <DropSink<P> Sink>
  void enqueue(std::span<P* const> burst, std::span<const std::uint32_t> hashes, Instant now,
               Sink& sink) noexcept {
    LAGOON_DCHECK(burst.size() <= kBurstMax && hashes.size() == burst.size());
    std::array<qos::ClassIndex, kBurstMax> of;
    for (std::size_t i = 0; i < burst.size(); ++i) {
      of[i] = qos::class_of(policy_, PacketTraits<P>::headers(*burst[i]));
      queues_[of[i]].prefetch(hashes[i]);
    }
    Losses<Sink> losses{sink};
    for (std::size_t i = 0; i < burst.size(); ++i) {
      const std::uint32_t length = std::clamp(PacketTraits<P>::length(*burst[i]), 1U, kLengthMost);
      ClassCounters& counters = counters_.of_class[of[i]];
      counters.in_packets.add(1);
      counters.in_bytes.add(length);
      if (classes_[of[i]].metered && !admit(of[i], *burst[i], length, now)) [[unlikely]] {
        counters.of(EgressDrop::rate_exceeded).add(1);
        losses.add(burst[i]);
        continue;
      }
      push(of[i], burst[i], length, hashes[i]);
      keep_limit(of[i], losses);
    }
    barriers_.settle();
    gauge();
  }

  /// Sends what the port takes and the shaper lets go, and says how many frames that were.
  template <MemberTx<P> Tx>
  std::size_t serve(MemberIndex member, Tx& tx, Instant now, std::size_t most = kServeMost) noexcept {
    shaper_.advance(now);
    std::size_t sent = 0;
    while (sent < most) {
      if (staged_.empty()) stage();
      if (staged_.empty()) break;
      const std::size_t taken = send_staged(member, tx);
      sent += taken;
      if (!staged_.empty()) {
        stage_most_ = std::max(taken, kStageLeast);
        break;
      }
      stage_most_ = std::min(2 * stage_most_, kBurstMax);
    }
    if (sent != 0) {
      barriers_.settle();
      gauge();
    }
    return sent;
  }

  /// Hands frames back, in the order of service and whatever the shaper says, until none is left (0): to send
  /// them over another member when this one is lost, or to queue them by another policy.
  [[nodiscard]] std::size_t take(std::span<P*> out) noexcept {
    std::size_t count = 0;
    while (count < out.size()) {
      if (staged_.empty()) stage_next();
      if (staged_.empty()) break;
      const StagedFrame frame = staged_.frames().front();
      out[count++] = staged_.packets().front();
      counters_.of_class[frame.of].taken_back.add(1);
      leave(frame);
      staged_.pop(1);
    }
    barriers_.settle();
    gauge();
    std::atomic_signal_fence(std::memory_order_seq_cst);
    return count;
  }

  /// Frees all that waits, counted as member_lost.
  template <DropSink<P> Sink>
  void discard(Sink& sink) noexcept {
    Losses<Sink> losses{sink};
    for (;;) {
      if (staged_.empty()) stage_next();
      if (staged_.empty()) break;
      const StagedFrame frame = staged_.frames().front();
      losses.add(staged_.packets().front());
      counters_.of_class[frame.of].of(EgressDrop::member_lost).add(1);
      leave(frame);
      staged_.pop(1);
    }
    barriers_.settle();
    gauge();
  }

  /// The worker has ended, maybe in here. Frees what surely waits, counts what is missing as user_died,
  /// begins anew, and says how many frames were missing: those freed, and those that a port may have. Thread:
  /// who takes this over from it.
  template <DropSink<P> Sink>
  std::size_t abandon(Sink& sink) noexcept {
    Losses<Sink> losses{sink};
    pool_.clear([&](P* packet) { losses.add(packet); });
    if (!sending_)
      for (P* const packet : staged_.packets()) losses.add(packet);
    std::size_t missing = 0;
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      queues_[i].clear();
      const std::uint64_t here = counters_.of_class[i].still_here();
      counters_.of_class[i].of(EgressDrop::user_died).add(here);
      missing += here;
    }
    staged_ = {};
    sending_ = false;
    stage_most_ = kBurstMax;
    scheduler_ = ClassScheduler{classes_};
    barriers_ = {};
    waiting_ = {};
    waiting_octets_ = {};
    gauge();
    return missing;
  }

  /// What waits here now, until all of it has left: sent, dropped or taken back.
  [[nodiscard]] BarrierTicket barrier() noexcept { return barriers_.set(); }
  [[nodiscard]] bool has_passed(BarrierTicket ticket) const noexcept { return barriers_.has_passed(ticket); }

  [[nodiscard]] bool empty() const noexcept { return scheduler_.idle() && staged_.empty(); }
  /// Frames that wait.
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t count = 0;
    for (const std::uint32_t waiting : waiting_) count += waiting;
    return count;
  }

 private:
  static constexpr std::size_t kStageLeast = 4;
  static constexpr std::uint32_t kLengthMost = (1U << 24) - 1;

  /// Frees in bursts.
  template <typename Sink>
  class Losses {
   public:
    explicit Losses(Sink& sink) noexcept : sink_{sink} {}
    ~Losses() {
      if (count_ != 0) sink_.free(std::span{packets_}.first(count_));
    }
    void add(P* packet) noexcept {
      if (count_ == packets_.size()) {
        sink_.free(std::span{packets_});
        count_ = 0;
      }
      packets_[count_++] = packet;
    }

   private:
    Sink& sink_;
    std::array<P*, kBurstMax> packets_;
    std::size_t count_ = 0;
  };

  // Whether a frame of a class with a rate limit may stay; marks it where that is what the limit does.
  [[nodiscard]] bool admit(qos::ClassIndex of, P& packet, std::uint32_t length, Instant now) noexcept {
    ClassCounters& counters = counters_.of_class[of];
    const auto colour = static_cast<std::size_t>(meter_.colour(of, length, now));
    counters.colour[colour].add(1);
    const qos::ColourAction& action = classes_[of].rate.action[colour];
    switch (action.kind) {
      case qos::ColourAction::Kind::pass:
        return true;
      case qos::ColourAction::Kind::drop:
        return false;
      case qos::ColourAction::Kind::mark:
        break;
    }
    const bool marked = qos::mark_dscp(PacketTraits<P>::writable_headers(packet), action.dscp);
    (marked ? counters.marked : counters.mark_missed).add(1);
    return true;
  }

  void push(qos::ClassIndex of, P* packet, std::uint32_t length, std::uint32_t hash) noexcept {
    const std::uint32_t slot = pool_.take();
    pool_[slot] = {
        .packet = packet, .next = kNoFrame, .length = length & kLengthMost, .epoch = barriers_.enter()};
    if (!queues_[of].push(pool_, hash, slot)) counters_.of_class[of].spilled.add(1);
    scheduler_.activate(of);
    ++waiting_[of];
    waiting_octets_[of] += length;
  }

  template <typename Sink>
  void keep_limit(qos::ClassIndex of, Losses<Sink>& losses) noexcept {
    FairQueues& queues = queues_[of];
    while (queues.frames() > classes_[of].limit_frames || queues.octets() > classes_[of].limit_octets) {
      const std::uint32_t slot = queues.pop_of_longest(pool_);
      const FrameSlot<P> frame = pool_[slot];
      pool_.give(slot);
      if (queues.frames() == 0) scheduler_.deactivate(of);
      counters_.of_class[of].of(EgressDrop::queue_full).add(1);
      losses.add(frame.packet);
      leave({.length = frame.length, .of = of, .epoch = static_cast<std::uint8_t>(frame.epoch)});
    }
  }

  // Precondition: !staged_.full().
  void stage_next() noexcept {
    if (scheduler_.idle()) return;
    const qos::ClassIndex of = scheduler_.next();
    const std::uint32_t slot = queues_[of].pop(pool_);
    const FrameSlot<P> frame = pool_[slot];
    pool_.give(slot);
    scheduler_.took(of, frame.length, queues_[of].frames() != 0);
    shaper_.took(frame.length);
    staged_.push(frame.packet,
                 {.length = frame.length, .of = of, .epoch = static_cast<std::uint8_t>(frame.epoch)});
  }
  // What the port does not take stands before more urgent frames that come later. So no more is taken out for
  // a port that refuses than it took last, and twice as much each time it takes all.
  void stage() noexcept {
    while (staged_.size() < stage_most_ && !scheduler_.idle() && shaper_.may_send()) stage_next();
  }

  template <MemberTx<P> Tx>
  [[nodiscard]] std::size_t send_staged(MemberIndex member, Tx& tx) noexcept {
    sending_ = true;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    const std::size_t taken = tx.send(member, staged_.packets());
    count_sent(staged_.frames().first(taken));
    staged_.pop(taken);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    sending_ = false;
    return taken;
  }

  // Frames of a class come in runs, and counters are written once for each.
  void count_sent(std::span<const StagedFrame> frames) noexcept {
    for (std::size_t i = 0; i < frames.size();) {
      const qos::ClassIndex of = frames[i].of;
      std::uint64_t packets = 0;
      std::uint64_t octets = 0;
      for (; i < frames.size() && frames[i].of == of; ++i) {
        ++packets;
        octets += frames[i].length;
        barriers_.leave(frames[i].epoch);
      }
      counters_.of_class[of].out_packets.add(packets);
      counters_.of_class[of].out_bytes.add(octets);
      waiting_[of] -= static_cast<std::uint32_t>(packets);
      waiting_octets_[of] -= octets;
    }
  }
  void leave(const StagedFrame& frame) noexcept {
    --waiting_[frame.of];
    waiting_octets_[frame.of] -= frame.length;
    barriers_.leave(frame.epoch);
  }

  void gauge() noexcept {
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      ClassCounters& counters = counters_.of_class[i];
      if (counters.depth_bytes.read() == waiting_octets_[i] && counters.depth_packets.read() == waiting_[i])
        continue;
      counters.depth_packets.set(waiting_[i]);
      counters.depth_bytes.set(waiting_octets_[i]);
      if (waiting_[i] > counters.highest_packets.read()) counters.highest_packets.set(waiting_[i]);
      if (waiting_octets_[i] > counters.highest_bytes.read()) counters.highest_bytes.set(waiting_octets_[i]);
    }
  }

  const qos::TrafficPolicy& policy_;
  std::span<const qos::ClassPolicy> classes_;
  FramePool<P> pool_;
  std::array<FairQueues, qos::kClassesMax> queues_;
  ClassScheduler scheduler_;
  Shaper shaper_;
  StagedFrames<P> staged_;
  std::size_t stage_most_ = kBurstMax;
  bool sending_ = false;  // the port has the staged frames, or some of them
  Barriers barriers_;
  std::array<std::uint32_t, qos::kClassesMax> waiting_{};  // staged ones among them
  std::array<std::uint64_t, qos::kClassesMax> waiting_octets_{};
  M& meter_;
  EgressCounters& counters_;
};

}  // namespace lagoon::fast
