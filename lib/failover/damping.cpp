#include "failover/damping.hpp"

#include <algorithm>

namespace lagoon::failover {

void Damping::input(bool up, const DampingOptions& options, Instant now) noexcept {
  expire(now);
  const bool lost = link_up_ && !up;
  link_up_ = up;
  if (!options.enabled) {
    held_until_.reset();
    forget();
  } else if (lost) {
    lose(options, now);
  }
}

void Damping::lose(const DampingOptions& options, Instant now) noexcept {
  if (now >= quiet_since_ + options.window) forget();
  loss_at_[losses_++ % loss_at_.size()] = now;
  quiet_since_ = std::max(quiet_since_, now);
  if (next_hold_ == Duration::zero() && !too_many(options, now)) return;
  const Duration hold = std::min(std::max(next_hold_, options.hold_first), options.hold_max);
  if (hold <= Duration::zero()) return;
  next_hold_ = hold * 2;
  held_until_ = std::max(held_until_.value_or(now), now + hold);
  quiet_since_ = *held_until_;
  ++holds_;
}

// The loss that stands `flaps` before the newest one must lie outside the window.
bool Damping::too_many(const DampingOptions& options, Instant now) const noexcept {
  if (losses_ <= options.flaps) return false;
  return loss_at_[(losses_ - 1 - options.flaps) % loss_at_.size()] > now - options.window;
}

void Damping::forget() noexcept {
  losses_ = 0;
  next_hold_ = Duration::zero();
}

void Damping::expire(Instant now) noexcept {
  if (held_until_ && now >= *held_until_) held_until_.reset();
}

}  // namespace lagoon::failover
