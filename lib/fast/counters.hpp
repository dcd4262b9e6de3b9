// LagCounters: what one worker counts for one LAG. Written by that worker alone, read at any time by the
// control lcore, which sums over the workers; so no read-modify-write is needed, and no order between
// counters is promised.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/ids.hpp"
#include "fast/drop.hpp"

namespace lagoon::fast {

class Counter {
 public:
  /// The owner alone, like add().
  void set(std::uint64_t count) noexcept { value_.store(count, std::memory_order_relaxed); }
  void add(std::uint64_t count) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t read() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Frames and octets delivered from, and accepted by, one member.
struct MemberCounters {
  Counter rx_packets;
  Counter rx_bytes;
  Counter tx_packets;
  Counter tx_bytes;
  Counter rx_ignored;  // heard, and not delivered for whatever reason: with rx_packets all that was heard
};

struct alignas(64) LagCounters {
  std::array<MemberCounters, kMembersMax> member;
  std::array<Counter, kDrops> drop;
  // What members accepted, each frame once however many got a copy.
  Counter sent_packets;
  Counter sent_bytes;
  Counter punted;
  Counter copied;         // copies for the control lcore
  Counter copies_missed;  // that it did not get; the frames themselves went their way

  [[nodiscard]] MemberCounters& of(MemberIndex index) noexcept { return member[index.value()]; }
  [[nodiscard]] Counter& of(Drop reason) noexcept { return drop[static_cast<std::size_t>(reason)]; }
  [[nodiscard]] const MemberCounters& of(MemberIndex index) const noexcept { return member[index.value()]; }
  [[nodiscard]] const Counter& of(Drop reason) const noexcept {
    return drop[static_cast<std::size_t>(reason)];
  }
};

}  // namespace lagoon::fast
