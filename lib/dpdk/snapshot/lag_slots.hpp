// LagSlots: where those who receive and send on a LAG find its snapshots, and the queues of traffic classes.
// Written by the control lcore. In a program that has secondary processes this is memory that they see.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "dpdk/snapshot/egress_set.hpp"
#include "dpdk/snapshot/qsbr_publisher.hpp"
#include "dpdk/snapshot/side_ports.hpp"

namespace lagoon::dpdk {

struct LagSlots {
  static constexpr std::size_t kPositionsMost = 128;
  std::array<TableSlot, 2 * kPositionsMost> tables{};  // by reader, so that one that stands delays no other
  std::array<PortsSlot, kPositionsMost> ports{};       // by position: workers differ in queues
  std::array<EgressSlot, kPositionsMost> egress{};
};

using LagSlotsPtr = std::unique_ptr<LagSlots, void (*)(LagSlots*)>;

/// Of DPDK where `memory` says so; then null where there is none.
[[nodiscard]] LagSlotsPtr make_lag_slots(SnapshotMemory memory);

}  // namespace lagoon::dpdk
