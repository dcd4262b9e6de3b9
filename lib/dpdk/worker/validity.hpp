// Whether a table may still be used (docs/cluster.md, how the appliance does it).
//
// Thread: the worker's.
#pragma once

#include <rte_cycles.h>

#include <atomic>

#include "dpdk/worker/worker_side.hpp"
#include "table/port_table.hpp"

namespace lagoon::dpdk {

/// The box's right to forward by it is over. The counter is read only where the table has an end.
[[nodiscard]] inline bool is_over(const table::PortTable& table) noexcept {
  return table.validity != nullptr && rte_rdtsc() >= table.validity->until.load(std::memory_order_relaxed);
}

/// Frames may go by it: it is not over, and nothing that this worker has in hand is older than the right that
/// it was made under.
[[nodiscard]] inline bool is_usable(const table::PortTable& table, const WorkerSideState& state) noexcept {
  return table.authority == state.authority && !is_over(table);
}

/// Nothing is taken by it but slow frames.
inline constexpr table::PortTable kClosedTable{};

}  // namespace lagoon::dpdk
