// SlowFrames: frames of the slow protocols as members receive them. Markers are answered here, LACPDUs are
// handed on, and what is neither is counted by what is wrong with it.
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "control/lag/ordered_moves.hpp"
#include "control/lag/outbox.hpp"
#include "control/lag/roster.hpp"
#include "control/status/status.hpp"
#include "marker/responder.hpp"
#include "wire/lacpdu.hpp"
#include "wire/slow_frame_error.hpp"

namespace lagoon::control {

class SlowFrames {
 public:
  /// `roster`, `moves` (which takes answers to its Markers) and `outbox` outlive it.
  SlowFrames(const Roster& roster, OrderedMoves& moves, Outbox& outbox)
      : roster_{&roster}, moves_{&moves}, outbox_{&outbox} {}

  [[nodiscard]] static bool is_one(std::span<const std::byte> frame) noexcept;
  /// Precondition: is_one(frame). Gives a LACPDU to act on.
  [[nodiscard]] std::optional<wire::Lacpdu> receive(MemberIndex member, std::span<const std::byte> frame,
                                                    Instant now);
  /// The LACPDU was not acted on: the mode knows no LACP.
  void lacpdu_unwanted() noexcept { ++lacpdus_unwanted_; }
  /// The index is free for another member.
  void forget(MemberIndex member) noexcept { responders_[member.value()] = {}; }

  /// Adds its members of `drops`, after those of `looped` LACPDUs.
  void add_to(LagStatus& status, std::uint64_t looped) const;
  void add_to(MemberStatus& status, MemberIndex member) const;

 private:
  const Roster* roster_;
  OrderedMoves* moves_;
  Outbox* outbox_;
  std::array<marker::Responder, kMembersMax> responders_{};
  std::array<std::uint64_t, wire::kSlowFrameErrors> errors_{};
  std::uint64_t lacpdus_unwanted_ = 0;
};

}  // namespace lagoon::control
