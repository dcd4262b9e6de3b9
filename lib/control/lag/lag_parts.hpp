// LagParts: the parts of one LAG together, and what follows from them after each input. Lag (lag.hpp) is the
// face of it: its inputs and commands change parts and then settle().
//
//   ports' links -> MemberLinks (delays, damping, target monitor) -> works
//   LACPDUs -> HoldOut: members that LACP leaves out for a time
//   BFD -> MemberSessions: members that are silent do not work
//   LLDPDUs -> Neighbors; with LACP's Partners -> judge_wiring() -> WiringKeeper: only told
//   works, LACP, Roster (the operator) -> choose(), decide() (outcome.hpp): who collects and distributes
//   -> Announcements (addresses), LoadKeeper, ReceiveBalancer, JournalKeeper
//   -> table_input() -> OrderedMoves -> PortTable
//
// Parts refer to each other and so stay where they are. Thread: one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "balance/receive_balancer.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "control/lag/announcements.hpp"
#include "control/lag/journal_keeper.hpp"
#include "control/lag/lag.hpp"
#include "control/lag/load_keeper.hpp"
#include "control/lag/ordered_moves.hpp"
#include "control/lag/outbox.hpp"
#include "control/lag/outcome.hpp"
#include "control/lag/roster.hpp"
#include "control/lag/slow_frames.hpp"
#include "control/links/hold_out.hpp"
#include "control/links/member_links.hpp"
#include "control/links/member_sessions.hpp"
#include "control/shared/share.hpp"
#include "control/status/status.hpp"
#include "control/table/table_maker.hpp"
#include "control/wiring/neighbors.hpp"
#include "control/wiring/wiring_keeper.hpp"
#include "lacp/aggregator.hpp"
#include "options/lag_options.hpp"

namespace lagoon::control {

struct LagParts {
  /// For frames that the Partner sent before it heard that a member leaves.
  static constexpr Duration kGrace = 200ms;

  LagParts(LagSettings settings, Instant now);
  LagParts(const LagParts&) = delete;
  LagParts& operator=(const LagParts&) = delete;

  [[nodiscard]] const ModeRow& row() const noexcept { return row_of(options.mode); }
  /// The LAG's first address is the System's unless another was set.
  [[nodiscard]] lacp::AggregatorConfig lacp_config() const;
  /// Members that work and that the operator lets send.
  [[nodiscard]] MemberSet usable() const { return roster.enabled() & works(); }
  [[nodiscard]] MemberSet works() const;
  void insert(MemberIndex index, MemberSettings settings, Instant now);
  /// What the options have of it.
  void tell_neighbors();
  /// Its neighbours forget it at once, and BFD does not take it for dead.
  void say_farewell(MemberIndex member);
  /// Until the Partner can have heard that the member sends no more.
  void fall_quiet(MemberIndex member, Instant now);
  /// Members that another one is to replace, or has: they are still in use.
  [[nodiscard]] MemberSet being_replaced() const;
  /// Of these, those on which nothing is sent any more.
  [[nodiscard]] MemberSet replaced() const { return aggregator ? aggregator->moving_off() : 0; }
  /// Those of replaced() that nothing is on its way on any more may go. True: there were some.
  bool let_replaced_go(Instant now);

  std::string name;
  MacAddress system;      // of LACP, unless the options have one: the address at the start
  MacAddress probe_base;  // of the target monitor
  LagOptions options;
  Share share{};  // (lacp_config() reads these, also while the parts below are made)
  Roster roster;
  MemberLinks links;
  HoldOut hold_out;
  MemberSessions sessions;
  Neighbors neighbors;
  WiringKeeper wiring{};
  std::optional<lacp::Aggregator> aggregator{};       // under Choice::lacp
  std::optional<balance::ReceiveBalancer> receive{};  // under ReceiveBalance::arp
  StallStatus stalls{};
  MemberSet unserved = 0;   // whose frames nobody carries
  MemberSet collected = 0;  // as LACP had it the last time
  Chosen chosen{};
  Outcome outcome{};
  std::uint64_t failovers = 0;
  Instant changed;       // when the LAG came up or went down last
  bool closing = false;  // it is being shut down
  Outbox outbox{};
  OrderedMoves moves;
  LoadKeeper loads;
  Announcements announcements;
  SlowFrames slow_frames;
  JournalKeeper journal;
};

/// Brings all of it up to date. `why` another member is active now, when that is known: a static text.
void settle(LagParts& lag, Instant now, std::string_view why = {});
/// Members of an automatic LAG whose Partner has changed become candidates (lag_formation.cpp).
void expel_strangers(LagParts& lag, Instant now);
/// From what settle() came to.
[[nodiscard]] TableInput table_input(const LagParts& lag);
/// Without what workers count.
[[nodiscard]] LagStatus status_of(const LagParts& lag, Instant now);

}  // namespace lagoon::control
