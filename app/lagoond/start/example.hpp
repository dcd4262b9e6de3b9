// A configuration to begin with: the least that bonds two interfaces in a mode.
#pragma once

#include <string>

#include "options/mode.hpp"

namespace lagoon::lagoond {

/// A file, with what is to be put in and what comes next in its remarks.
[[nodiscard]] std::string example_of(control::Mode mode);

}  // namespace lagoon::lagoond
