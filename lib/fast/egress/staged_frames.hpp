// StagedFrames: the burst that has been taken out of the queues and that the port has not taken yet. What a
// port refuses stays here, before everything else.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"
#include "qos/traffic_policy.hpp"

namespace lagoon::fast {

/// What is known of a frame when it belongs to the port already.
struct StagedFrame {
  std::uint32_t length = 0;
  qos::ClassIndex of = 0;
  std::uint8_t epoch = 0;
};

template <typename P>
class StagedFrames {
 public:
  // (next_ is never more than end_ but where pop() has ended in between)
  [[nodiscard]] bool empty() const noexcept { return next_ >= end_; }
  [[nodiscard]] bool full() const noexcept { return end_ == kBurstMax; }
  [[nodiscard]] std::size_t size() const noexcept { return empty() ? 0 : end_ - next_; }
  [[nodiscard]] std::span<P*> packets() noexcept { return std::span{packets_}.subspan(next_, size()); }
  [[nodiscard]] std::span<const StagedFrame> frames() const noexcept {
    return std::span{frames_}.subspan(next_, size());
  }
  /// Precondition: !full().
  void push(P* packet, const StagedFrame& frame) noexcept {
    packets_[end_] = packet;
    frames_[end_] = frame;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    ++end_;
  }
  /// The first `count` are gone.
  void pop(std::size_t count) noexcept {
    next_ += count;
    if (!empty()) return;
    // (in this order: who ends in between leaves none, and not all that went)
    end_ = 0;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    next_ = 0;
  }

 private:
  std::array<P*, kBurstMax> packets_;
  std::array<StagedFrame, kBurstMax> frames_;
  std::size_t next_ = 0;
  std::size_t end_ = 0;
};

}  // namespace lagoon::fast
