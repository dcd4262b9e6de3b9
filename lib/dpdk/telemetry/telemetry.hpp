// Lagoon's commands on DPDK's telemetry socket: /lagoon/list, /lagoon/lag,NAME,
// /lagoon/view,NAME,VIEW[,PAGE], /lagoon/events,NAME[,MOST], /lagoon/ports, /lagoon/mempools,
// /lagoon/do,LAG,VERB,ARGUMENT, /lagoon/wire,NAME,ACTION. docs/telemetry.md describes the answers.
#pragma once

#include "base/error.hpp"
#include "dpdk/engine/engine.hpp"

namespace lagoon::dpdk {

/// Answers come from this engine from now on, until retire_telemetry(). DPDK can't take commands back, so
/// after that they answer with an error.
[[nodiscard]] Result<void> offer_telemetry(Engine& engine);
void retire_telemetry();

}  // namespace lagoon::dpdk
