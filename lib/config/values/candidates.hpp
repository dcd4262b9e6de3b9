// Candidates of LAGs that find their members by themselves: several LAGs may list one, and one has it open.
#pragma once

#include <functional>
#include <string_view>

#include "config/model.hpp"

namespace lagoon::config {

/// Fills the members of such LAGs: each candidate, by its name, goes to the LAG that has it in `running` if
/// that lists it still, else to the first that does. nullptr: nothing runs.
void place_candidates(Config& config, const Config* running);

/// Whether that is one of its candidates.
[[nodiscard]] bool lists(const Lag& lag, std::string_view candidate);
/// Changes the member of that name of `lag`, and what every automatic LAG has of it as a candidate: it may go
/// there. False: the LAG has none.
bool change_member(Config& config, Lag& lag, std::string_view name,
                   const std::function<void(Member&)>& change);

}  // namespace lagoon::config
