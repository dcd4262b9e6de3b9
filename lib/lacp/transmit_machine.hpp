// Transmit machine (6.4.16): NTT and its limit. NTT waits under the limit and is never lost; what is sent is
// built by the owner at the moment of sending.
#pragma once

#include <optional>

#include "base/gap_meter.hpp"
#include "base/ring_queue.hpp"
#include "base/time.hpp"
#include "lacp/constants.hpp"

namespace lagoon::lacp {

class TransmitMachine {
 public:
  void need() noexcept { ntt_ = true; }
  /// NO_PERIODIC: nothing is sent, NTT is set to FALSE.
  void forget_need() noexcept {
    ntt_ = false;
    gaps_.pause();
  }
  [[nodiscard]] bool needed() const noexcept { return ntt_; }

  /// From when on the limit allows one more; nothing: it does not bind.
  [[nodiscard]] std::optional<Instant> limited_until() const noexcept {
    if (sent_.size() < kTransmitMax) return std::nullopt;
    return sent_[0] + kFastPeriodicTime + kTransmitGuard;
  }
  /// When a LACPDU that is needed and must wait may go; nothing: none waits.
  [[nodiscard]] std::optional<Instant> held_until(Instant now) const noexcept {
    const std::optional<Instant> until = limited_until();
    return ntt_ && until && now < *until ? until : std::nullopt;
  }
  /// Nothing: none was sent yet.
  [[nodiscard]] std::optional<Instant> last_sent() const noexcept {
    if (sent_.size() == 0) return std::nullopt;
    return sent_[sent_.size() - 1];
  }
  /// The last one was sent by another process.
  void restore(Instant sent) noexcept { sent_.push_overwriting(sent); }
  /// The longest time between two that were sent, lately; nothing: there were no two.
  [[nodiscard]] std::optional<Duration> longest_gap() const noexcept { return gaps_.longest(); }
  void forget_gaps() noexcept { gaps_.forget(); }
  /// True: send one now; it is then taken as sent.
  [[nodiscard]] bool take(Instant now) noexcept {
    if (!ntt_ || held_until(now)) return false;
    ntt_ = false;
    sent_.push_overwriting(now);
    gaps_.mark(now);
    return true;
  }

 private:
  bool ntt_ = false;
  RingQueue<Instant, kTransmitMax> sent_{};
  GapMeter gaps_{};
};

}  // namespace lagoon::lacp
