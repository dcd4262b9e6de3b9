// What is shared between threads without a lock, in the smallest scenes that have everything: the code
// itself, with its atomics replaced (modelled.hpp).
#pragma once

#include <cstdint>

#include "explorer.hpp"

namespace lagoon::interleave {

/// A fault planted in the memory order of every atomic, or in the code around them.
enum class Fault : std::uint8_t { none, no_release, no_acquire, no_sequence, freed_at_once, not_claimed };

/// Three items through a SpscQueue of two.
[[nodiscard]] Outcome explore_queue(Fault fault);
/// A user with two bursts, and control that claims the queue twice.
[[nodiscard]] Outcome explore_gate(Fault fault);
/// A user that has ended inside, a living one who comes, and control that takes the queue from the dead.
[[nodiscard]] Outcome explore_dead_user(Fault fault);
/// Two snapshots take the place of one another under a reader that comes and goes.
[[nodiscard]] Outcome explore_publisher(Fault fault);
/// The same under a worker, who stays and says when it holds nothing.
[[nodiscard]] Outcome explore_worker(Fault fault);

}  // namespace lagoon::interleave
