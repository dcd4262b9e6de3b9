// TurnMeter: how long the turns of the control loop take, and how far they are apart, in the last 5 to 10 s.
//
// Thread: the control lcore. No heap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "control/status/status.hpp"

namespace lagoon::dpdk {

class TurnMeter {
 public:
  /// The next turn begins later than this after one: starved.
  static constexpr Duration kStarved = 100ms;
  /// Of which two are looked at.
  static constexpr Duration kPeriod = 5s;

  /// Gives how long ago the last turn began.
  Duration begin(Instant now) noexcept;
  void end(Instant now) noexcept;
  [[nodiscard]] control::ControlTimes times() const noexcept;

 private:
  // Buckets of turns: a microsecond, and then four for each doubling.
  static constexpr std::size_t kBuckets = 100;
  struct Period {
    std::array<std::uint32_t, kBuckets> turns{};
    std::uint64_t count = 0;
    Duration longest{};
    Duration away{};
  };
  [[nodiscard]] static std::size_t bucket_of(Duration turn) noexcept;
  [[nodiscard]] static Duration end_of(std::size_t bucket) noexcept;
  /// So many of 100 turns are no longer.
  [[nodiscard]] Duration percentile(unsigned percent) const noexcept;

  std::optional<Instant> began_{};
  Instant period_began_{};
  Period now_{};
  Period before_{};
  std::uint64_t starved_ = 0;
  Duration starved_longest_{};
};

}  // namespace lagoon::dpdk
