// HoldOut: members whose LACPDUs come faster than LACP can follow are held out of the Aggregator for a time
// that doubles and is bounded, as flap damping does for links:
//
//   a flood                ten times as many LACPDUs in a second as the limit lets through
//   a Partner that swings  more LACPDUs than a Partner has reason for took back what the one before said
//
// A flood that goes on when its hold ends is held out again at once. Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ids.hpp"
#include "base/member_set.hpp"
#include "base/time.hpp"
#include "failover/damping.hpp"
#include "options/lag_options.hpp"

namespace lagoon::control {

class HoldOut {
 public:
  /// `lacp`: the mode has LACP. Without it nobody is held out; floods are told of all the same.
  HoldOut(const LacpExtras& options, bool lacp) noexcept : lacp_{lacp} { set_options(options); }

  void set_options(const LacpExtras& options) noexcept;
  /// So many LACPDUs above the limit were dropped in the last second; to be said each second. True: there is
  /// something new to tell of the member.
  bool dropped(MemberIndex member, std::uint64_t count, Instant now) noexcept;
  /// PortCounters::partner_reversals. True: the member is held out now, and was not before.
  bool reversals(MemberIndex member, std::uint64_t count, Instant now) noexcept;
  void expire(Instant now) noexcept;
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  void forget(MemberIndex member) noexcept;
  /// A LACPDU of a member that is held out was not acted on.
  void ignored(MemberIndex member) noexcept { ++of(member).ignored; }

  [[nodiscard]] MemberSet held() const noexcept { return held_; }
  [[nodiscard]] MemberSet flooded() const noexcept { return flooded_; }
  [[nodiscard]] std::optional<Instant> held_until(MemberIndex member) const noexcept {
    return of(member).damping.held_until();
  }
  /// Holds so far.
  [[nodiscard]] std::uint64_t holds(MemberIndex member) const noexcept { return of(member).damping.holds(); }
  /// LACPDUs above the limit: of all time, and of the last second.
  [[nodiscard]] std::uint64_t dropped(MemberIndex member) const noexcept { return of(member).dropped; }
  [[nodiscard]] std::uint64_t dropped_lately(MemberIndex member) const noexcept { return of(member).lately; }
  [[nodiscard]] std::uint64_t ignored_lacpdus(MemberIndex member) const noexcept {
    return of(member).ignored;
  }
  /// "flood" or "partner_swings": of the last hold. A static text.
  [[nodiscard]] std::string_view why(MemberIndex member) const noexcept { return of(member).why; }

 private:
  struct Member {
    failover::Damping damping{};
    std::uint64_t dropped = 0;
    std::uint64_t lately = 0;
    std::uint64_t reversals = 0;
    std::uint64_t ignored = 0;
    std::string_view why{};
  };
  [[nodiscard]] Member& of(MemberIndex member) noexcept { return members_[member.value()]; }
  [[nodiscard]] const Member& of(MemberIndex member) const noexcept { return members_[member.value()]; }
  [[nodiscard]] bool floods(MemberIndex member) const noexcept { return of(member).lately >= flood_from_; }
  void lose(Member& member, Instant now) noexcept;
  void hold(MemberIndex member, Instant now) noexcept;

  bool lacp_;
  failover::DampingOptions options_{};
  std::uint64_t flood_from_ = 0;  // LACPDUs above the limit in a second
  std::array<Member, kMembersMax> members_{};
  MemberSet held_ = 0;
  MemberSet flooded_ = 0;
};

}  // namespace lagoon::control
