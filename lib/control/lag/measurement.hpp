// Measurement: what the workers of one LAG have counted, summed over them, since the start.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "balance/rebalancer.hpp"
#include "base/ids.hpp"
#include "dist/lanes.hpp"
#include "dist/load_group.hpp"

namespace lagoon::control {

/// What no part of the LAG asks for may be left out.
struct Measurement {
  std::array<std::uint64_t, kMembersMax> rx_frames{};     // heard by each member, also what was dropped
  dist::GroupOctets group_octets{};                       // sent, by load group
  std::array<std::uint64_t, kMembersMax> tx_octets{};     // sent, by member
  std::array<std::uint64_t, dist::kLanes> lane_octets{};  // sent, by lane
  std::vector<balance::HeavyHitter> hitters;              // large conversations, since the last measurement
  std::array<std::uint64_t, kMembersMax> live{};          // conversations that are on it now
  std::size_t conversation_lines = 0;                     // of one worker's table
};

}  // namespace lagoon::control
