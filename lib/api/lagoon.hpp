// Lagoon's C++ interface: a LAG inside a DPDK program, as an object. lagoon.h says the same in C, with an ABI
// that lasts; this one is for programs that are compiled with the library they run with.
#pragma once

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

/// A LAG from `options`: keys of a LAG as a configuration file has them, "mode: active-backup". An empty
/// `name` is the options', or "lag0". `ports` are names of ethdevs; the members, unless `options` has some.
/// Errors: invalid_argument, with all that is wrong at once, a line for each.
[[nodiscard]] Result<config::Lag> read_lag(std::string_view name, std::string_view options,
                                           std::span<const std::string> ports);
/// The same from a file with such keys. Errors: also no_such_thing.
[[nodiscard]] Result<config::Lag> read_lag_file(std::string_view name, const char* path,
                                                std::span<const std::string> ports);

/// Thread: any but the control thread, unless said otherwise; those that give a Result wait for the control
/// thread, for a second at most, and say `busy` where it did not answer.
class Lag {
 public:
  /// Blocking: as long as the ports take to start.
  [[nodiscard]] static Result<std::unique_ptr<Lag>> start(const dpdk::Embedding& embedding);
  /// Tells the Partners, 1.5 s at most. Callbacks come until then. Precondition: no call is under way or
  /// comes.
  ~Lag() { in_turn_.store(true, std::memory_order_relaxed); }

  /// Thread: the user of the queue.
  [[nodiscard]] std::uint16_t rx_burst(std::uint16_t queue, std::span<rte_mbuf*> frames) noexcept {
    return dpdk::receive(*rx_[queue], frames.data(), static_cast<std::uint16_t>(frames.size()));
  }
  [[nodiscard]] std::uint16_t tx_burst(std::uint16_t queue, std::span<rte_mbuf*> frames) noexcept {
    return dpdk::send(*tx_[queue], frames.data(), static_cast<std::uint16_t>(frames.size()));
  }

  /// Thread: any.
  [[nodiscard]] dpdk::LagLink link() const noexcept { return lag_->link(); }
  [[nodiscard]] Result<control::LagStatus> status();
  /// After the one with that number, the oldest first.
  [[nodiscard]] Result<std::vector<dpdk::NamedEvent>> events_after(std::uint64_t sequence);
  [[nodiscard]] Result<dpdk::FlowAnswer> explain(std::string_view flow);
  /// Gives a sentence on what was done. Longer than a second only for removing a member.
  [[nodiscard]] Result<std::string> command(std::string_view verb, std::string_view argument);

  /// One turn of the control loop, and how long the next may wait at most. Thread: always the same.
  /// Errors: not_supported where the LAG has its own thread; busy where another thread is in it.
  [[nodiscard]] Result<Duration> control_turn();
  /// Turns until control_stop(). Thread and errors: the same.
  [[nodiscard]] Result<void> control_run();
  /// Thread: any, also a signal handler.
  void control_stop() noexcept { stop_.store(true, std::memory_order_relaxed); }

 private:
  Lag(std::unique_ptr<dpdk::EmbeddedLag> lag, const dpdk::Embedding& embedding);

  std::vector<dpdk::RxQueue*> rx_;
  std::vector<dpdk::TxQueue*> tx_;
  std::string name_;
  dpdk::ControlBy control_;
  config::Idle idle_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> in_turn_ = false;
  // (the last one: callbacks still come while it ends)
  std::unique_ptr<dpdk::EmbeddedLag> lag_;
};

/// The answer of explain() as JSON: the names of /lagoon/explain.
[[nodiscard]] std::string to_json(const dpdk::FlowAnswer& answer);

}  // namespace lagoon::api
