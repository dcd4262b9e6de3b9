// Which one member is active, in the modes that have one: Linux's active-backup, balance-tlb and balance-alb,
// and lagg's failover. A pure function.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/ids.hpp"
#include "base/link_state.hpp"

namespace lagoon::failover {

/// When a better member takes over from one that works (Linux's primary_reselect).
enum class Reselect : std::uint8_t {
  always,   // whenever the primary, or a member of higher priority, is there
  better,   // when it is also faster (or as fast, and full duplex where the active is not)
  failure,  // only when the active member fails
};
inline constexpr std::array<std::string_view, 3> kReselectNames{"always", "better", "failure"};
[[nodiscard]] constexpr std::string_view name_of(Reselect r) noexcept {
  return kReselectNames[static_cast<std::size_t>(r)];
}

struct Candidate {
  MemberIndex member{};
  bool eligible = false;      // works, and may be used
  bool primary = false;       // at most one is
  std::int32_t priority = 0;  // higher first (Linux's prio)
  LinkState link{};
};

/// The primary ranks before all others, then the higher priority, then the current one, then the order of
/// `candidates`. Nothing: none is eligible. lagg's failover is Reselect::always with priorities that fall
/// strictly from the first member to the last.
[[nodiscard]] std::optional<MemberIndex> choose_active(std::span<const Candidate> candidates,
                                                       std::optional<MemberIndex> current,
                                                       Reselect reselect) noexcept;

}  // namespace lagoon::failover
