// Evening out: which lanes should go from one member to another so that all are utilised alike. A lane is
// whatever moves as one here (a load group, a bucket, a single conversation), named by its position.
//
// Loads are compared as utilisation, that is load / capacity. The fair share of a member is what it would
// carry if all members had the same utilisation.
//
// Pure functions: the caller keeps the rates and the map.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.hpp"

namespace lagoon::balance {

/// What a member carries in octets a second, and how far that may be off by chance, squared.
struct Share {
  double capacity = 0;  // 0: does not distribute
  double load = 0;
  double variance = 0;
  [[nodiscard]] double utilisation() const noexcept { return load / capacity; }
};
using Shares = std::array<Share, kMembersMax>;

/// Preconditions of all below: at least one share has a capacity.
[[nodiscard]] double mean_utilisation(const Shares& shares) noexcept;
/// Bit set of members above their share by more than `percent` of it, and by more than chance explains.
[[nodiscard]] std::uint32_t overloaded(const Shares& shares, double percent) noexcept;
/// Bit set of members that carry less than half of their share: more than chance would take from them.
[[nodiscard]] std::uint32_t idling(const Shares& shares) noexcept;
/// Bit set of members above their share by more than `percent` of it, by chance or not.
[[nodiscard]] std::uint32_t above_share(const Shares& shares, double percent) noexcept;
/// The member of `set` with the highest utilisation. Precondition: the set is not empty.
[[nodiscard]] std::size_t busiest(const Shares& shares, std::uint32_t set) noexcept;

struct LaneMove {
  std::size_t lane = 0;
  std::size_t to = 0;
};
using LaneMoves = std::vector<LaneMove>;

struct Lanes {
  std::span<const double> rate;            // of each lane
  std::span<const std::uint8_t> map;       // MemberIndex of each lane
  std::span<const std::uint16_t> by_rate;  // those that may move, busiest first
};

struct MoveLimits {
  double smallest = 0;  // octets a second: lanes below it are not worth a move
  double gain = 0;      // part of the fair share: what an exchange must bring
  std::size_t moves_max = 1;
};

/// One step that relieves `from`: the largest lane that lifts the taker no further than to its share, and
/// leaves the giver no less utilised than it; else an exchange. Empty: there is none.
[[nodiscard]] LaneMoves moves_from(const Lanes& lanes, const Shares& shares, std::size_t from,
                                   const MoveLimits& limits);
/// The largest lane that a single move from `from` could take anywhere; 0: none.
[[nodiscard]] double largest_room(const Shares& shares, std::size_t from) noexcept;
/// Keeps the shares true to the moves.
void apply(const LaneMoves& moves, std::span<const double> rate, std::span<std::uint8_t> map,
           Shares& shares) noexcept;

/// Orders the lanes busiest first; of equals the first.
void sort_by_rate(std::span<std::uint16_t> lanes, std::span<const double> rate) noexcept;

}  // namespace lagoon::balance
