// EgressStorage: the memory of one Egress, made outside the fast path and never grown. The only header of
// lib/fast that allocates: the control lcore makes it before a worker sees it.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <span>
#include <vector>

#include "fast/egress/egress_memory.hpp"
#include "fast/egress/flow_queue.hpp"
#include "fast/egress/frame_pool.hpp"
#include "qos/traffic_policy.hpp"

namespace lagoon::fast {

template <typename P>
class EgressStorage {
 public:
  /// A frame enters before another of its class goes, so each class has one place more than its limit.
  explicit EgressStorage(const qos::TrafficPolicy& policy, const std::pmr::polymorphic_allocator<>& from = {})
      : frames_(policy.frames_max() + policy.classes().size(), from),
        queues_(policy.classes().size() * kFlowQueues, from),
        sets_(policy.classes().size() * kFlowSets, from),
        classes_{policy.classes().size()} {}

  [[nodiscard]] EgressMemory<P> memory() noexcept {
    EgressMemory<P> memory{.frames = frames_};
    for (std::size_t i = 0; i < classes_; ++i) {
      memory.queues[i] = std::span{queues_}.subspan(i * kFlowQueues, kFlowQueues);
      memory.sets[i] = std::span{sets_}.subspan(i * kFlowSets, kFlowSets);
    }
    return memory;
  }
  /// A monotonic_buffer_resource of so many octets is enough for one.
  [[nodiscard]] static std::size_t octets_for(const qos::TrafficPolicy& policy) noexcept {
    const std::size_t classes = policy.classes().size();
    return (policy.frames_max() + classes) * sizeof(FrameSlot<P>) +
           classes * (kFlowQueues * sizeof(FlowQueue) + kFlowSets * sizeof(FlowSet)) + 3 * alignof(FlowSet);
  }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return frames_.size() * sizeof(FrameSlot<P>) + queues_.size() * sizeof(FlowQueue) +
           sets_.size() * sizeof(FlowSet);
  }

 private:
  std::pmr::vector<FrameSlot<P>> frames_;
  std::pmr::vector<FlowQueue> queues_;
  std::pmr::vector<FlowSet> sets_;
  std::size_t classes_;
};

}  // namespace lagoon::fast
