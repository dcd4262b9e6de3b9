// ControlLoop: what the control lcore does, turn after turn: links, frames from members and to them,
// commands, machines, tables, addresses, members that leave. It reads the clock twice a turn, at its
// beginning and at its end, and never waits for a worker.
#pragma once

#include <poll.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "config/model.hpp"
#include "dpdk/base/turn_meter.hpp"
#include "dpdk/control/event_feed.hpp"
#include "dpdk/control/formation.hpp"
#include "dpdk/control/intake.hpp"
#include "dpdk/control/lag_runtime.hpp"
#include "dpdk/control/link_monitor.hpp"
#include "dpdk/control/member_lifecycle.hpp"
#include "dpdk/control/queue_care.hpp"
#include "dpdk/control/shared_lags.hpp"
#include "dpdk/control/slow_transmitter.hpp"
#include "dpdk/control/task_queue.hpp"
#include "dpdk/port/state_board.hpp"
#include "dpdk/snapshot/qsbr_publisher.hpp"
#include "dpdk/worker/stall_watch.hpp"
#include "report/load_counts.hpp"

namespace lagoon::dpdk {

struct ControlLoopParts {
  std::span<const std::unique_ptr<LagRuntime>> lags;
  QsbrPublisher& publisher;
  SlowTransmitter& transmitter;
  LinkMonitor& links;
  MemberLifecycle& lifecycle;
  TaskQueue& tasks;
  Errands& errands;
  TurnMeter& meter;
  EventFeed* feed = nullptr;    // nothing: nobody reads the journals as they are written
  StateBoard* board = nullptr;  // nothing: nobody remembers what the LAGs know
  config::Idle idle = config::Idle::busy;
  QueueCare* care = nullptr;  // of queues that others call
  StallWatch* stalls = nullptr;
  Formation* formation = nullptr;  // nothing: no LAG finds its members by itself
  SharedLags* shared = nullptr;    // nothing: no LAG is of two boxes, and none has uplinks
  std::span<const std::unique_ptr<Port>> access_ports{};
  // Set before `stop`: another process goes on, so the Partners are told nothing. Nothing: none ever does.
  const std::atomic<bool>* handed_over = nullptr;
  // After every turn in which something may have changed.
  std::function<void()> after_turn{};
};

class ControlLoop {
 public:
  explicit ControlLoop(const ControlLoopParts& parts);

  /// One turn. True when it found something to do.
  bool turn(Instant now);
  /// Sleeps until something may have happened, as `idle:` allows: at most a millisecond.
  void rest(Instant now);
  /// How long that would be: none on `idle: busy`.
  [[nodiscard]] Duration patience(Instant now) const;
  /// Turns until `stop` is set; then tells all Partners, and turns until they were told or `patience` ends:
  /// then false. Where another process goes on, the board has what the LAGs know last.
  bool run(const std::atomic<bool>& stop, Duration patience);

 private:
  void end();
  void list_members();
  bool tell_stalls(Instant now);
  void tell(std::size_t index, control::Stall stall, Instant now);
  void watch_hosts();
  void look_for_losses(Instant now);
  bool run_machines(Instant now);
  void feed_journals();
  void offer_state(Instant now);
  void judge_wiring(Instant now);
  void measure(std::size_t lag, Instant now);

  ControlLoopParts parts_;
  Intake intake_;
  std::uint64_t listed_ = 0;                  // the lifecycle's revision that the next is of
  std::vector<pollfd> news_;                  // what wakes us
  Descriptors heard_ = Descriptors::unknown;  // of those, since the last turn
  Instant last_busy_{};
  Instant turned_ = Instant::max();         // the last turn's beginning
  bool settled_ = true;                     // all ports have the addresses that they are to have
  std::vector<report::LoadCounts> loads_;   // by LAG
  std::vector<control::SavedLag> offered_;  // to the board, last
  Instant next_offer_{};
  Errand losses_{};
  Instant next_losses_{};
  Instant next_wiring_{};
};

}  // namespace lagoon::dpdk
