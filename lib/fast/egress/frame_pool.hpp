// FramePool: the places of frames that wait, in memory that is there from the start. A place is a link in one
// list: a conversation's queue, or that of the free ones.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "base/check.hpp"

namespace lagoon::fast {

inline constexpr std::uint32_t kNoFrame = 0xffff'ffff;

template <typename P>
struct FrameSlot {
  P* packet;  // null: the place is free
  std::uint32_t next;
  std::uint32_t length : 24;
  std::uint32_t epoch : 8;  // of the barrier (Barriers)
};
static_assert(sizeof(FrameSlot<int>) == 16);

template <typename P>
class FramePool {
 public:
  explicit FramePool(std::span<FrameSlot<P>> slots) noexcept : slots_{slots} {
    for (std::uint32_t i = 0; i < slots_.size(); ++i)
      slots_[i] = {
          .packet = nullptr, .next = i + 1 < slots_.size() ? i + 1 : kNoFrame, .length = 0, .epoch = 0};
    free_ = slots_.empty() ? kNoFrame : 0;
  }
  [[nodiscard]] FrameSlot<P>& operator[](std::uint32_t slot) noexcept { return slots_[slot]; }
  /// Precondition: not all are taken.
  [[nodiscard]] std::uint32_t take() noexcept {
    LAGOON_DCHECK(free_ != kNoFrame);
    const std::uint32_t slot = free_;
    free_ = slots_[slot].next;
    return slot;
  }
  /// Before its frame goes anywhere else: so whoever ends in between leaves no frame that is in two places.
  void give(std::uint32_t slot) noexcept {
    slots_[slot].packet = nullptr;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    slots_[slot].next = free_;
    free_ = slot;
  }
  /// Gives each frame to `use`, without a look at the lists, and has all places free again.
  template <typename Use>
  void clear(Use use) noexcept {
    for (const FrameSlot<P>& slot : slots_)
      if (slot.packet != nullptr) use(slot.packet);
    *this = FramePool{slots_};
  }

 private:
  std::span<FrameSlot<P>> slots_;
  std::uint32_t free_ = kNoFrame;
};

}  // namespace lagoon::fast
