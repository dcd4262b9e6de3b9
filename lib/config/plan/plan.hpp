// Plan: what lagoond will do for a configuration, in order, before it touches anything. `lagoond --check`
// prints it. Which worker serves what is decided here and taken over by the engine, so the plan can't be
// wrong about it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "config/model.hpp"

namespace lagoon::config {

/// What one forward connects, or a port or LAG that is in none: nothing is shared between components.
struct Component {
  std::vector<std::string> endpoints;  // names, one or two
  std::uint32_t worker = 0;            // the lcore that serves it; more may help where ports have the queues
};

/// Components in the order of `forward`, then the rest; dealt to the workers in turn.
/// Precondition: `config` is valid.
[[nodiscard]] std::vector<Component> components_of(const Config& config);

struct Step {
  std::string what;
  std::vector<std::string> details;
};
using Plan = std::vector<Step>;

[[nodiscard]] Plan plan(const Config& config);
/// Numbered, the details indented.
void print(std::ostream& out, const Plan& plan);

}  // namespace lagoon::config
