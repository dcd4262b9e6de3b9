// Outbox: frames of a LAG's own that wait until the caller sends them. Bounded; what finds no room is
// counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/ids.hpp"
#include "base/ring_queue.hpp"
#include "wire/control_frame.hpp"

namespace lagoon::control {

struct OutgoingFrame {
  MemberIndex member{};
  wire::ControlFrame frame{};
  // Behind what that worker of the LAG has sent on the member, on its own queue. Nothing: it matters not.
  std::optional<std::size_t> worker{};
};

class Outbox {
 public:
  static constexpr std::size_t kFramesMax = 128;

  void push(MemberIndex member, const wire::ControlFrame& frame) {
    if (!frames_.push({.member = member, .frame = frame})) ++refused_;
  }
  [[nodiscard]] std::optional<OutgoingFrame> pop() { return frames_.pop(); }
  [[nodiscard]] bool empty() const noexcept { return frames_.empty(); }
  /// Frames that found no room.
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

 private:
  RingQueue<OutgoingFrame, kFramesMax> frames_;
  std::uint64_t refused_ = 0;
};

}  // namespace lagoon::control
