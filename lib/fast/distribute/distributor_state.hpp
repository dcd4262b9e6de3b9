// DistributorState: what the Frame Distributor of one LAG remembers from burst to burst. One for each worker
// and LAG, so that no two workers share a counter.
//
// Thread: the worker that owns it; counters, and what its parts say so of, may be read at any time by the
// control lcore.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/time.hpp"
#include "dist/flow_hash.hpp"
#include "dist/lanes.hpp"
#include "dist/load_group.hpp"
#include "fast/conversations/conversation_table.hpp"
#include "fast/conversations/heavy_hitters.hpp"
#include "fast/conversations/placement.hpp"
#include "fast/counters.hpp"
#include "fast/steer/steering.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

/// Octets in units of 16, so that 32 bits last for some seconds of any link.
class LaneLoad {
 public:
  void add(std::size_t lane, std::uint32_t octets) noexcept { change(lane, units(octets)); }
  void take_back(std::size_t lane, std::uint32_t octets) noexcept { change(lane, 0U - units(octets)); }
  /// Wraps around.
  [[nodiscard]] std::uint32_t read(std::size_t lane) const noexcept {
    return units_[lane].load(std::memory_order_relaxed);
  }
  static constexpr std::uint32_t kUnit = 16;

 private:
  [[nodiscard]] static constexpr std::uint32_t units(std::uint32_t octets) noexcept {
    return (octets + kUnit / 2) / kUnit;
  }
  void change(std::size_t lane, std::uint32_t by) noexcept {
    units_[lane].store(read(lane) + by, std::memory_order_relaxed);
  }
  std::array<std::atomic<std::uint32_t>, dist::kLanes> units_{};
};

struct DistributorState {
  /// The worker's time, brought up to date by it once a turn.
  Instant now{};
  dist::SeededMixer mixer{};
  /// flow_hash, adaptive, weighted: where lanes are.
  Steering steering{};
  /// The generation of a table. Frames that older tables sent to a member have left the queues in front of
  /// it. The greatest number where there are no such queues. Read by the control lcore.
  std::atomic<std::uint64_t> settled{~std::uint64_t{0}};
  /// weighted: where conversations are, and where new ones go. Has no memory unless it was given some.
  ConversationTable conversations{};
  Placement placement{};
  // weighted. A conversation that found no room in the table goes by its bucket. This is when one of its
  // group last did so: until the group has been silent for long enough, none of it is placed elsewhere.
  static constexpr std::size_t kGroups = 1024;
  std::array<std::uint16_t, kGroups> without_entry{};
  std::uint32_t swept_until = 0;  // tick of 2^19 ns
  std::uint32_t sweep_rest = 0;   // part of a line, 16 bits behind the point
  // For the search for large conversations, and the load of lanes.
  LaneLoad lanes{};
  HeavyHitters hitters{};
  std::uint64_t sample_random = 0x2545'f491'4f6c'dd1dU;  // xorshift's state, never 0
  // round_robin: the member whose turn it is, and the frames left of its turn; 0: the turn is over.
  std::uint8_t turn = 31;
  std::uint16_t turn_left = 0;
  // round_robin at random: xorshift's state, never 0. Workers may start from different ones.
  std::uint64_t random = 0x9e37'79b9'7f4a'7c15U;
  // adaptive: octets that were sent of each load group.
  std::array<Counter, dist::kLoadGroups> load{};

  /// To be asked for each table that is used, before anything is distributed by it.
  void follow(const table::PortTable& table) noexcept {
    if (table.distribution != table::Distribution::weighted || !conversations.exists())
      return steering.follow(table, now);
    steering.follow(table, now, Homes{conversations, ConversationClock::at(now), table.weights.idle_ticks});
    placement.follow(table.weights);
  }

 private:
  // Conversations that get a pin come from their entries, and go back to them.
  struct Homes {
    ConversationTable& table;
    ConversationClock now;
    std::uint16_t idle_ticks;
    [[nodiscard]] std::uint8_t of(std::uint32_t hash) const noexcept {
      const auto entry = table.find(hash);
      return entry ? entry.member() : Steering::kNobody;
    }
    void settle(std::uint32_t hash, std::uint8_t member) const noexcept {
      if (const auto entry = table.find(hash)) {
        table.move(entry, member, Placed::pinned, now);
        table.touch(entry, now);
      } else if (!table.insert(hash, member, Placed::pinned, now, idle_ticks)) {
        table.counters.frames_without.add(1);
      }
    }
  };

 public:
  /// To be called once a turn, whether frames come or not: forgets conversations that have ended, a few
  /// cache lines at a time.
  void sweep(const table::PortTable& table) noexcept {
    if (table.distribution != table::Distribution::weighted || !conversations.exists()) return;
    constexpr std::uint64_t kMost = 64;
    const auto tick = static_cast<std::uint32_t>(static_cast<std::uint64_t>(to_ns(now)) >> 19);
    const std::uint32_t passed = tick - swept_until;
    if (passed == 0) return;
    const std::uint64_t due = std::uint64_t{passed} * table.weights.sweep_rate + sweep_rest;
    const std::uint64_t count = std::min(due >> 16, kMost);
    sweep_rest = count == kMost ? 0 : static_cast<std::uint32_t>(due & 0xffffU);
    swept_until = tick;
    conversations.sweep(count, ConversationClock::at(now), table.weights.idle_ticks);
  }
};

}  // namespace lagoon::fast
