// WorkerSide: one side of what a worker carries frames between: a plain port, or a LAG, which has a table;
// and what the worker keeps of it. LagUser is how the control lcore sees that.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "dpdk/base/frame_inbox.hpp"
#include "dpdk/base/mbuf_packet.hpp"
#include "dpdk/snapshot/conversation_memory.hpp"
#include "dpdk/snapshot/lag_totals.hpp"
#include "dpdk/snapshot/qsbr_publisher.hpp"
#include "dpdk/snapshot/side_ports.hpp"
#include "dpdk/snapshot/station_table.hpp"
#include "dpdk/worker/worker_egress.hpp"
#include "fast/collect/collector_state.hpp"
#include "fast/counters.hpp"
#include "fast/distribute/distributor_state.hpp"
#include "fast/steer/hold_queue.hpp"

namespace lagoon::dpdk {

/// A side that is not there has no ports.
struct WorkerSide {
  const PortsSlot* ports = nullptr;
  const TableSlot* table = nullptr;
  std::size_t index = 0;           // position in the configuration: among the LAGs, or among the ports
  EgressSlot* egress = nullptr;    // queues of traffic classes, if the LAG may have some
  FrameInbox* outgoing = nullptr;  // to the control lcore: to be sent, or copies of what is sent
  std::shared_ptr<const ConversationMemory> conversations{};  // where the LAG places each by load
  StationTable* stations = nullptr;                           // who is heard on it; nullptr: nobody asks

  [[nodiscard]] bool is_lag() const noexcept { return table != nullptr; }
};

/// The state that a worker keeps of one side of a connection. A plain port uses the counters' drops alone.
struct WorkerSideState {
  fast::LagCounters counters;
  fast::DistributorState distributor;
  fast::CollectorState collector;
  fast::HoldQueue<rte_mbuf, fast::kHoldRoom> hold;
  WorkerEgress egress;
  std::uint32_t authority = 0;  // of the last table that was not over
};

/// One receiver or sender of a LAG. Each part says which threads may read it.
struct LagUser {
  unsigned lcore = 0;
  const fast::LagCounters* counters = nullptr;
  fast::DistributorState* distributor = nullptr;  // null: it only receives
};

/// Summed over all users.
[[nodiscard]] LagTotals count_all(std::span<const LagUser> users);
[[nodiscard]] std::vector<fast::DistributorState*> distributors_of(std::span<const LagUser> users);

}  // namespace lagoon::dpdk
