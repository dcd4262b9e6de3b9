// Worker: the loop of one worker lcore. Takes bursts from the ports of its cross-connects, through the Frame
// Collector or the Frame Distributor where an end is a LAG, and reports a quiescent state after every turn.
//
// Thread: run() is the lcore's; the rest is called before it starts, but for add_to(), which any thread may
// call. Owns: every mbuf between the receive burst that gave it and the transmit burst, ring or free that
// took it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/fixed_vector.hpp"
#include "base/ids.hpp"
#include "config/model.hpp"
#include "control/status.hpp"
#include "dpdk/mbuf_packet.hpp"
#include "dpdk/qsbr_publisher.hpp"
#include "fast/collector_state.hpp"
#include "fast/counters.hpp"
#include "fast/distributor_state.hpp"
#include "fast/hold_queue.hpp"

struct rte_rcu_qsbr;
struct rte_ring;

namespace lagoon::dpdk {

/// Queues of one port that a worker polls: first_rx, first_rx + step, ... below rx_end; it sends on tx.
struct WorkerPort {
  std::uint16_t id = 0;
  std::uint16_t first_rx = 0;
  std::uint16_t rx_end = 1;
  std::uint16_t step = 1;
  std::uint16_t tx = 0;
  std::optional<int> tx_socket{};  // sends instead of the queue (dpdk/packet_socket.hpp)
};

/// One side of a cross-connect. A plain port has no table; a side that is not there has no ports.
struct WorkerSide {
  FixedVector<WorkerPort, kMembersMax> ports{};  // by MemberIndex
  const TableSlot* table = nullptr;
  std::size_t lag = 0;  // position in the configuration, where there is a table
};

struct WorkerConnection {
  WorkerSide a{};
  WorkerSide b{};
};

struct WorkerSettings {
  unsigned lcore = 0;
  unsigned qsbr_thread = 0;
  rte_rcu_qsbr* qsbr = nullptr;
  rte_ring* punts = nullptr;        // to the control lcore
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
  fast::HoldQueue<rte_mbuf, 1024> hold;
};

class Worker {
 public:
  explicit Worker(WorkerSettings settings);

  /// Until `stop` is set. Returns 0.
  int run() noexcept;
  [[nodiscard]] unsigned lcore() const noexcept { return settings_.lcore; }
  /// Adds what this worker counted for the LAG to its status.
  void add_to(control::LagStatus& status, std::size_t lag) const;
  /// LACPDUs that a port would not take for so long that they were given up.
  [[nodiscard]] std::uint64_t slow_frames_refused() const noexcept { return slow_frames_refused_.read(); }

 private:
  [[nodiscard]] unsigned turn() noexcept;
  [[nodiscard]] unsigned carry(const WorkerSide& from, const WorkerSide& to, WorkerSideState& from_state,
                               WorkerSideState& to_state) noexcept;
  void send_slow_frames() noexcept;
  void rest(unsigned idle_turns) const noexcept;

  WorkerSettings settings_;
  std::unique_ptr<std::array<WorkerSideState, 2>[]> states_;  // by connection: of a and b
  rte_mbuf* slow_frame_ = nullptr;                            // refused, goes first at the next turn
  unsigned slow_frame_tries_ = 0;
  fast::Counter slow_frames_refused_;
};

}  // namespace lagoon::dpdk
