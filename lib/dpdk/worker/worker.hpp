// Worker: the loop of one worker lcore. Takes bursts from the ports of its cross-connects, through the Frame
// Collector or the Frame Distributor where an end is a LAG, and reports a quiescent state after every turn.
//
// Thread: run() is the lcore's; the others are the control lcore's, which reads counters while run() runs.
// Owns: every mbuf between the receive burst that gave it and the transmit burst, ring or free that took it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "config/model.hpp"
#include "dpdk/worker/access_side.hpp"
#include "dpdk/worker/heartbeat.hpp"
#include "dpdk/worker/slow_outlet.hpp"
#include "dpdk/worker/worker_side.hpp"

struct rte_rcu_qsbr;
struct rte_ring;

namespace lagoon::dpdk {

struct WorkerConnection {
  WorkerSide a{};
  WorkerSide b{};
};

struct WorkerSettings {
  unsigned lcore = 0;
  unsigned qsbr_thread = 0;
  rte_rcu_qsbr* qsbr = nullptr;
  rte_ring* slow_frames = nullptr;  // from the control lcore, mbuf->port says where to
  const std::atomic<bool>* stop = nullptr;
  config::Idle idle = config::Idle::busy;
  std::vector<WorkerConnection> connections{};
};

class Worker {
 public:
  explicit Worker(WorkerSettings settings);

  /// Until `stop` is set. Returns 0.
  int run() noexcept;
  [[nodiscard]] unsigned lcore() const noexcept { return settings_.lcore; }
  /// Empty when the worker does not serve that LAG.
  [[nodiscard]] std::optional<LagUser> user_of(std::size_t lag) const noexcept;
  /// Adds what was dropped for a plain port, and what it was sent past its driver, by a socket.
  void count_port(PortTally& tally, std::size_t port) const;
  [[nodiscard]] const SlowOutlet& slow_outlet() const noexcept { return slow_; }
  /// Beats once a turn, busy or idle.
  [[nodiscard]] const Heartbeat& heart() const noexcept { return heart_; }

 private:
  [[nodiscard]] unsigned turn() noexcept;
  [[nodiscard]] unsigned carry(const WorkerSide& from, const WorkerSide& to, WorkerSideState& from_state,
                               WorkerSideState& to_state) noexcept;
  void begin_anew(std::size_t connection, WorkerSideState& lag, std::uint32_t authority) noexcept;
  void send_slow_frames() noexcept;
  [[nodiscard]] bool waits_for_data(rte_mbuf& marker) noexcept;
  [[nodiscard]] const WorkerPort* port_of(std::uint16_t port) const noexcept;
  void rest(unsigned idle_turns) const noexcept;

  WorkerSettings settings_;
  Heartbeat heart_{};
  SlowOutlet slow_;
  std::unique_ptr<std::array<WorkerSideState, 2>[]> states_;  // by connection: of a and b
};

/// Of a LAG by its position, in the order of the workers.
[[nodiscard]] std::vector<LagUser> users_of(std::span<const std::unique_ptr<Worker>> workers,
                                            std::size_t lag);

}  // namespace lagoon::dpdk
