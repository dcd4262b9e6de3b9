// Barriers: tells when all frames that were waiting at some moment have gone. Frames leave in another order
// than they came, so they are counted by epoch: a barrier ends the epoch, and has been passed when no frame
// of it or of an earlier one is left.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lagoon::fast {

/// A moment; what Egress::barrier() gives.
struct BarrierTicket {
  std::uint64_t epoch = 0;
};

class Barriers {
 public:
  /// The epoch of a frame that comes now; the frame keeps it until it leaves.
  [[nodiscard]] std::uint8_t enter() noexcept {
    ++frames_[current_ % kWindow];
    return static_cast<std::uint8_t>(current_ % kWindow);
  }
  void leave(std::uint8_t epoch) noexcept { --frames_[epoch]; }

  /// Sets a barrier behind all frames that are here now. At most kWindow - 1 epochs are kept apart: a barrier
  /// that is set while so many are under way shares the current epoch, so it also waits for frames that come
  /// until that epoch ends.
  [[nodiscard]] BarrierTicket set() noexcept {
    settle();
    const BarrierTicket ticket{current_};
    wanted_ = true;
    settle();
    return ticket;
  }
  [[nodiscard]] bool has_passed(BarrierTicket ticket) const noexcept { return ticket.epoch < oldest_; }

  /// After frames have left.
  void settle() noexcept {
    for (;;) {
      while (oldest_ < current_ && frames_[oldest_ % kWindow] == 0) ++oldest_;
      if (!wanted_ || current_ - oldest_ == kWindow - 1) return;
      wanted_ = false;
      ++current_;
    }
  }

 private:
  static constexpr std::size_t kWindow = 16;

  std::array<std::uint32_t, kWindow> frames_{};
  std::uint64_t oldest_ = 0;
  std::uint64_t current_ = 0;
  bool wanted_ = false;
};

}  // namespace lagoon::fast
