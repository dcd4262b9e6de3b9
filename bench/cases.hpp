// The races: which contestants, on which packets.
#pragma once

#include <deque>
#include <string>

#include "race.hpp"
#include "rig.hpp"

namespace lagoon::bench {

struct Group {
  std::string title;
  std::deque<Race> races{};  // one for each number of members
};

/// All contestants of a race do the same work on the same packets. `rig` must outlive the races.
[[nodiscard]] Group distribute_races(Rig& rig);
[[nodiscard]] Group collect_races(Rig& rig);
[[nodiscard]] Group forward_races(Rig& rig);
/// Of kinds of frames and policies; the first lane is what the others are compared with.
[[nodiscard]] Race hash_race();

}  // namespace lagoon::bench
