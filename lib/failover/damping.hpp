// Damping: a member whose link flaps is held down for a time that doubles with each further flap and is
// bounded; a quiet time makes up for it. (The idea of RFC 2439, with a hold instead of a penalty curve, so
// that an operator can be told "held down for another 8 s".)
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace lagoon::failover {

struct DampingOptions {
  bool enabled = false;
  std::uint8_t flaps = 3;  // losses within `window` that are taken without a hold
  Duration window = 30s;
  Duration hold_first = 2s;  // then this, doubled for every further loss
  Duration hold_max = 60s;
  friend constexpr bool operator==(const DampingOptions&, const DampingOptions&) noexcept = default;
};

class Damping {
 public:
  /// Feeds the debounced link; up() is what follows.
  void input(bool up, const DampingOptions& options, Instant now) noexcept;
  void expire(Instant now) noexcept;
  /// When a hold ends, while the link is up under it.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  [[nodiscard]] bool up() const noexcept;
  /// Until when the member is held down; nothing: it is not.
  [[nodiscard]] std::optional<Instant> held_until() const noexcept;
  /// Holds so far.
  [[nodiscard]] std::uint64_t holds() const noexcept { return holds_; }

 private:
  bool link_up_ = false;
  std::optional<Instant> held_until_{};
  std::uint32_t losses_ = 0;  // counted towards the next hold
  Instant last_loss_{};
  Duration next_hold_{};  // 0: hold_first
  std::uint64_t holds_ = 0;
};

}  // namespace lagoon::failover
