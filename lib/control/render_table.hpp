// The status of LAGs as a table for a person at a terminal.
#pragma once

#include <span>
#include <string>

#include "control/status.hpp"

namespace lagoon::control {

[[nodiscard]] std::string render_table(std::span<const LagStatus> lags);

}  // namespace lagoon::control
