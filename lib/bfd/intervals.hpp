// Intervals: what both ends ask for, and what follows from it: how often one sends, and after which silence
// the other is taken for dead (RFC 5880 6.8.2 to 6.8.4).
//
// Who is Up and would send more rarely, or wait less long, tells so first by a Poll, and does so once the
// Poll's Final is there: until then the peer reckons with what was. One change at a time: the next one waits
// until the Final and one packet without it are there (6.8.3, the third way).
//
// Thread: one at a time.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "wire/bfd/bfd_packet.hpp"

namespace lagoon::bfd {

class Intervals {
 public:
  /// Between packets while the session is not Up (6.8.3), at least.
  static constexpr Duration kSlow = 1s;

  explicit Intervals(Duration wanted) noexcept : wanted_{wanted} { apply(); }

  /// What is to be sent and asked for from now on, as soon as that may be. True: what is told changes.
  bool set(Duration wanted) noexcept;
  void entered_up() noexcept;
  void left_up() noexcept;
  /// A packet of the peer's. True: what is told changes.
  bool heard(const wire::BfdPacket& packet) noexcept;
  /// Nothing is known of the peer any more.
  void forget_peer() noexcept;

  [[nodiscard]] bool polling() const noexcept { return polling_; }
  /// Told to the peer.
  [[nodiscard]] std::uint32_t desired_tx_us() const noexcept;
  [[nodiscard]] std::uint32_t required_rx_us() const noexcept;
  /// From one packet to the next, before jitter; nothing: the peer wants none.
  [[nodiscard]] std::optional<Duration> transmit() const noexcept;
  /// At which the peer sends.
  [[nodiscard]] Duration receive() const noexcept;
  /// Nothing: no packet has come.
  [[nodiscard]] std::optional<Duration> detection() const noexcept;
  /// In which the peer takes us for dead, as far as can be known.
  [[nodiscard]] Duration detection_of_peer(std::uint8_t multiplier) const noexcept;

 private:
  bool apply() noexcept;

  Duration wanted_;
  bool up_ = false;
  bool polling_ = false;
  bool settling_ = false;  // the Final is there, and no packet without it yet
  // as told, and as in use
  Duration desired_{}, required_{};
  Duration desired_used_{}, required_used_{};
  // the peer's
  Duration peer_desired_{};
  Duration peer_required_ = 1us;  // as 6.8.1 has it
  std::uint8_t peer_multiplier_ = 0;
};

}  // namespace lagoon::bfd
