// The burst calls of the port, in every process.
#pragma once

#include "dpdk/worker/burst_queue.hpp"
#include "sdk.hpp"
#include "shared.hpp"

namespace lagoon::pmd {

/// Gives the device its receive and transmit functions. They are of this process only. In a secondary they do
/// nothing while some member can't be used there: the log says which, and why.
void set_burst_functions(rte_eth_dev& dev) noexcept;

/// Takes over what the LAG's queue has counted. Thread: the queue's user.
inline void follow(QueueCounts& counts, const dpdk::RxQueue& queue) noexcept {
  counts.follow(queue.delivered_packets, queue.delivered_bytes);
}
inline void follow(QueueCounts& counts, const dpdk::TxQueue& queue) noexcept {
  counts.follow(queue.state.counters.sent_packets, queue.state.counters.sent_bytes);
}

}  // namespace lagoon::pmd
