// What is known of one member since its link came up: what came in on it, and which of its probes were
// answered. Which part of it counts is a matter of options and role (heard_at).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "monitor/target_monitor.hpp"

namespace lagoon::monitor {

using TargetSet = std::uint32_t;  // one bit for each target
inline constexpr std::size_t kTargetsInAll = 2 * kTargetsMax;
static_assert(kTargetsInAll <= 32);

/// When each target answered last.
class AnswerTimes {
 public:
  void answered(std::size_t target, Instant now) noexcept {
    at_[target] = now;
    latest_ = now;
  }
  [[nodiscard]] std::optional<Instant> latest() const noexcept { return latest_; }
  /// When the first `targets` had all answered, by the last answer of each; nothing: one never did.
  [[nodiscard]] std::optional<Instant> all(std::size_t targets) const noexcept {
    return *std::min_element(at_.begin(), at_.begin() + static_cast<std::ptrdiff_t>(targets));
  }
  [[nodiscard]] std::optional<Instant> as_needed(TargetsNeeded needed, std::size_t targets) const noexcept {
    switch (needed) {
      case TargetsNeeded::any:
        return latest();
      case TargetsNeeded::all:
        return all(targets);
    }
    return std::nullopt;
  }

 private:
  std::array<std::optional<Instant>, kTargetsInAll> at_{};  // nothing sorts before everything
  std::optional<Instant> latest_{};
};

struct Evidence {
  Instant up_since{};
  std::optional<Instant> traffic{};     // frames of any kind were counted
  std::optional<Instant> resolution{};  // an ARP or Neighbor frame came in
  std::optional<Instant> role_changed{};
  AnswerTimes in{};   // answers to anybody's probes, which came in on this member
  AnswerTimes out{};  // answers to its own probes, wherever they came in
};

/// What proves that a member hears.
enum class Counts : std::uint8_t { anything, resolution, answers };

[[nodiscard]] constexpr Counts what_counts(Validate validate, bool active) noexcept {
  switch (validate) {
    case Validate::none:
      return Counts::anything;
    case Validate::active:
      return active ? Counts::answers : Counts::anything;
    case Validate::backup:
      return active ? Counts::anything : Counts::answers;
    case Validate::all:
      return Counts::answers;
    case Validate::filter:
      return Counts::resolution;
    case Validate::filter_active:
      return active ? Counts::answers : Counts::resolution;
    case Validate::filter_backup:
      return active ? Counts::resolution : Counts::answers;
  }
  return Counts::anything;
}

[[nodiscard]] inline std::optional<Instant> heard_at(const Evidence& evidence, Counts counts,
                                                     TargetsNeeded needed, std::size_t targets) noexcept {
  switch (counts) {
    case Counts::anything:
      return std::max(evidence.traffic, evidence.resolution);
    case Counts::resolution:
      return evidence.resolution;
    case Counts::answers:
      return evidence.in.as_needed(needed, targets);
  }
  return std::nullopt;
}

}  // namespace lagoon::monitor
