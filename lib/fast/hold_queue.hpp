// HoldQueue: the frames of buckets that have just moved to another member. They wait here, in order, until
// the control lcore publishes a table without `holding`, so that none overtakes a frame that is still on its
// way over the member before. When the queue is full before that, the wait is given up and all go: on a link
// that is so busy the frames before them are long gone.
//
// Use by a worker, for each burst and also without one:
//   fast::HoldQueue<P, N> hold;
//   if (!hold.may_pass(table)) burst = hold.take(table, burst);       // a prefix of the burst is left
//   if (hold.may_pass(table)) while (!hold.empty()) send(hold.front(kBurstMax)), hold.pop(count);   // before
//   the burst
// Thread: the worker that owns it. Owns the packets that it took.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"
#include "fast/burst_hash.hpp"
#include "fast/concepts.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

template <Packet P, std::size_t N>
class HoldQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return next_ == end_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - next_; }

  /// Whether what is held may go, and frames need not be taken.
  [[nodiscard]] bool may_pass(const table::PortTable& table) const noexcept {
    return !table.holding || given_up_ == table.generation;
  }

  /// Takes the frames of held buckets out of the burst and returns the rest, in order. Gives up this table's
  /// wait when there is no room; may_pass() then says so, and the frames that did not fit are in the rest.
  /// Precondition: !may_pass(table), burst.size() <= kBurstMax.
  [[nodiscard]] std::span<P*> take(const table::PortTable& table, std::span<P*> burst) noexcept {
    BurstFolds folds;
    fold_burst<P>(table.hash, burst, folds);
    const dist::FlowMixer mix{table.hash.seed};
    std::size_t kept = 0;
    for (std::size_t i = 0; i < burst.size(); ++i) {
      if (table.is_held(mix(folds[i])) && end_ < N)
        frames_[end_++] = burst[i];
      else
        burst[kept++] = burst[i];
    }
    if (end_ == N) given_up_ = table.generation;
    return burst.first(kept);
  }

  /// The oldest frames, at most `most`.
  [[nodiscard]] std::span<P*> front(std::size_t most) noexcept {
    return std::span{frames_}.subspan(next_, std::min(most, size()));
  }
  /// Hands the oldest `count` frames to the caller.
  void pop(std::size_t count) noexcept {
    next_ += count;
    if (empty()) next_ = end_ = 0;
  }

 private:
  std::array<P*, N> frames_;
  std::size_t next_ = 0;
  std::size_t end_ = 0;
  std::uint64_t given_up_ = 0;  // generations count from 1
};

}  // namespace lagoon::fast
