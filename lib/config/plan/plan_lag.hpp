// What the plan says about a LAG: its mode, and all that was chosen otherwise than by default.
#pragma once

#include <string>

#include "config/plan/plan.hpp"

namespace lagoon::config {

[[nodiscard]] Step lag_step(const Lag& lag);
[[nodiscard]] std::string text_of(Duration duration);
[[nodiscard]] std::string text_of(const PortSource& source);

}  // namespace lagoon::config
