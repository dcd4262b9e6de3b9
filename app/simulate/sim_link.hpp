// SimLink: one direction of a cable. Frames leave one after the other at the link's speed, wait for that in a
// bounded queue, and arrive after its delay. Taken down, it loses what is on its way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "base/time.hpp"
#include "base/units.hpp"
#include "frame.hpp"

namespace lagoon::simulate {

class SimLink {
 public:
  /// `queue_most`: the longest time that a frame waits to leave.
  SimLink(BitsPerSecond speed, Duration delay, Duration queue_most)
      : speed_{static_cast<double>(speed.value())}, delay_{delay}, queue_most_{queue_most} {}

  /// False: the queue is full, and the frame stays with the caller.
  [[nodiscard]] bool send(SimFrame* frame, Instant now) {
    const Instant begins = free_at_ > now ? free_at_ : now;
    if (begins - now > queue_most_) return false;
    const Duration takes{static_cast<std::int64_t>(static_cast<double>(frame->length) * 8e9 / speed_)};
    free_at_ = begins + takes;
    on_the_way_.push_back({free_at_ + delay_, frame});
    octets_ += frame->length;
    return true;
  }
  [[nodiscard]] bool has(Instant now) const { return !on_the_way_.empty() && on_the_way_.front().at <= now; }
  /// Precondition: has() something.
  [[nodiscard]] Instant first_at() const { return on_the_way_.front().at; }
  [[nodiscard]] SimFrame* receive() {
    SimFrame* const frame = on_the_way_.front().frame;
    on_the_way_.pop_front();
    return frame;
  }
  /// Loses what is on its way; `lost(frame)` is told of each.
  template <typename Lost>
  void clear(Lost lost) {
    for (const OnTheWay& w : on_the_way_) lost(w.frame);
    on_the_way_.clear();
    free_at_ = {};
  }
  [[nodiscard]] std::uint64_t octets() const { return octets_; }
  /// That have left by now: what waits in the queue is not among them.
  [[nodiscard]] double octets_gone(Instant now) const {
    const Duration queued = free_at_ > now ? free_at_ - now : Duration{};
    return static_cast<double>(octets_) - static_cast<double>(queued.count()) * speed_ / 8e9;
  }
  [[nodiscard]] double speed() const { return speed_; }

 private:
  struct OnTheWay {
    Instant at{};
    SimFrame* frame = nullptr;
  };
  double speed_;
  Duration delay_;
  Duration queue_most_;
  Instant free_at_{};
  std::deque<OnTheWay> on_the_way_;
  std::uint64_t octets_ = 0;
};

}  // namespace lagoon::simulate
