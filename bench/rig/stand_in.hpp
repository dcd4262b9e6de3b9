// StandIn: what ports of net_null do in place of net_null's own work, so that what is left to measure is what
// distributes and collects: they take all that is sent, and receive out of a set of frames.
#pragma once

#include <cstdint>
#include <span>

#include "rig/frame_set.hpp"

namespace lagoon::bench {

enum class Device : std::uint8_t {
  untouched,    // no frame is touched
  descriptors,  // for each frame sent its mbuf is read and a descriptor of 16 octets written, as NICs'
                // drivers do
  releasing,    // and each frame has but one reference afterwards, as if it were sent and freed
};

/// From now on. Thread: the one that sends and receives on them.
void stand_in(std::span<const std::uint16_t> ports, Device device);
/// The ports receive `share` frames of `supply` with each call; null: none.
void supply(std::span<const std::uint16_t> ports, FrameSet* supply, std::uint16_t share);

}  // namespace lagoon::bench
