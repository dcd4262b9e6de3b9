// Placement: which member a new conversation goes to, for one worker and LAG. Between two measurements the
// worker charges each conversation that it places with an estimate at once, so that a burst of new ones does
// not go to one member; the charges decay as the measured load takes them in.
//
// No division: capacities come with their inverse (table/weights.hpp). Thread: the worker that owns it.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/ids.hpp"
#include "table/weights.hpp"

namespace lagoon::fast {

class Placement {
 public:
  /// To be asked for each table that is used.
  void follow(const table::Weights& weights) noexcept {
    if (weights.measurement == measurement_) return;
    measurement_ = weights.measurement;
    for (std::int64_t& charge : charge_) charge = charge * std::int64_t{weights.keep} >> 16;
  }

  /// Precondition: `members` is not empty. `live(m)`: conversations on it now.
  template <typename Live>
  [[nodiscard]] std::uint8_t choose(const table::Weights& weights, std::uint32_t members,
                                    Live live) noexcept {
    if (weights.by == table::PlaceBy::round_robin) return next_in_turn(members);
    std::uint8_t best = 0;
    std::int64_t least = 0;
    bool first = true;
    for (; members != 0; members &= members - 1) {
      const auto m = static_cast<std::uint8_t>(std::countr_zero(members));
      const std::int64_t score = score_of(weights, m, live);
      if (!first && score >= least) continue;
      first = false;
      best = m;
      least = score;
    }
    return best;
  }
  /// Whether a conversation that leaves `from` for `to` finds it clearly less used: by an eighth, its own
  /// charge counted.
  template <typename Live>
  [[nodiscard]] bool is_better(const table::Weights& weights, std::uint8_t from, std::uint8_t to,
                               Live live) const noexcept {
    if (from == to || weights.by == table::PlaceBy::round_robin) return false;
    const std::int64_t before = score_of(weights, from, live);
    const std::int64_t after = score_of(weights, to, live);
    const std::int64_t size = before < 0 ? -before : before;
    return after < before - size / 8;
  }
  void charge(std::uint8_t member, std::int64_t rate) noexcept { charge_[member] += rate; }

 private:
  // The lower, the better.
  template <typename Live>
  [[nodiscard]] std::int64_t score_of(const table::Weights& weights, std::uint8_t m,
                                      Live live) const noexcept {
    const auto inverse = static_cast<std::int64_t>(weights.inverse[m]);
    switch (weights.by) {
      case table::PlaceBy::share:
        return (weights.load[m] + charge_[m] + weights.estimate) * inverse;
      case table::PlaceBy::headroom:
        return weights.load[m] + charge_[m] - weights.capacity[m];
      case table::PlaceBy::least_conversations:
        return (static_cast<std::int64_t>(live(m)) + 1) * inverse;
      case table::PlaceBy::round_robin:
        break;
    }
    return 0;
  }
  [[nodiscard]] std::uint8_t next_in_turn(std::uint32_t members) noexcept {
    const std::uint32_t behind = members & ~((std::uint32_t{2} << turn_) - 1);
    turn_ = static_cast<std::uint8_t>(std::countr_zero(behind != 0 ? behind : members));
    return turn_;
  }

  std::array<std::int64_t, kMembersMax> charge_{};  // kbit/s
  std::uint64_t measurement_ = 0;
  std::uint8_t turn_ = 31;
};

}  // namespace lagoon::fast
