// Damping: a member whose link flaps is held down for a time that doubles with each further flap and is
// bounded; a quiet time (`window` in use without a loss) makes up for it. (The idea of RFC 2439, with a hold
// instead of a penalty curve, so that an operator can be told "held down for another 8 s".)
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <array>
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
  /// Feeds the debounced link; up() is what follows. Other options take effect with the next input; to
  /// disable lifts a hold.
  void input(bool up, const DampingOptions& options, Instant now) noexcept;
  void expire(Instant now) noexcept;
  /// When a hold ends.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept { return held_until_; }
  [[nodiscard]] bool up() const noexcept { return link_up_ && !held_until_; }
  /// Until when the member is held down; nothing: it is not.
  [[nodiscard]] std::optional<Instant> held_until() const noexcept { return held_until_; }
  /// Holds so far.
  [[nodiscard]] std::uint64_t holds() const noexcept { return holds_; }

 private:
  void lose(const DampingOptions& options, Instant now) noexcept;
  [[nodiscard]] bool too_many(const DampingOptions& options, Instant now) const noexcept;
  void forget() noexcept;

  bool link_up_ = false;
  std::optional<Instant> held_until_{};
  std::uint64_t losses_ = 0;            // since the last quiet time
  std::array<Instant, 256> loss_at_{};  // the newest ones; as many as `flaps` can ask for
  Instant quiet_since_{};               // the last loss, or the end of the last hold
  Duration next_hold_{};                // 0: no hold since the last quiet time
  std::uint64_t holds_ = 0;
};

}  // namespace lagoon::failover
