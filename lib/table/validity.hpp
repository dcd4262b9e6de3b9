// Validity: until when a PortTable may be used, where that has an end: one that two boxes share
// (docs/cluster.md, the rule). A worker compares once a burst.
#pragma once

#include <atomic>
#include <cstdint>

namespace lagoon::table {

/// Written by whoever renews it, in a cache line of its own; read by workers. Outlives the tables that name
/// it.
struct alignas(64) Validity {
  /// By the processor's time stamp counter: which goes on while a process stands.
  std::atomic<std::uint64_t> until{0};
};

}  // namespace lagoon::table
