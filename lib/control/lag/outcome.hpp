// Outcome: which members of a LAG collect and distribute, which one is active, and whether the LAG is up. A
// pure function of what monitors, protocols and the operator say now and of the outcome before: it remembers
// nothing.
//
//   who works, what LACP has agreed on -> choose(): the active member, the fallback
//                                      -> decide(): collecting, distributing, up
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/fixed_vector.hpp"
#include "base/ids.hpp"
#include "base/link_state.hpp"
#include "base/member_set.hpp"
#include "base/time.hpp"
#include "failover/active_member.hpp"
#include "lacp/min_links.hpp"
#include "options/mode.hpp"

namespace lagoon::control {

/// What choose() has come to, and goes by the next time.
struct Chosen {
  std::optional<MemberIndex> active{};    // kept while it works, unless a better one is preferred
  std::optional<MemberIndex> pinned{};    // by the operator, until it fails
  std::optional<Instant> silent_since{};  // no Partner speaks, though a link is up (LACP fallback)
  bool fallback_due = false;
  friend bool operator==(const Chosen&, const Chosen&) = default;
};

struct Outcome {
  MemberSet collecting = 0;
  MemberSet distributing = 0;
  MemberSet standby = 0;
  std::optional<MemberIndex> active{};
  bool fallback = false;  // no Partner speaks, and one member is used
  bool up = false;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

struct OutcomeInput {
  /// What ranks one member among others.
  struct Rank {
    bool primary = false;             // at most one is
    std::int32_t priority = 0;        // higher first
    std::uint16_t port_priority = 0;  // LACP's: lower first
    LinkState link{};                 // as the port says
  };

  Mode mode = Mode::lacp;
  FixedVector<MemberIndex, kMembersMax> order{};
  std::array<Rank, kMembersMax> rank{};
  // Of the operator (Roster).
  MemberSet enabled = 0;
  MemberSet listening = 0;
  MemberSet falling_quiet = 0;
  // Of the links (MemberLinks).
  MemberSet up = 0;     // after delays and damping
  MemberSet works = 0;  // and alive for the target monitor
  // Of LACP.
  MemberSet collecting = 0;
  MemberSet distributing = 0;
  MemberSet partner_heard = 0;
  // Of the options.
  lacp::MinLinks min_links{};
  int max_links = kMembersMax;
  failover::Reselect reselect = failover::Reselect::always;
  bool all_members_active = false;
  bool strict = true;
  bool forwards = true;                      // false: another box carries the LAG
  std::optional<Duration> fallback_delay{};  // nothing: no fallback, or the LAG is being shut down

  Outcome before{};
  Chosen chosen{};
  Instant now{};
};

/// From `chosen` of the time before. The target monitor judges a member by whether it is active, so `works`
/// has to be asked anew between choose() and decide().
[[nodiscard]] Chosen choose(const OutcomeInput& in);
/// From `chosen` of now.
[[nodiscard]] Outcome decide(const OutcomeInput& in);

}  // namespace lagoon::control
