// Lagoon's commands on DPDK's telemetry socket: /lagoon/list, /lagoon/lag,NAME,
// /lagoon/view,NAME,VIEW[,PAGE], /lagoon/events,NAME[,MOST], /lagoon/ports, /lagoon/mempools,
// /lagoon/do,LAG,VERB,ARGUMENT, /lagoon/wire,NAME,ACTION. docs/telemetry.md describes the answers.
#pragma once

#include "base/error.hpp"
#include "dpdk/telemetry/telemetry_source.hpp"

namespace lagoon::dpdk {

/// Answers come from this one from now on, until retire_telemetry(). DPDK can't take commands back, so
/// after that they answer with an error.
[[nodiscard]] Result<void> offer_telemetry(TelemetrySource& source);
void retire_telemetry();

}  // namespace lagoon::dpdk
