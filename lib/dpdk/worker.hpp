// Worker: the loop of one worker lcore. Takes bursts from the ports of its cross-connects, through the Frame
// Collector or the Frame Distributor where an end is a LAG, and reports a quiescent state after every turn.
//
// Thread: run() is the lcore's; the rest is called before it starts, but for count(), which any thread may
// call. Owns: every mbuf between the receive burst that gave it and the transmit burst, ring or free that
// took it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "config/model.hpp"
#include "dpdk/conversation_memory.hpp"
#include "dpdk/lag_totals.hpp"
#include "dpdk/mbuf_packet.hpp"
#include "dpdk/qsbr_publisher.hpp"
#include "dpdk/side_ports.hpp"
#include "dpdk/worker_egress.hpp"
#include "fast/collector_state.hpp"
#include "fast/counters.hpp"
#include "fast/distributor_state.hpp"
#include "fast/hold_queue.hpp"

struct rte_rcu_qsbr;
struct rte_ring;

namespace lagoon::dpdk {

/// One side of a cross-connect: a plain port, or a LAG, which has a table. A side that is not there has no
/// ports.
struct WorkerSide {
  const PortsSlot* ports = nullptr;
  const TableSlot* table = nullptr;
  std::size_t index = 0;         // position in the configuration: among the LAGs, or among the ports
  EgressSlot* egress = nullptr;  // queues of traffic classes, if the LAG may have some
  std::shared_ptr<const ConversationMemory> conversations{};  // where the LAG places each by load

  [[nodiscard]] bool is_lag() const noexcept { return table != nullptr; }
};

struct WorkerConnection {
  WorkerSide a{};
  WorkerSide b{};
};

struct WorkerSettings {
  unsigned lcore = 0;
  unsigned qsbr_thread = 0;
  rte_rcu_qsbr* qsbr = nullptr;
  rte_ring* punts = nullptr;     // to the control lcore: received; mbuf->port says by which port
  rte_ring* outgoing = nullptr;  // to the control lcore: to be sent, or copies; mbuf->port is the LAG's index
  rte_ring* slow_frames = nullptr;  // from the control lcore, mbuf->port says where to
  const std::atomic<bool>* stop = nullptr;
  config::Idle idle = config::Idle::busy;
  std::vector<WorkerConnection> connections{};
};

/// What a worker keeps for one side of a connection. A plain port uses the drops of the counters only.
struct WorkerSideState {
  fast::LagCounters counters;
  fast::DistributorState distributor;
  fast::CollectorState collector;
  fast::HoldQueue<rte_mbuf, fast::kHoldRoom> hold;
  WorkerEgress egress;
};

class Worker {
 public:
  explicit Worker(WorkerSettings settings);

  /// Until `stop` is set. Returns 0.
  int run() noexcept;
  [[nodiscard]] unsigned lcore() const noexcept { return settings_.lcore; }
  /// Adds what this worker has counted for the LAG.
  void count(LagTotals& totals, std::size_t lag) const;
  /// What it keeps of a LAG that it serves; nothing: it serves it not. Others than the worker may use of it
  /// what its parts say so of.
  [[nodiscard]] fast::DistributorState* distributor(std::size_t lag) const noexcept;
  /// The same for a plain port: only drops are counted there.
  void count_port(std::array<std::uint64_t, fast::kDrops>& drops, std::size_t port) const;
  /// LACPDUs that a port would not take for so long that they were given up.
  [[nodiscard]] std::uint64_t slow_frames_refused() const noexcept { return slow_frames_refused_.read(); }

 private:
  [[nodiscard]] unsigned turn() noexcept;
  [[nodiscard]] unsigned carry(const WorkerSide& from, const WorkerSide& to, WorkerSideState& from_state,
                               WorkerSideState& to_state) noexcept;
  void send_slow_frames() noexcept;
  [[nodiscard]] bool waits_for_data(rte_mbuf& marker) noexcept;
  [[nodiscard]] const WorkerPort* port_of(std::uint16_t port) const noexcept;
  void rest(unsigned idle_turns) const noexcept;

  WorkerSettings settings_;
  std::unique_ptr<std::array<WorkerSideState, 2>[]> states_;  // by connection: of a and b
  rte_mbuf* slow_frame_ = nullptr;                            // refused, goes first at the next turn
  unsigned slow_frame_tries_ = 0;
  fast::Counter slow_frames_refused_;
};

/// What the workers of a LAG keep of it.
[[nodiscard]] std::vector<fast::DistributorState*> distributors_of(
    std::span<const std::unique_ptr<Worker>> workers, std::size_t lag);
/// Summed over all workers.
[[nodiscard]] LagTotals count_all(std::span<const std::unique_ptr<Worker>> workers, std::size_t lag);

}  // namespace lagoon::dpdk
