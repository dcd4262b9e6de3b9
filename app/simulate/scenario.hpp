// A run of the simulator as its options have it, a row for each interval.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "options.hpp"

namespace lagoon::simulate {

/// What happened in one interval.
struct Row {
  Duration at{};                    // its end, counted from when all links were in use
  std::vector<double> utilisation;  // of each link: what left, of what could have
  double imbalance = 1;             // the busiest link that works / all of them together
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t reordered = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t dropped = 0;
  std::uint64_t lost = 0;              // on a link that failed
  std::uint64_t changed = 0;           // conversations that came over another link than before
  std::uint64_t changed_needless = 0;  // though the link before works
  std::uint64_t moves = 0;             // begun
  Duration pause{};                    // of the move that was released last; 0: none was
  Duration longest_wait{};             // of a frame, before it was given to a link
};

/// `take(row)` is called for each. Errors: what the workload's file or an event is refused for.
[[nodiscard]] Result<void> run_scenario(const Options& options, const std::function<void(const Row&)>& take);

}  // namespace lagoon::simulate
