// Debounce: a link that changed is believed after updelay or downdelay, if it still is as it was then
// (Linux's updelay and downdelay, also its four words for where a link is).
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace lagoon::failover {

struct DebounceOptions {
  Duration up_delay{};    // 0: at once
  Duration down_delay{};  // 0: at once
  friend constexpr bool operator==(const DebounceOptions&, const DebounceOptions&) noexcept = default;
};

/// Linux's BOND_LINK_*: going_down is up still, going_back is down still.
enum class DebouncedLink : std::uint8_t { down, going_back, up, going_down };
inline constexpr std::array<std::string_view, 4> kDebouncedLinkNames{"down", "going back", "up",
                                                                     "going down"};
[[nodiscard]] constexpr std::string_view name_of(DebouncedLink link) noexcept {
  return kDebouncedLinkNames[static_cast<std::size_t>(link)];
}

class Debounce {
 public:
  /// The link as it is now. A change back within the delay takes back the change under way.
  /// `waive_up_delay`: believe an "up" at once (no other member is up).
  void input(bool up, bool waive_up_delay, const DebounceOptions& options, Instant now) noexcept;
  /// Ends the wait of an "up" (the last other member has gone).
  void waive(Instant now) noexcept;
  void expire(Instant now) noexcept;
  [[nodiscard]] std::optional<Instant> deadline() const noexcept { return due_; }
  [[nodiscard]] DebouncedLink state() const noexcept { return state_; }
  [[nodiscard]] bool up() const noexcept {
    return state_ == DebouncedLink::up || state_ == DebouncedLink::going_down;
  }

 private:
  DebouncedLink state_ = DebouncedLink::down;
  std::optional<Instant> due_{};
};

}  // namespace lagoon::failover
