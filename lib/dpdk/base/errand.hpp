// Errands: work that may wait for the kernel's locks or for a driver, done by a thread beside the control
// lcore, one after another in the order in which it was given. The control lcore gives an Errand, goes on,
// and looks later whether it is done. An Errand is under way once at most: who wishes for something else
// meanwhile keeps the wish, and gives it when the first is done. So the last wish wins, and there are never
// more errands than there are things to do them for.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <semaphore>

#include "base/error.hpp"
#include "dpdk/base/control_thread.hpp"

namespace lagoon::dpdk {

class Errand {
 public:
  Errand() = default;
  /// Blocking: while it is under way.
  ~Errand() { wait(); }
  Errand(const Errand&) = delete;
  Errand& operator=(const Errand&) = delete;

  // Thread: the one that gives it.

  [[nodiscard]] bool under_way() const noexcept {
    // Pairs with the store that ends the work: what it has written can be read.
    return stage_.load(std::memory_order_acquire) == Stage::given;
  }
  /// True once after the work has ended.
  [[nodiscard]] bool take_done() noexcept;
  /// Thread: any. Blocking: while it is under way.
  void wait() const;

 private:
  friend class Errands;
  enum class Stage : std::uint8_t { idle, given, done };
  std::atomic<Stage> stage_{Stage::idle};
  std::function<void()> work_;
  Errand* next_ = nullptr;  // given before it
};

class Errands {
 public:
  Errands() = default;
  /// Blocking: until all that was given is done.
  ~Errands();
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  /// Starts the thread. Until then what is given is done at once, by the caller. Errors: system.
  [[nodiscard]] Result<void> open();
  /// Precondition: `errand` is not under way. Never blocks once open() has succeeded. Thread: one at a time.
  void give(Errand& errand, std::function<void()> work);
  /// Readable when an errand was done since drain(). -1 before open().
  [[nodiscard]] int descriptor() const noexcept { return done_; }
  void drain() const noexcept;

 private:
  void work();

  int done_ = -1;
  std::atomic<Errand*> given_ = nullptr;  // the last first
  std::counting_semaphore<> count_{0};
  std::atomic<bool> ends_ = false;
  std::optional<ControlThread> thread_{};
};

}  // namespace lagoon::dpdk
