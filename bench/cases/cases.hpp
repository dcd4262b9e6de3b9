// The cases that one process can measure: each by a name that stays, with what ours is compared with.
#pragma once

#include <deque>
#include <string>

#include "measure/race.hpp"
#include "rig/rig.hpp"

namespace lagoon::bench {

/// Lanes of a race.
inline constexpr const char* kOurs = "ours";
inline constexpr const char* kPeer = "peer";
inline constexpr const char* kFloor = "floor";  // the ports' own calls, and nothing decided

struct Case {
  std::string name;
  std::string peer_name;
  Race race;
};
using Cases = std::deque<Case>;

// `rig` must outlive the cases. Those of the PMD are left out where it has not been built.
void add_sending(Rig& rig, Cases& cases);
void add_receiving(Rig& rig, Cases& cases);
void add_scale(Rig& rig, Cases& cases);
void add_conversation_table(Cases& cases);
void add_folds(Cases& cases);

}  // namespace lagoon::bench
