// DistributorState: what the Frame Distributor of one LAG remembers from burst to burst. One for each worker
// and LAG, so that no two workers share a counter.
//
// Thread: the worker that owns it; `load` may be read at any time by the control lcore.
#pragma once

#include <array>
#include <cstdint>

#include "dist/load_group.hpp"
#include "fast/counters.hpp"

namespace lagoon::fast {

struct DistributorState {
  // round_robin: whose turn it is, and for how many frames more; 0: the turn is over.
  std::uint8_t turn = 31;
  std::uint16_t turn_left = 0;
  // round_robin at random: xorshift's state, never 0. Workers may start from different ones.
  std::uint64_t random = 0x9e37'79b9'7f4a'7c15U;
  // adaptive: octets that were sent of each load group.
  std::array<Counter, dist::kLoadGroups> load{};
};

}  // namespace lagoon::fast
