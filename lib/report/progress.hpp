// How far the workers of a LAG have followed its tables, taken together. Thread: the control lcore.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "control/table/move_keeper.hpp"
#include "fast/distribute/distributor_state.hpp"

namespace lagoon::report {

[[nodiscard]] inline control::Progress progress_of(std::span<fast::DistributorState* const> workers) {
  control::Progress all{.followed = ~std::uint64_t{0}, .gave_up = 0, .gaps_used = 0, .behind = {}};
  for (const fast::DistributorState* const state : workers) {
    const fast::Steering& steering = state->steering;
    // Read before add_behind(): the lanes behind are then those of this table, or of a later one.
    const std::uint64_t followed =
        steering.followed() == ~std::uint64_t{0}
            ? steering.followed()
            : std::min(steering.followed(), state->settled.load(std::memory_order_relaxed));
    all.followed = std::min(all.followed, followed == ~std::uint64_t{0} ? 0 : followed);
    all.gave_up = std::max(all.gave_up, steering.move_given_up());
    all.gaps_used += steering.gaps_used();
    steering.add_behind(all.behind);
  }
  return all;
}

}  // namespace lagoon::report
