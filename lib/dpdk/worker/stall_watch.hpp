// StallWatch: who stands still of those that carry a LAG's frames. A worker always turns, so one that makes
// no turn stands. A thread of somebody else's program may stay away from its queue as long as it likes
// (QueueCare looks after that), but one that stays inside a burst stands.
//
// The control lcore is watched, too: it learns afterwards that it stood, others see it at once. Only who was
// awake may say so: where the Witness slept as long, the machine stood or all of the process, or nobody got
// the CPU. That is nobody's stall.
//
// Thread: the control lcore, which calls look() every turn, looks about twenty times a second, and waits for
// nobody; standing() and what is for other threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "dpdk/worker/heartbeat.hpp"
#include "dpdk/worker/queue_gate.hpp"
#include "dpdk/worker/witness.hpp"
#include "monitor/standstill.hpp"

namespace lagoon::dpdk {

class StallWatch {
 public:
  // For other threads.
  struct Record {
    std::atomic<std::int64_t> stands_ns = 0;  // 0: it goes on
    std::atomic<std::uint64_t> stalls = 0;
    std::atomic<std::int64_t> longest_ns = 0;  // of those that are over
  };
  struct Watched {
    std::string who;                // "worker 2"
    std::vector<std::size_t> lags;  // whose frames it carries
    const Heartbeat* heart = nullptr;
    const QueueGate* gate = nullptr;
    monitor::Standstill state{};
    Record record{};
  };
  struct News {
    const Watched* of = nullptr;  // null: the control lcore
    bool begins = false;
    bool ends = false;
    Duration stood{};
  };

  /// So long is a stall.
  explicit StallWatch(Duration after) : after_{after} {}
  StallWatch(const StallWatch&) = delete;
  StallWatch& operator=(const StallWatch&) = delete;

  /// Starts the witness. Errors: system.
  [[nodiscard]] Result<void> open() { return witness_.open(); }
  // Before the first look. What is watched outlives it.
  void add(const Heartbeat& heart, std::string who, std::vector<std::size_t> lags);
  void add(const QueueGate& gate, std::string who, std::vector<std::size_t> lags);

  /// To be called every turn. True: there may be news.
  [[nodiscard]] bool look(Instant now) { return look(now, witness_.awake()); }
  /// `awake`: how long somebody else has been, in all.
  [[nodiscard]] bool look(Instant now, Duration awake);
  [[nodiscard]] const std::vector<News>& news() const noexcept { return news_; }
  /// Whether somebody stands who carries frames of the LAG.
  [[nodiscard]] bool is_stalled(std::size_t lag) const noexcept;
  /// Control makes no more turns, and is no longer watched.
  void end() noexcept { turned_ns_.store(0, std::memory_order_relaxed); }

  [[nodiscard]] Duration after() const noexcept { return after_; }
  /// How long the control lcore has made no turn, where that is a stall; else zero.
  [[nodiscard]] Duration control_stands(Instant now) const noexcept {
    return control_stands(now, witness_.awake());
  }
  [[nodiscard]] Duration control_stands(Instant now, Duration awake) const noexcept;
  /// The longest that anybody stands now.
  [[nodiscard]] Duration standing(Instant now) const noexcept;
  [[nodiscard]] const Record& control() const noexcept { return control_; }
  [[nodiscard]] const std::deque<Watched>& watched() const noexcept { return watched_; }

 private:
  static constexpr Duration kLook = 50ms;

  void look_at_control(Instant now, Duration awake);
  void look_at(Watched& watched, Duration elapsed);

  Duration after_;
  Witness witness_{};
  Instant looked_{};
  std::atomic<std::int64_t> turned_ns_ = 0;         // control's last turn; 0: none
  std::atomic<Duration> awake_ = Duration::zero();  // the witness, until then
  Record control_{};
  std::deque<Watched> watched_;
  std::vector<News> news_;
};

}  // namespace lagoon::dpdk
