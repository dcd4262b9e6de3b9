// SimFrame: a frame in the simulator. Its headers are its conversation's, so that the real flow hash reads
// them; the rest of it is only counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "fast/concepts.hpp"

namespace lagoon::simulate {

struct SimFrame {
  std::span<const std::byte> headers{};
  std::uint32_t conversation = 0;
  std::uint32_t number = 0;  // within its conversation, from 1; 0: a frame of the control lcore
  std::uint32_t length = 0;
  Instant sent{};
  std::vector<std::byte> octets{};  // of a frame of the control lcore
};

/// Frames are used again, so that a long run does not ask for memory all the time.
class FramePool {
 public:
  [[nodiscard]] SimFrame* take() {
    if (free_.empty()) return new SimFrame;
    SimFrame* const frame = free_.back();
    free_.pop_back();
    return frame;
  }
  void give(SimFrame* frame) { free_.push_back(frame); }
  FramePool() = default;
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;
  ~FramePool() {
    for (SimFrame* frame : free_) delete frame;
  }

 private:
  std::vector<SimFrame*> free_;
};

}  // namespace lagoon::simulate

template <>
struct lagoon::fast::PacketTraits<lagoon::simulate::SimFrame> {
  using P = lagoon::simulate::SimFrame;
  static std::span<const std::byte> headers(const P& p) noexcept { return p.headers; }
  static std::uint32_t length(const P& p) noexcept { return p.length; }
  static std::optional<std::uint32_t> nic_hash(const P&) noexcept { return std::nullopt; }
  static bool is_ip(const P& p) noexcept { return p.number != 0; }
  static bool is_tcp_or_udp(const P&) noexcept { return false; }
  static void prefetch(const P&) noexcept {}
  static void each_segment(const P& p, auto&& use) noexcept { use(p.headers); }
  static void set_source(P&, const MacAddress&) noexcept {}
  static void set_destination(P&, const MacAddress&) noexcept {}
  static void share(P&, std::uint16_t) noexcept {}
  static void unshare(P&, std::uint16_t) noexcept {}
  static void release(P&) noexcept {}
};
