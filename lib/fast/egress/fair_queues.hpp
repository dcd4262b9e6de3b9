// FairQueues: the frames of one class, shared out evenly among its conversations.
//
// Every conversation that has frames waiting has a queue, found by its hash; they are served in turn by
// deficit round robin, and one that has just begun before those that wait for another turn (as fq_codel does,
// RFC 8290 4.2). The queues are 128 sets of eight, and a conversation may have any of its set: so two share
// one only when nine of them are in one set. Then they share the set's ninth, and so does every conversation
// without a queue until that one is empty: were the next frame given a queue that has become free, it could
// overtake those before it.
//
// When the class is full a frame goes from the head of the longest queue. The longest: a conversation loses
// by what it sends itself. The head: its sender learns of it a whole queue earlier than by the tail, and what
// is left is the newer.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.hpp"
#include "fast/egress/flow_queue.hpp"
#include "fast/egress/frame_pool.hpp"
#include "qos/traffic_policy.hpp"

namespace lagoon::fast {

class FairQueues {
 public:
  FairQueues() noexcept = default;
  /// The spans have kFlowQueues and kFlowSets items as they are made, and outlive this.
  FairQueues(std::span<FlowQueue> queues, std::span<FlowSet> sets) noexcept : queues_{queues}, sets_{sets} {}

  /// As at first. Its frames are forgotten.
  void clear() noexcept {
    std::ranges::fill(queues_, FlowQueue{});
    std::ranges::fill(sets_, FlowSet{});
    *this = FairQueues{queues_, sets_};
  }

  [[nodiscard]] std::uint32_t frames() const noexcept { return frames_; }
  [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }

  void prefetch(std::uint32_t hash) const noexcept { __builtin_prefetch(&sets_[set_of(hash)], 1); }

  /// Returns false when the frame has to share a queue.
  template <typename P>
  bool push(FramePool<P>& pool, std::uint32_t hash, std::uint32_t slot) noexcept {
    const FlowQueueId id = queue_for(hash);
    FlowQueue& queue = queues_[id];
    pool[slot].next = kNoFrame;
    if (queue.empty())
      queue.head = slot;
    else
      pool[queue.tail].next = slot;
    queue.tail = slot;
    ++frames_;
    octets_ += pool[slot].length;
    queue.octets += pool[slot].length;
    by_size_.resized(queues_, id);
    if (queue.place == FlowQueue::Place::idle) {
      queue.place = FlowQueue::Place::fresh;
      queue.deficit = qos::kQuantum;
      fresh_.push(queues_, id);
    }
    return id < kFlowSets * kFlowWays;
  }

  /// The frame whose turn it is. Precondition: frames() > 0.
  template <typename P>
  [[nodiscard]] std::uint32_t pop(FramePool<P>& pool) noexcept {
    LAGOON_DCHECK(frames_ > 0);
    for (;;) {
      const bool is_fresh = !fresh_.empty();
      FlowList& list = is_fresh ? fresh_ : old_;
      const FlowQueueId id = list.front();
      FlowQueue& queue = queues_[id];
      if (queue.deficit > 0 && !queue.empty()) {
        const std::uint32_t slot = take_head(pool, id);
        queue.deficit -= static_cast<std::int32_t>(pool[slot].length);
        return slot;
      }
      list.pop(queues_);
      // One that has emptied within its first turn waits for the others once, or it could go first always.
      if (queue.empty() && (!is_fresh || old_.empty())) {
        release(id);
        continue;
      }
      if (queue.deficit <= 0) queue.deficit += qos::kQuantum;
      queue.place = FlowQueue::Place::old;
      old_.push(queues_, id);
    }
  }

  /// The frame to lose: where all queues are short, the one whose turn it is. Precondition: frames() > 0.
  template <typename P>
  [[nodiscard]] std::uint32_t pop_of_longest(FramePool<P>& pool) noexcept {
    return by_size_.empty() ? pop(pool) : take_head(pool, by_size_.longest());
  }

 private:
  static constexpr int kSetShift = 32 - std::countr_zero(kFlowSets);

  // The low bits have chosen the member already.
  [[nodiscard]] static std::size_t set_of(std::uint32_t hash) noexcept { return hash >> kSetShift; }

  [[nodiscard]] FlowQueueId queue_for(std::uint32_t hash) noexcept {
    const std::size_t at = set_of(hash);
    FlowSet& set = sets_[at];
    for (unsigned used = set.used; used != 0; used &= used - 1) {
      const auto way = static_cast<std::size_t>(std::countr_zero(used));
      if (set.tag[way] == hash) return static_cast<FlowQueueId>(at * kFlowWays + way);
    }
    const auto way = static_cast<std::size_t>(std::countr_one(set.used));
    const auto spill = static_cast<FlowQueueId>(kFlowSets * kFlowWays + at);
    if (way == kFlowWays || (set.spill_used && !queues_[spill].empty())) {
      set.spill_used = true;
      return spill;
    }
    set.tag[way] = hash;
    set.used = static_cast<std::uint8_t>(set.used | 1U << way);
    return static_cast<FlowQueueId>(at * kFlowWays + way);
  }

  void release(FlowQueueId id) noexcept {
    queues_[id].place = FlowQueue::Place::idle;
    if (id >= kFlowSets * kFlowWays) {
      sets_[id - kFlowSets * kFlowWays].spill_used = false;
      return;
    }
    FlowSet& set = sets_[id / kFlowWays];
    set.used = static_cast<std::uint8_t>(set.used & ~(1U << id % kFlowWays));
  }

  template <typename P>
  [[nodiscard]] std::uint32_t take_head(FramePool<P>& pool, FlowQueueId id) noexcept {
    FlowQueue& queue = queues_[id];
    const std::uint32_t slot = queue.head;
    queue.head = pool[slot].next;
    --frames_;
    octets_ -= pool[slot].length;
    queue.octets -= pool[slot].length;
    by_size_.resized(queues_, id);
    return slot;
  }

  std::span<FlowQueue> queues_{};
  std::span<FlowSet> sets_{};
  FlowList fresh_;
  FlowList old_;
  BySize by_size_;
  std::uint32_t frames_ = 0;
  std::uint64_t octets_ = 0;
};

}  // namespace lagoon::fast
