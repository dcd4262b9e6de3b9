// When probes are due: rounds of one interval, four slots in each; members are spread within a slot.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "monitor/target_monitor.hpp"

namespace lagoon::monitor {

class ProbeClock {
 public:
  static constexpr std::int64_t kSlotsInRound = 4;

  ProbeClock(Duration interval, Instant now) noexcept
      : slot_{std::max(interval / kSlotsInRound, Duration{1})}, start_{now - slot_ * kSlotsInRound} {}

  /// Counted from before the clock was made, so that it is positive for every member.
  [[nodiscard]] std::int64_t slot(std::size_t member, Instant now) const noexcept {
    return (now - start_ - stagger(member)) / slot_;
  }
  [[nodiscard]] std::int64_t round(Instant now) const noexcept {
    return (now - start_) / (slot_ * kSlotsInRound);
  }
  [[nodiscard]] Instant begin_of(std::size_t member, std::int64_t slot) const noexcept {
    return start_ + stagger(member) + slot_ * slot;
  }
  [[nodiscard]] static constexpr bool begins_round(std::int64_t slot) noexcept {
    return slot % kSlotsInRound == 0;
  }
  /// Which of its addresses a member uses, so that a partner who hashes addresses answers over all links in
  /// turn. Five has no factor in common with eight, so the first slots of rounds come by all of them, and ten
  /// slots in a row do as well; neighbours among the members differ, so that the links take turns together.
  [[nodiscard]] static constexpr std::size_t walk(std::size_t member, std::int64_t slot) noexcept {
    constexpr std::int64_t kStep = 5;
    const std::int64_t steps = slot / kSlotsInRound * kStep + slot % kSlotsInRound;
    return (static_cast<std::size_t>(steps) + member) % kProbeAddresses;
  }

 private:
  [[nodiscard]] Duration stagger(std::size_t member) const noexcept {
    return slot_ * static_cast<std::int64_t>(member) / static_cast<std::int64_t>(kMembersMax);
  }

  Duration slot_;
  Instant start_;
};

}  // namespace lagoon::monitor
