// JournalKeeper: writes the journal of one LAG. It keeps what was said last, so that it says what is news
// when it is shown the state after each input, and since when each member is as it is. A member that goes on
// and on with one kind of change is kept short: the first few are written, then now and then the last one
// with how many there were.
//
// Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ids.hpp"
#include "base/link_state.hpp"
#include "base/member_set.hpp"
#include "base/repeat_limiter.hpp"
#include "base/time.hpp"
#include "control/journal/journal.hpp"
#include "control/lag/outcome.hpp"
#include "control/lag/roster.hpp"
#include "control/lag/stall.hpp"
#include "control/links/hold_out.hpp"
#include "control/links/member_links.hpp"
#include "control/links/member_sessions.hpp"
#include "control/wiring/neighbors.hpp"
#include "control/wiring/wiring_keeper.hpp"
#include "lacp/aggregator.hpp"

namespace lagoon::control {

class JournalKeeper {
 public:
  /// `roster` outlives it.
  explicit JournalKeeper(const Roster& roster) : roster_{&roster} {}

  [[nodiscard]] const Journal& journal() const noexcept { return journal_; }
  /// A new member has this index.
  void begin(MemberIndex member, Instant now) { facts_[member.value()] = {.changed = now, .linked = now}; }

  /// Fills in the member's name. Written now, or kept for expire().
  void note(JournalEntry entry);
  /// When expire() has something to write.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept { return limiter_.deadline(); }
  void expire(Instant now);
  /// Writes all that was kept: at the end.
  void flush(Instant now);
  /// All that the Aggregator reports.
  void note_events(lacp::Aggregator& aggregator);
  void note_port(MemberIndex member, bool was_up, const LinkState& link, Instant now);
  /// `why`: a command, or nothing, and then it follows from who may send. `usable`: the members that may.
  void note_active(std::optional<MemberIndex> before, std::optional<MemberIndex> active, MemberSet usable,
                   std::string_view why, Instant now);
  /// Members that began or ceased to work, were held down or let go, or to distribute.
  void note_links(const MemberLinks& links, MemberSet distributing, Instant now);
  /// Members whose LACPDUs began or ceased to flood, and members that are held out or let in again. `limit`:
  /// LACPDUs in a second.
  void note_hold_out(const HoldOut& hold_out, std::uint16_t limit, Instant now);
  /// Said once of each member: the Partner tells its ports apart by speed, so that unequal ones can't be one
  /// LAG.
  void note_partner_keys(const lacp::Aggregator& aggregator, Instant now);
  void note_stall(const Stall& stall, Instant now);
  void note_fallback(bool on, Instant now);
  /// All that has happened to them.
  void note_neighbors(Neighbors& neighbors, Instant now);
  void note_sessions(MemberSessions& sessions, Instant now);
  void note_wiring(const WiringKeeper::News& news, Instant now);
  /// Without LACP; with it the Aggregator tells it itself. `needed`: members that it takes.
  void note_up(bool up, MemberSet usable, int needed, Instant now);

  /// Times that the member ceased to work.
  [[nodiscard]] std::uint64_t link_failures(MemberIndex member) const noexcept {
    return facts_[member.value()].link_failures;
  }
  /// When its port came up or went down.
  [[nodiscard]] Instant linked(MemberIndex member) const noexcept { return facts_[member.value()].linked; }
  /// When it began or ceased to work or to distribute.
  [[nodiscard]] Instant changed(MemberIndex member) const noexcept { return facts_[member.value()].changed; }

 private:
  struct Facts {
    Instant changed{};
    Instant linked{};
    std::uint64_t link_failures = 0;
    // As said last.
    bool works = false;
    bool held = false;
    bool distributing = false;
    bool floods = false;
    bool held_out_now = false;
    std::uint64_t held_out = 0;  // holds
  };
  using Limiter = RepeatLimiter<JournalEntry>;
  void note_works(MemberIndex member, const MemberLinks& links, bool held, Instant now);
  void write(Limiter::Summary summary);

  const Roster* roster_;
  Journal journal_;
  Limiter limiter_{};
  std::array<Facts, kMembersMax> facts_{};
  MemberSet unlike_keys_ = 0;
};

}  // namespace lagoon::control
