// EgressMemory: where the queues of one Egress lie, as it is told. EgressStorage has the memory itself.
#pragma once

#include <array>
#include <span>

#include "fast/egress/flow_queue.hpp"
#include "fast/egress/frame_pool.hpp"
#include "qos/traffic_policy.hpp"

namespace lagoon::fast {

template <typename P>
struct EgressMemory {
  std::span<FrameSlot<P>> frames;
  std::array<std::span<FlowQueue>, qos::kClassesMax> queues{};
  std::array<std::span<FlowSet>, qos::kClassesMax> sets{};
};

}  // namespace lagoon::fast
