// What the plan says of placing conversations by load, of moving them, and of rebalancing.
#pragma once

#include <string>

#include "base/units.hpp"
#include "options/lag_options.hpp"

namespace lagoon::config {

/// "100 Mb/s".
[[nodiscard]] std::string speed_text(BitsPerSecond speed);
/// What goes before the hash; empty where conversations go by their bucket alone.
[[nodiscard]] std::string weighted_text(const control::LagOptions& options);
/// A line each; empty where there is nothing but the default.
[[nodiscard]] std::string moves_text(const control::LagOptions& options);
[[nodiscard]] std::string rebalance_text(const control::LagOptions& options);

}  // namespace lagoon::config
