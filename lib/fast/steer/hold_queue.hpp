// HoldQueue: frames that wait, in order, while the lanes that they belong to move. Bounded: a frame that does
// not fit stays with the caller. Below, lane B moves from member 1 to member 2.
//
//   held         burst  a1 B1 c1 B2  --hold_back()-->  a1 c1          to their members
//                                                      B1 B2          into the queue, behind earlier ones
//   released     queue  B1 B2        --------------->  member 2       before the burst
//                burst  B3 a2        --------------->  B3 behind B2
//   given up     queue  B1 B2 (full) --------------->  member 1       member 2 if 1 can't be sent on
//                burst  B3           --------------->  B3 behind B2   the lane stays until the next try
//
// When all waiting frames have gone, the queue begins at its first place again. It does not wrap around: the
// N places are for one wait.
//
//   frames_   | gone .. | waiting ..  | free ..  |
//             0         next_: pop()  end_: push()
//
// Thread: the worker that owns it. Owns the packets that it took.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <span>

namespace lagoon::fast {

/// Frames that a worker can let wait for one LAG: a tenth of what 10 Gbit/s bring in the default wait, so
/// that lanes of as much move at one time.
inline constexpr std::size_t kHoldRoom = 4096;

template <typename P, std::size_t N>
class HoldQueue {
 public:
  // (next_ is never more than end_ but where pop() has ended in between, in a process that was killed)
  [[nodiscard]] bool empty() const noexcept { return next_ >= end_; }
  [[nodiscard]] std::size_t size() const noexcept { return empty() ? 0 : end_ - next_; }

  /// False when there is no room.
  [[nodiscard]] bool push(P* packet) noexcept {
    if (end_ == N) return false;
    frames_[end_++] = packet;
    return true;
  }
  /// The oldest frames, at most `most`.
  [[nodiscard]] std::span<P*> front(std::size_t most) noexcept {
    return std::span{frames_}.subspan(next_, std::min(most, size()));
  }
  /// Hands the oldest `count` frames to the caller.
  void pop(std::size_t count) noexcept {
    next_ += count;
    if (!empty()) return;
    end_ = 0;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    next_ = 0;
  }

 private:
  std::array<P*, N> frames_;
  std::size_t next_ = 0;
  std::size_t end_ = 0;
};

}  // namespace lagoon::fast
