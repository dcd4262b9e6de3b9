// The options of a LAG as members of the JSON object that is open: each under its key, with '_' for '-',
// those of a nested map in an object. Times are milliseconds, rates bits per second, shares percent; null:
// nothing is chosen.
#pragma once

#include "control/views/json_writer.hpp"
#include "options/lag_options.hpp"

namespace lagoon::control::views {

void put_options(JsonWriter& out, const LagOptions& options);

}  // namespace lagoon::control::views
