// MultichassisDesk: what passes between who decides about LAGs that two boxes have (lib/cluster, in a thread
// of its own) and the control lcore. Neither waits for the other: each leaves what it has to say, and looks
// for what the other has left.
//
// A LAG's right to forward is a table::Validity, which the deciding thread renews by itself: a control lcore
// that stands renews nothing only because the deciding thread asks when it turned last. Each time that the
// LAG may forward anew it gets another Validity, so that no worker goes on by an old table under a new right.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/ring_queue.hpp"
#include "base/time.hpp"
#include "cluster/lag_order.hpp"
#include "cluster/types.hpp"
#include "control/shared/share_order.hpp"
#include "table/validity.hpp"

namespace lagoon::dpdk {

class MultichassisDesk {
 public:
  /// A line of a LAG's journal. Words but the sentence are static texts.
  struct Saying {
    std::string_view to{};
    std::string_view why{};
    std::string sentence{};
  };

  /// One for each LAG that two boxes have; `lags`: their positions among all.
  explicit MultichassisDesk(std::vector<std::size_t> lags);
  ~MultichassisDesk();
  MultichassisDesk(const MultichassisDesk&) = delete;
  MultichassisDesk& operator=(const MultichassisDesk&) = delete;

  /// Errors: system.
  [[nodiscard]] Result<void> open();
  [[nodiscard]] std::size_t size() const noexcept { return seats_.size(); }
  /// The position of a LAG among all.
  [[nodiscard]] std::size_t lag(std::size_t seat) const noexcept { return lags_[seat]; }

  // The deciding thread's.

  /// What the LAG is to be, or until when it may be what it is. To be called in each turn. `now`: read after
  /// the order was made.
  void give(std::size_t seat, const cluster::LagOrder& order, Instant now);
  /// What the LAG is worth; nothing: as it was when it was asked last.
  [[nodiscard]] std::optional<cluster::Fitness> take_fitness(std::size_t seat);
  /// The newest order that was carried out: its Partner was told, and all workers have passed its table.
  /// Nothing: none was since it was asked last.
  [[nodiscard]] std::optional<std::uint64_t> take_passed(std::size_t seat);
  /// When the control lcore turned last. Zero: never.
  [[nodiscard]] Instant turned() const noexcept {
    return instant_from_ns(turned_ns_.load(std::memory_order_acquire));
  }
  /// Readable when there is something to take; clear_news() makes it quiet.
  [[nodiscard]] int descriptor() const noexcept { return news_; }
  void clear_news() noexcept;
  /// For the LAG's journal. Where it does not keep up the oldest are lost.
  void say(std::size_t seat, Saying saying);

  // The control lcore's.

  /// The order that is new since the last call; nothing: none is, or the other thread is writing one.
  [[nodiscard]] std::optional<control::ShareOrder> take_order(std::size_t seat);
  /// What is to stand in its journal, the oldest first.
  [[nodiscard]] std::optional<Saying> take_saying(std::size_t seat);
  void tell(std::size_t seat, const control::ShareFitness& fitness);
  void tell_passed(std::size_t seat, std::uint64_t generation);
  void turned(Instant at) noexcept { turned_ns_.store(to_ns(at), std::memory_order_release); }

 private:
  // (by the time that one is used again, all tables of its last use are gone)
  static constexpr std::size_t kValidities = 16;
  struct Seat {
    std::array<table::Validity, kValidities> validities{};
    // Of the deciding thread.
    control::ShareOrder given{};
    bool has_end = false;
    // Both threads', under the mutex.
    std::mutex mutex{};
    std::optional<control::ShareOrder> order{};
    std::optional<cluster::Fitness> fitness{};
    std::optional<std::uint64_t> passed{};
    RingQueue<Saying, 16> sayings{};
    // Of the control lcore: what could not be left, for the other one was looking.
    std::optional<cluster::Fitness> fitness_waits{};
    std::optional<std::uint64_t> passed_waits{};
    std::atomic<bool> has_order{false};
    std::atomic<bool> has_sayings{false};
  };
  void leave(Seat& seat);

  std::vector<std::size_t> lags_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::atomic<std::int64_t> turned_ns_{0};
  int news_ = -1;  // eventfd
};

}  // namespace lagoon::dpdk
