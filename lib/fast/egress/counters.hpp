// EgressCounters: what one worker counts for the queues of one member, class by class. Always:
//   in = out + taken back + all drops + depth
// Written by the worker alone, read at any time by the control lcore (fast/counters.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fast/counters.hpp"
#include "qos/traffic_policy.hpp"

namespace lagoon::fast {

/// Every way in which the queues lose a frame.
enum class EgressDrop : std::uint8_t {
  queue_full,     // the class had its limit waiting; the frame was the oldest of the longest conversation
  rate_exceeded,  // the class's rate limit drops frames of this colour
  member_lost,    // was waiting when the member was lost, and could go nowhere else
  user_died,      // was in the hands of a worker that ended there, as in a process that is killed
};
inline constexpr std::size_t kEgressDrops = 4;
inline constexpr std::array<std::string_view, kEgressDrops> kEgressDropNames{"queue_full", "rate_exceeded",
                                                                             "member_lost", "user_died"};
[[nodiscard]] constexpr std::string_view name_of(EgressDrop drop) noexcept {
  return kEgressDropNames[static_cast<std::size_t>(drop)];
}

/// A value that goes up and down.
class Gauge {
 public:
  /// The owner alone.
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t read() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct alignas(64) ClassCounters {
  Counter in_packets;
  Counter in_bytes;
  Counter out_packets;  // taken by the port
  Counter out_bytes;
  Counter taken_back;  // handed back to be sent over another member
  Counter spilled;     // shared a queue with other conversations, as their set was full
  std::array<Counter, kEgressDrops> drop;
  std::array<Counter, qos::kColours> colour;  // of classes with a rate limit
  Counter marked;
  Counter mark_missed;  // to be marked, but not IP, or shared with other members
  Gauge depth_packets;
  Gauge depth_bytes;
  Gauge highest_packets;
  Gauge highest_bytes;

  [[nodiscard]] Counter& of(EgressDrop reason) noexcept { return drop[static_cast<std::size_t>(reason)]; }
  [[nodiscard]] const Counter& of(EgressDrop reason) const noexcept {
    return drop[static_cast<std::size_t>(reason)];
  }
  /// Frames that came and did not leave, by these counters.
  [[nodiscard]] std::uint64_t still_here() const noexcept {
    std::uint64_t left = out_packets.read() + taken_back.read();
    for (const Counter& lost : drop) left += lost.read();
    return in_packets.read() - std::min(in_packets.read(), left);
  }
};

struct EgressCounters {
  std::array<ClassCounters, qos::kClassesMax> of_class;
};

}  // namespace lagoon::fast
