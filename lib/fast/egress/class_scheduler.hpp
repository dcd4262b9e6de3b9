// ClassScheduler: which class sends next. The lowest priority number first, always; among classes of one
// priority by deficit-weighted round robin over octets.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>

#include "base/check.hpp"
#include "qos/traffic_policy.hpp"

namespace lagoon::fast {

class ClassScheduler {
 public:
  explicit ClassScheduler(std::span<const qos::ClassPolicy> classes) noexcept {
    for (std::size_t i = 0; i < classes.size(); ++i) {
      peers_[i] = classes[i].peers;
      quantum_[i] = static_cast<std::int32_t>(classes[i].quantum);
      turn_[i] = static_cast<std::uint8_t>(i);
    }
  }

  [[nodiscard]] bool idle() const noexcept { return active_ == 0; }
  void activate(qos::ClassIndex which) noexcept {
    active_ = static_cast<std::uint8_t>(active_ | 1U << which);
  }

  /// Precondition: !idle().
  [[nodiscard]] qos::ClassIndex next() noexcept {
    LAGOON_DCHECK(!idle());
    // Classes are numbered by priority.
    const auto first = static_cast<qos::ClassIndex>(std::countr_zero(active_));
    const unsigned peers = peers_[first];
    if (std::has_single_bit(peers)) return first;
    const unsigned waiting = peers & active_;
    std::uint8_t& turn = turn_[static_cast<std::size_t>(std::countr_zero(peers))];
    while ((waiting >> turn & 1U) == 0 || deficit_[turn] <= 0) {
      const unsigned behind = waiting & ~((2U << turn) - 1U);
      turn = static_cast<std::uint8_t>(std::countr_zero(behind != 0 ? behind : waiting));
      deficit_[turn] += quantum_[turn];
    }
    return turn;
  }

  /// A frame of that class goes. `more`: others of it wait.
  void took(qos::ClassIndex which, std::uint32_t octets, bool more) noexcept {
    if (!std::has_single_bit(peers_[which])) deficit_[which] -= static_cast<std::int32_t>(octets);
    if (!more) deactivate(which);
  }
  void deactivate(qos::ClassIndex which) noexcept {
    active_ = static_cast<std::uint8_t>(active_ & ~(1U << which));
    deficit_[which] = std::min(deficit_[which], 0);  // nobody saves up for later, nor escapes a debt
  }

 private:
  std::uint8_t active_ = 0;
  std::array<std::uint8_t, qos::kClassesMax> peers_{};
  std::array<std::uint8_t, qos::kClassesMax> turn_{};  // by the first class of a priority
  std::array<std::int32_t, qos::kClassesMax> quantum_{};
  std::array<std::int32_t, qos::kClassesMax> deficit_{};
};

}  // namespace lagoon::fast
