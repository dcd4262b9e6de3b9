// Weights: what a worker needs to place a new conversation under weighted-dynamic distribution. Made anew at
// each measurement of the members' load (balance/member_load.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/ids.hpp"

namespace lagoon::table {

/// Which member a new conversation goes to.
enum class PlaceBy : std::uint8_t {
  share,                // least used for its capacity
  headroom,             // most capacity left, in absolute terms (the largest current weight)
  least_conversations,  // fewest live conversations for its capacity
  round_robin,          // the next one in turn
};
inline constexpr std::array<std::string_view, 4> kPlaceByNames{"share", "headroom", "least-conversations",
                                                               "round-robin"};
[[nodiscard]] constexpr std::string_view name_of(PlaceBy by) noexcept {
  return kPlaceByNames[static_cast<std::size_t>(by)];
}

/// Rates in kbit/s.
struct Weights {
  PlaceBy by = PlaceBy::share;
  std::uint64_t measurement = 0;  // number of the measurement that this is of
  std::array<std::int64_t, kMembersMax> load{};
  std::array<std::int64_t, kMembersMax> capacity{};
  std::array<std::uint64_t, kMembersMax> inverse{};  // 2^40 / capacity, so that nobody divides
  std::int64_t estimate = 1000;                      // what a new conversation is charged with at once
  // Charges decay by this in each measurement, as the measured load takes in what they stand for. 16 bits
  // behind the point.
  std::uint32_t keep = 0;
  std::uint32_t crowded = 0;     // members that conversations may leave at a gap, for a less used one
  std::uint16_t idle_ticks = 0;  // a conversation that was silent for longer is forgotten
  std::uint32_t sweep_rate = 0;  // cache lines to look through in a tick, 16 bits behind the point
  friend bool operator==(const Weights&, const Weights&) = default;
};

}  // namespace lagoon::table
