// Standing: what a session means for its member, which carries or is taken out.
//
// Thread: one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "bfd/options.hpp"

namespace lagoon::bfd {

enum class Verdict : std::uint8_t {
  waiting,   // the session was never Up: takes the member out under `always` alone
  carries,   // Up
  held,      // Up again, and for less than hold-up
  down,      // was Up, and is not
  peer_off,  // the peer has said AdminDown: it wants no BFD, and the member carries
  off,       // so have we
};
[[nodiscard]] std::string_view name_of(Verdict verdict) noexcept;
/// Whether the member is to carry nothing.
[[nodiscard]] bool blocks(Verdict verdict, Require require) noexcept;

class Standing {
 public:
  void up(Duration hold_up, Instant now) noexcept;
  void down() noexcept;
  /// The peer has said AdminDown, or something else.
  void peer_said(bool admin_down) noexcept;
  /// Another partner: whether this one has BFD is to be learned.
  void forget() noexcept;
  void expire(Instant now) noexcept;

  [[nodiscard]] Verdict verdict() const noexcept;
  /// When a hold ends.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept { return held_until_; }

 private:
  bool up_ = false;
  bool learned_ = false;  // it was Up with this partner
  bool peer_off_ = false;
  std::optional<Instant> held_until_{};
};

}  // namespace lagoon::bfd
