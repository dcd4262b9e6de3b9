// Whether a table may still be used, and what a worker does at the first one after it might not (docs/cluster.md,
// what the rest has to do).
//
// Thread: the worker's.
#pragma once

#include <rte_cycles.h>

#include <atomic>

#include "table/port_table.hpp"

namespace lagoon::dpdk {

/// The box's right to forward by it is over. The counter is read only where the table has an end.
[[nodiscard]] inline bool is_over(const table::PortTable& table) noexcept {
  return table.validity != nullptr && rte_rdtsc() >= table.validity->until.load(std::memory_order_relaxed);
}

/// Nothing is taken by it but slow frames.
inline constexpr table::PortTable kClosedTable{};

}  // namespace lagoon::dpdk
