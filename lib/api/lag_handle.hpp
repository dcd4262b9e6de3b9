// LagHandle: what a lagoon_lag of lagoon.h is, one LAG inside a DPDK program.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "config/model.hpp"
#include "control/status/status.hpp"
#include "dpdk/engine/embedded_lag.hpp"

namespace lagoon::api {

/// Thread: any, unless said otherwise. Calls that give a Result ask the control thread and wait for its
/// answer, for a second at most, and give `busy` where it did not answer. A callback asks as well: it is the
/// control thread, so that it is answered at once.
class LagHandle {
 public:
  /// Blocking: as long as the ports take to start. No callback comes before begin().
  [[nodiscard]] static Result<std::unique_ptr<LagHandle>> make(dpdk::Embedding embedding);
  /// Starts the control thread, where the LAG has one of its own. Once.
  [[nodiscard]] Result<void> begin() { return lag_->begin(); }
  /// Tells the Partners, 1.5 s at most. Callbacks come until then. Precondition: no call is under way or
  /// comes.
  ~LagHandle();

  /// Thread: the user of the queue.
  [[nodiscard]] std::uint16_t rx_burst(std::uint16_t queue, std::span<rte_mbuf*> frames) noexcept {
    return dpdk::receive(*rx_[queue], frames.data(), static_cast<std::uint16_t>(frames.size()));
  }
  [[nodiscard]] std::uint16_t tx_burst(std::uint16_t queue, std::span<rte_mbuf*> frames) noexcept {
    return dpdk::send(*tx_[queue], frames.data(), static_cast<std::uint16_t>(frames.size()));
  }

  [[nodiscard]] dpdk::LagLink link() const noexcept {
    return lag_ != nullptr ? lag_->link() : dpdk::LagLink{};
  }
  [[nodiscard]] Result<control::LagStatus> status();
  /// After the one with that number, the oldest first.
  [[nodiscard]] Result<std::vector<dpdk::NamedEvent>> events_after(std::uint64_t sequence);
  [[nodiscard]] Result<dpdk::FlowAnswer> explain(std::string_view flow);
  /// Gives a sentence on what was done. Longer than a second only for removing a member. Errors: busy in a
  /// callback, at once: another thread's command may hold what it needs and wait for the control thread.
  [[nodiscard]] Result<std::string> command(std::string_view verb, std::string_view argument);

  /// One turn of the control loop, and how long the next may wait at most. Thread: always the same.
  /// Errors: not_supported where the LAG has its own thread; busy where another thread is in it, or a
  /// callback asks.
  [[nodiscard]] Result<Duration> control_turn();
  /// Turns until control_stop(). Thread and errors: the same.
  [[nodiscard]] Result<void> control_run();
  /// As the destructor, but the handle stays, and answers that the LAG has ended. Thread: any but a
  /// callback's.
  void end();
  /// Thread: any, also a signal handler.
  void control_stop() noexcept { stop_.store(true, std::memory_order_relaxed); }

 private:
  explicit LagHandle(const dpdk::Embedding& embedding);

  std::vector<dpdk::RxQueue*> rx_;
  std::vector<dpdk::TxQueue*> tx_;
  std::string name_;
  dpdk::ControlBy control_;
  config::Idle idle_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> in_turn_ = false;
  std::atomic<pthread_t> in_callback_{};  // the control thread while it is in one, else 0
  // (the last one: callbacks still come while it ends)
  std::unique_ptr<dpdk::EmbeddedLag> lag_;
};

}  // namespace lagoon::api
