// The part of the JSON view that is about load: what is measured, who is where because of it, and moves.
#pragma once

#include "control/status/status.hpp"
#include "control/views/json_writer.hpp"

namespace lagoon::control::views {

void put_load(JsonWriter& out, const LagStatus& lag);
void put_load(JsonWriter& out, const LagStatus& lag, const MemberStatus& member);

}  // namespace lagoon::control::views
