// What a machine has to have before a start: CPUs, hugepages, rights, interfaces. EAL and its drivers would
// find out as well, some hundred lines later and in words of their own.
#pragma once

#include "base/error.hpp"
#include "config/model.hpp"

namespace lagoon::lagoond {

/// Errors: no_such_thing, no_resources, permission; their words say what to do. `follows`: a process of this
/// prefix hands over to this one.
[[nodiscard]] Result<void> check_requirements(const config::Config& config, bool follows);

}  // namespace lagoon::lagoond
