// Steering of slow-protocol frames (EtherType 0x8809) by the port itself, with rte_flow, to a receive queue
// that the control lcore polls. Where a port can't, the Frame Collector punts them.
#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "base/ids.hpp"

namespace lagoon::dpdk {

/// Asks the driver before the port is configured. A "yes" may still turn into an error when it is started.
[[nodiscard]] bool can_steer_slow_protocols(EthdevId port) noexcept;

/// Precondition: the port is started. Keeps RSS off the control queue by spreading it over the first
/// `worker_queues`.
[[nodiscard]] Result<void> steer_slow_protocols(EthdevId port, QueueId queue, std::uint16_t worker_queues);

}  // namespace lagoon::dpdk
