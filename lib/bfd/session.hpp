// Session: BFD on one member (RFC 5880 6.8, asynchronous mode; RFC 7130): frames of the peer come in, ours go
// out, and what follows is whether the member may carry.
//
// It is passive until it is told to start: it answers, and does not begin. RFC 7130 starts it when LACP has
// the member distributing, and where there is no LACP when the link is up.
//
// In each turn, in this order: slept() if the turn came late, receive() for each frame, expire(), transmit()
// until there is nothing. What came in is looked at before anybody is taken for dead.
//
// Sans-IO: time comes in, frames and events go out. Bounded: it keeps nothing of a frame but the newest
// values; how many frames are handed in is up to the caller's budget. Thread: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "bfd/detector.hpp"
#include "bfd/intervals.hpp"
#include "bfd/jitter.hpp"
#include "bfd/options.hpp"
#include "bfd/standing.hpp"
#include "wire/bfd/bfd_frame.hpp"
#include "wire/control_frame.hpp"

namespace lagoon::bfd {

using wire::BfdDiag;
using wire::BfdState;

/// The session has changed its state.
struct Event {
  BfdState from{};
  BfdState to{};
  BfdDiag diag{};  // why, when it is not for the better
  // where the detection time has passed, how long it was, and how long nothing was heard (own sleep counted
  // in)
  Duration detection{};
  Duration silence{};
};

struct Counters {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;                               // and taken
  std::uint64_t polls_answered = 0;                         // of those sent
  std::uint64_t own_stalls = 0;                             // the detector slept, and did not judge
  std::uint64_t losses = 0;                                 // it was Up, and is not
  std::array<std::uint64_t, wire::kBfdErrors> discarded{};  // by wire::BfdError
  std::uint64_t wrong_address = 0;                          // not from the peer to us
  std::uint64_t reflected = 0;                              // our own
  std::uint64_t wrong_discriminator = 0;                    // not for this session
  std::uint64_t while_admin_down = 0;
};

class Session {
 public:
  Session(const Options& options, const Identity& identity) noexcept;

  /// The active role from now on.
  void start(Instant now) noexcept;
  /// The member's link is down: the session is, too, and is passive again.
  [[nodiscard]] std::optional<Event> stop(Instant now) noexcept;
  /// AdminDown, which the peer is told for a detection time; and back to Down.
  [[nodiscard]] std::optional<Event> disable(Instant now) noexcept;
  [[nodiscard]] std::optional<Event> enable(Instant now) noexcept;
  /// Timers change without a flap; other addresses begin the session anew.
  [[nodiscard]] std::optional<Event> set(const Options& options, Instant now) noexcept;
  /// LACP has found another Partner: under `learned` its BFD is to be learned.
  void forget_partner() noexcept { standing_.forget(); }

  /// The caller did not look at frames for `gap` until `now`.
  void slept(Duration gap, Instant now) noexcept;
  /// A frame of any kind from this member. `at`: when the worker received it.
  [[nodiscard]] std::optional<Event> receive(std::span<const std::byte> frame, Instant at) noexcept;
  [[nodiscard]] std::optional<Event> expire(Instant now) noexcept;
  /// Once for each frame that is due. Precondition: now >= the last call's.
  [[nodiscard]] std::optional<wire::ControlFrame> transmit(Instant now) noexcept;
  /// When expire() or transmit() has something to do.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  /// The last frame, with AdminDown, before the session goes away: the peer does not take the member for
  /// dead. Nothing: no peer is there that it could be told.
  [[nodiscard]] std::optional<wire::ControlFrame> farewell() noexcept;

  [[nodiscard]] Verdict verdict() const noexcept;
  /// Whether the member is to carry nothing: it leaves distributing() then, and goes on collecting.
  [[nodiscard]] bool blocks() const noexcept { return bfd::blocks(verdict(), options_.require); }

  [[nodiscard]] BfdState state() const noexcept { return state_; }
  [[nodiscard]] BfdDiag diag() const noexcept { return diag_; }
  [[nodiscard]] BfdState peer_state() const noexcept { return remote_.state; }
  [[nodiscard]] BfdDiag peer_diag() const noexcept { return remote_.diag; }
  /// Given or learned.
  [[nodiscard]] std::optional<IpAddress> peer() const noexcept;
  [[nodiscard]] const Intervals& intervals() const noexcept { return intervals_; }
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  [[nodiscard]] const Options& options() const noexcept { return options_; }

 private:
  // What is known of the peer as long as it is heard.
  struct Remote {
    std::uint32_t discriminator = 0;  // 0: it is not heard
    BfdState state = BfdState::down;
    BfdDiag diag = BfdDiag::none;
    std::optional<IpAddress> address{};
    std::optional<MacAddress> mac{};
  };

  [[nodiscard]] bool is_ours(const wire::BfdFrame& frame) noexcept;
  [[nodiscard]] std::optional<Event> take(const wire::BfdFrame& frame, Instant at) noexcept;
  Event enter(BfdState state, BfdDiag diag, Instant now) noexcept;
  [[nodiscard]] std::optional<Event> restart(BfdDiag diag, Instant now) noexcept;
  void forget_peer() noexcept;
  void tell_soon(Instant now) noexcept;
  [[nodiscard]] bool may_tell() const noexcept;
  [[nodiscard]] std::optional<Instant> next_due() const noexcept;
  [[nodiscard]] std::optional<Instant> detection_ends() const noexcept;
  [[nodiscard]] wire::ControlFrame frame_of(const wire::BfdPacket& packet) const noexcept;
  [[nodiscard]] wire::ControlFrame send(bool poll, bool final) noexcept;

  Options options_;
  Identity identity_;
  Intervals intervals_;
  Jitter jitter_;
  Detector detector_{};
  Standing standing_{};
  Remote remote_{};
  Counters counters_{};
  BfdState state_ = BfdState::down;
  BfdDiag diag_ = BfdDiag::none;
  bool active_ = false;
  std::uint8_t dedicated_left_ = 0;      // frames in Up that still go to the dedicated address
  std::optional<Instant> soon_{};        // what is told has changed
  std::optional<Instant> final_{};       // a Poll is to be answered
  std::optional<Instant> sent_{};        // the last one but for Finals
  std::optional<Instant> tell_until_{};  // in AdminDown
};

}  // namespace lagoon::bfd
