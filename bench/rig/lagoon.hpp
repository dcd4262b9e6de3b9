// What a worker has of a LAG: a table that is published, and its own state. No control lcore changes it here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dpdk/snapshot/side_ports.hpp"
#include "dpdk/worker/worker_side.hpp"
#include "fast/conversations/conversation_line.hpp"
#include "table/port_table.hpp"

namespace lagoon::bench {

struct LagSettings {
  std::size_t members = 4;
  table::Distribution distribution = table::Distribution::flow_hash;
  dist::FlowHashSettings hash{.policy = dist::HashPolicy::l34};
  bool counts_lanes = false;  // with what adaptive rebalancing counts
  std::uint32_t distributing = ~std::uint32_t{0};
};

class WorkerLag {
 public:
  /// Member i is ports[i % ports.size()]: a port may stand for several, where their number alone matters.
  WorkerLag(const LagSettings& settings, std::span<const std::uint16_t> ports);

  [[nodiscard]] const dpdk::WorkerSide& side() const { return side_; }
  [[nodiscard]] dpdk::WorkerSideState& state() { return *state_; }
  /// As a worker loads it.
  [[nodiscard]] const table::PortTable& table() const {
    return *table_slot_->load(std::memory_order_acquire);
  }

 private:
  std::unique_ptr<table::PortTable> table_;
  std::unique_ptr<dpdk::SidePorts> ports_;
  std::unique_ptr<dpdk::TableSlot> table_slot_;
  std::unique_ptr<dpdk::PortsSlot> ports_slot_;
  dpdk::WorkerSide side_{};
  std::unique_ptr<dpdk::WorkerSideState> state_;
  std::vector<fast::ConversationLine> lines_;
};

}  // namespace lagoon::bench
