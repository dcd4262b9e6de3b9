// The options of a LAG as members of the JSON object that is open.
#pragma once

#include "control/options/lag_options.hpp"
#include "control/views/json_writer.hpp"

namespace lagoon::control::views {

void put_options(JsonWriter& out, const LagOptions& options);
void put_port_options(JsonWriter& out, const PortOptions& options);

}  // namespace lagoon::control::views
