// Candidates of LAGs that find their members by themselves: several LAGs may list one, and one has it open.
#pragma once

#include "config/model.hpp"

namespace lagoon::config {

/// Fills the members of such LAGs: each candidate, by its name, goes to the LAG that has it in `running` if
/// that lists it still, else to the first that does. nullptr: nothing runs.
void place_candidates(Config& config, const Config* running);

}  // namespace lagoon::config
