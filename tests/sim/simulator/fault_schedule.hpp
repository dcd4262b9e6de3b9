// Random faults over a stretch of time: losses, duplicates, jitter, corruption, dead directions, lost
// carrier. All chance comes from the simulator's seed.
#pragma once

#include <cstddef>

#include "base/time.hpp"

namespace lagoon::sim {

class Simulator;

struct FaultSettings {
  Duration duration{};
  std::size_t faults = 0;  // each on a link by chance, beginning and lasting by chance within the duration
};

void schedule_faults(Simulator& simulator, const FaultSettings& settings);
/// Heals every link and gives it carrier. What was scheduled within the duration must be over.
void stop_faults(Simulator& simulator);

}  // namespace lagoon::sim
