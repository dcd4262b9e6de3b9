// Payload: what each frame of the demonstration carries. Both ends are of one byte order.
#pragma once

#include <cstdint>

namespace lagoon::traffic {

/// A sender's stall longer than this is skipped, not made up for: a burst would overflow queues that a steady
/// stream does not.
inline constexpr std::int64_t kCatchUpNs = 5'000'000;

struct Payload {
  static constexpr std::uint32_t kMagic = 0x4c61676f;
  std::uint32_t magic;
  std::uint16_t flow;
  std::uint16_t reserved;
  std::uint32_t sequence;
  std::uint32_t position;  // in the capture that is played
  std::int64_t sent_at_ns;
};
static_assert(sizeof(Payload) == 24);

}  // namespace lagoon::traffic
