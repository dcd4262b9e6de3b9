#include "bfd/standing.hpp"

#include <array>
#include <cstddef>

namespace lagoon::bfd {

std::string_view name_of(Verdict verdict) noexcept {
  constexpr std::array<std::string_view, 6> kNames{"waiting", "carries", "held", "down", "peer_off", "off"};
  return kNames.at(static_cast<std::size_t>(verdict));
}

bool blocks(Verdict verdict, Require require) noexcept {
  switch (verdict) {
    case Verdict::held:
    case Verdict::down:
      return true;
    case Verdict::waiting:
      return require == Require::always;
    case Verdict::carries:
    case Verdict::peer_off:
    case Verdict::off:
      return false;
  }
  return false;
}

void Standing::up(Duration hold_up, Instant now) noexcept {
  up_ = true;
  if (learned_ && hold_up > Duration::zero()) held_until_ = now + hold_up;
  learned_ = true;
}

void Standing::down() noexcept {
  up_ = false;
  held_until_.reset();
}

// A peer that has taken BFD away on purpose has none any more: the next Up is a first one.
void Standing::peer_said(bool admin_down) noexcept {
  peer_off_ = admin_down;
  if (admin_down) learned_ = false;
}

void Standing::forget() noexcept {
  learned_ = up_;
  peer_off_ = false;
}

void Standing::expire(Instant now) noexcept {
  if (held_until_ && *held_until_ <= now) held_until_.reset();
}

Verdict Standing::verdict() const noexcept {
  if (up_) return held_until_ ? Verdict::held : Verdict::carries;
  if (peer_off_) return Verdict::peer_off;
  return learned_ ? Verdict::down : Verdict::waiting;
}

}  // namespace lagoon::bfd
