#include "bfd/intervals.hpp"

#include <algorithm>

namespace lagoon::bfd {

namespace {

std::uint32_t us_of(Duration duration) noexcept {
  return static_cast<std::uint32_t>(duration / 1us);
}

}  // namespace

// True: what is told changes.
bool Intervals::apply() noexcept {
  const Duration desired = up_ ? wanted_ : std::max(wanted_, kSlow);
  if (desired == desired_ && wanted_ == required_) return false;
  desired_ = desired;
  required_ = wanted_;
  desired_used_ = up_ ? std::min(desired_used_, desired_) : desired_;
  required_used_ = up_ ? std::max(required_used_, required_) : required_;
  polling_ = up_;  // (who is not Up has nothing to wait for)
  return true;
}

bool Intervals::set(Duration wanted) noexcept {
  wanted_ = wanted;
  return !polling_ && !settling_ && apply();
}

void Intervals::entered_up() noexcept {
  up_ = true;
  apply();
}

void Intervals::left_up() noexcept {
  up_ = polling_ = settling_ = false;
  desired_used_ = desired_;
  required_used_ = required_;
  apply();
}

bool Intervals::heard(const wire::BfdPacket& packet) noexcept {
  peer_desired_ = std::chrono::microseconds{packet.desired_tx_us};
  peer_required_ = std::chrono::microseconds{packet.required_rx_us};
  peer_multiplier_ = packet.multiplier;
  if (polling_ && packet.final) {
    polling_ = false;
    settling_ = true;
    desired_used_ = desired_;
    required_used_ = required_;
    return false;
  }
  if (!settling_ || packet.final) return false;
  settling_ = false;
  return apply();
}

void Intervals::forget_peer() noexcept {
  peer_desired_ = Duration::zero();
  peer_required_ = 1us;
  peer_multiplier_ = 0;
}

std::uint32_t Intervals::desired_tx_us() const noexcept {
  return us_of(desired_);
}

std::uint32_t Intervals::required_rx_us() const noexcept {
  return us_of(required_);
}

std::optional<Duration> Intervals::transmit() const noexcept {
  if (peer_required_ == Duration::zero()) return std::nullopt;
  return std::max(desired_used_, peer_required_);
}

Duration Intervals::receive() const noexcept {
  return std::max(required_used_, peer_desired_);
}

std::optional<Duration> Intervals::detection() const noexcept {
  if (peer_multiplier_ == 0) return std::nullopt;
  return peer_multiplier_ * receive();
}

Duration Intervals::detection_of_peer(std::uint8_t multiplier) const noexcept {
  return multiplier * std::max(desired_, peer_required_);
}

}  // namespace lagoon::bfd
