// HoldQueue: frames that wait, in order, while the lanes that they belong to move
// (fast/distribute/hold_back.hpp says which). Bounded; what does not fit stays with the caller.
//
// Thread: the worker that owns it. Owns the packets that it took.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace lagoon::fast {

/// Frames that a worker can let wait for one LAG: a tenth of what 10 Gbit/s bring in the default wait, so
/// that lanes of as much move at one time.
inline constexpr std::size_t kHoldRoom = 4096;

template <typename P, std::size_t N>
class HoldQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return next_ == end_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - next_; }

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
    if (empty()) next_ = end_ = 0;
  }

 private:
  std::array<P*, N> frames_;
  std::size_t next_ = 0;
  std::size_t end_ = 0;
};

}  // namespace lagoon::fast
