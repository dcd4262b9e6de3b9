// Status values as answers of DPDK's telemetry. DPDK 22.11 refuses objects in arrays, so what is a list of
// things is an object here: members by name, events by sequence number.
#pragma once

#include <span>

#include "control/status/status.hpp"
#include "dpdk/base/mempools.hpp"
#include "dpdk/engine/engine.hpp"
#include "dpdk/telemetry/answer.hpp"

namespace lagoon::dpdk {

/// The fields of control/status/fields.hpp under their names there, and the same objects as in the JSON view.
/// What does not apply is not there.
[[nodiscard]] Answer lag_answer(const control::LagStatus& status);
/// Queues of traffic classes.
[[nodiscard]] Answer classes_answer(const control::LagStatus& status);
[[nodiscard]] Answer ports_answer(std::span<const PortStatus> ports);
/// By name; characters other than letters and digits become "_".
[[nodiscard]] Answer mempools_answer(std::span<const MempoolStatus> pools);
[[nodiscard]] Answer events_answer(std::span<const NamedEvent> events);
/// "health": the worst; "findings" by number, in their order.
[[nodiscard]] Answer health_answer(const control::Health& health);
[[nodiscard]] Answer explanation_answer(const FlowAnswer& answer);

}  // namespace lagoon::dpdk
