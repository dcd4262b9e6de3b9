// ControlFrame: a whole frame that the control lcore makes, from the destination address on and without FCS.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace lagoon::wire {

class ControlFrame {
 public:
  static constexpr std::size_t kSizeMax = 512;

  ControlFrame() = default;
  /// What does not fit is cut off; nothing that is made here comes near that.
  explicit ControlFrame(std::span<const std::byte> octets) noexcept
      : size_{std::min(octets.size(), kSizeMax)} {
    std::copy_n(octets.begin(), size_, octets_.begin());
  }

  [[nodiscard]] std::span<const std::byte> octets() const noexcept { return std::span{octets_}.first(size_); }
  // Implicit: a frame is used as its octets.
  operator std::span<const std::byte>() const noexcept { return octets(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] const std::byte* data() const noexcept { return octets_.data(); }

 private:
  std::array<std::byte, kSizeMax> octets_{};
  std::size_t size_ = 0;
};

}  // namespace lagoon::wire
