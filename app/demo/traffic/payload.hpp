// Payload: what each frame of the demonstration carries. Both ends are of one byte order.
#pragma once

#include <cstdint>

namespace lagoon::traffic {

struct Payload {
  static constexpr std::uint32_t kMagic = 0x4c61676f;
  static constexpr std::uint32_t kGreeting = 0x4c616769;  // "I listen": no frame of a flow
  std::uint32_t magic = kMagic;
  std::uint16_t flow = 0;
  std::uint16_t reserved = 0;
  std::uint32_t sequence = 0;
  std::uint32_t position = 0;  // in the capture that is played
  std::int64_t sent_at_ns = 0;
};
static_assert(sizeof(Payload) == 24);

}  // namespace lagoon::traffic
