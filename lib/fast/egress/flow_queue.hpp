// FlowQueue and FlowSet: what FairQueues is made of, as plain memory.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "fast/egress/frame_pool.hpp"

namespace lagoon::fast {

/// Sets of queues that a class has, and queues that conversations have to themselves in each.
inline constexpr std::size_t kFlowSets = 128;
inline constexpr std::size_t kFlowWays = 8;
/// Behind those, each set has one more that conversations share when it is full.
inline constexpr std::size_t kFlowQueues = kFlowSets * (kFlowWays + 1);

using FlowQueueId = std::uint16_t;
inline constexpr FlowQueueId kNoQueue = 0xffff;
static_assert(kFlowQueues < kNoQueue);

struct FlowQueue {
  enum class Place : std::uint8_t { idle, fresh, old };
  static constexpr std::uint8_t kNoSize = 0xff;

  std::uint32_t head = kNoFrame;
  std::uint32_t tail = kNoFrame;
  std::uint32_t octets = 0;
  std::int32_t deficit = 0;     // octets that it may still send in its turn
  FlowQueueId next = kNoQueue;  // in the list of its place
  FlowQueueId size_before = kNoQueue;
  FlowQueueId size_after = kNoQueue;
  Place place = Place::idle;
  std::uint8_t size = kNoSize;  // the power of two below `octets`

  [[nodiscard]] bool empty() const noexcept { return head == kNoFrame; }
};

/// Which conversations have the queues of a set: found in one cache line.
struct alignas(64) FlowSet {
  std::array<std::uint32_t, kFlowWays> tag{};
  std::uint8_t used = 0;    // ways whose queue is not idle
  bool spill_used = false;  // the shared queue is not idle
};
static_assert(sizeof(FlowSet) == 64);

/// Queues in order, by id.
class FlowList {
 public:
  [[nodiscard]] bool empty() const noexcept { return head_ == kNoQueue; }
  [[nodiscard]] FlowQueueId front() const noexcept { return head_; }
  void push(std::span<FlowQueue> queues, FlowQueueId id) noexcept {
    queues[id].next = kNoQueue;
    (empty() ? head_ : queues[tail_].next) = id;
    tail_ = id;
  }
  void pop(std::span<FlowQueue> queues) noexcept { head_ = queues[head_].next; }

 private:
  FlowQueueId head_ = kNoQueue;
  FlowQueueId tail_ = kNoQueue;
};

/// Queues of at least kTrackedOctets by the power of two below their octets: the longest is found at once,
/// exact to a factor of two, and a queue changes its place only when it doubles or halves. Shorter ones,
/// which is all there are without congestion, cost nothing here.
class BySize {
 public:
  static constexpr std::uint32_t kTrackedOctets = 4096;

  BySize() noexcept { first_.fill(kNoQueue); }
  [[nodiscard]] bool empty() const noexcept { return sizes_ == 0; }
  /// Precondition: !empty().
  [[nodiscard]] FlowQueueId longest() const noexcept {
    return first_[static_cast<std::size_t>(std::bit_width(sizes_)) - 1];
  }
  void resized(std::span<FlowQueue> queues, FlowQueueId id) noexcept {
    FlowQueue& queue = queues[id];
    const auto size =
        queue.octets == 0 ? FlowQueue::kNoSize : static_cast<std::uint8_t>(std::bit_width(queue.octets) - 1);
    if (size == queue.size) return;
    if (queue.size != FlowQueue::kNoSize) unlink(queues, queue);
    queue.size = size;
    if (size != FlowQueue::kNoSize) link(queues, id);
  }

 private:
  void link(std::span<FlowQueue> queues, FlowQueueId id) noexcept {
    FlowQueue& queue = queues[id];
    queue.size_before = kNoQueue;
    queue.size_after = first_[queue.size];
    if (queue.size_after != kNoQueue) queues[queue.size_after].size_before = id;
    first_[queue.size] = id;
    sizes_ |= 1U << queue.size;
  }
  void unlink(std::span<FlowQueue> queues, FlowQueue& queue) noexcept {
    if (queue.size_after != kNoQueue) queues[queue.size_after].size_before = queue.size_before;
    if (queue.size_before != kNoQueue) {
      queues[queue.size_before].size_after = queue.size_after;
      return;
    }
    first_[queue.size] = queue.size_after;
    if (queue.size_after == kNoQueue) sizes_ &= ~(1U << queue.size);
  }

  std::array<FlowQueueId, 32> first_;
  std::uint32_t sizes_ = 0;
};

}  // namespace lagoon::fast
