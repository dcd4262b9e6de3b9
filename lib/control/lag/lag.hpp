// Lag: one LAG with all its protocols. It takes frames, link states, counts and the time, and gives frames to
// send, PortTables to publish, and the addresses that ports are to carry. Sans-IO, like the protocols under
// it: no port, no clock, no callback.
//
// It is the face of its parts (lag_parts.hpp): after every input all of them have been brought up to date, in
// a fixed order. What a mode is made of stands in options/mode.hpp. Thread: the control lcore, or
// whoever stands for it (a test, a simulator).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/ip_address.hpp"
#include "base/link_state.hpp"
#include "base/mac_address.hpp"
#include "base/member_set.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "control/formation/formation_keeper.hpp"
#include "control/journal/journal.hpp"
#include "control/lag/measurement.hpp"
#include "control/lag/outbox.hpp"
#include "control/lag/roster.hpp"
#include "control/lag/stall.hpp"
#include "control/links/interface_news.hpp"
#include "control/shared/share_order.hpp"
#include "control/status/explanation.hpp"
#include "control/status/saved_lag.hpp"
#include "control/status/status.hpp"
#include "control/table/bucket_choice.hpp"
#include "control/table/move_keeper.hpp"
#include "control/wiring/neighbors.hpp"
#include "control/wiring/wiring_judge.hpp"
#include "failover/address_assignment.hpp"
#include "options/lag_options.hpp"
#include "table/port_table.hpp"

namespace lagoon::control {

struct LagSettings {
  std::string name;
  MacAddress address{};     // what was set, or the first member's own
  MacAddress probe_base{};  // five random octets, locally administered; for the target monitor
  LagOptions options{};
  std::vector<MemberSettings> members;  // at most kMembersMax, by MemberIndex
  std::size_t workers = 1;              // that send for it: each has to be asked whether what it sent arrived
  std::uint64_t seed = 1;               // of BFD's discriminators and jitter: another one in each process
  std::optional<SystemIdentity> identity{};  // for LLDP; nothing: it is only listened to
};

struct LagParts;

class Lag {
 public:
  Lag(LagSettings settings, Instant now);
  ~Lag();

  /// A whole frame that the worker took or copied for us, as a member received it: slow protocols, LLDP, ARP,
  /// Neighbor Discovery. Anything may be in it.
  void frame_received(MemberIndex member, std::span<const std::byte> frame, Instant now);
  /// LACPDUs of the member that were dropped in the last second, since more came than the option flood-limit
  /// lets through. To be called each second, also with 0.
  void lacpdus_dropped(MemberIndex member, std::uint64_t count, Instant now);
  /// Members that nobody serves neither collect nor distribute, in any mode, and LACP tells the Partner so.
  /// They are back as soon as the stall is over.
  void stalled(const Stall& stall, Instant now);
  /// A frame that a station behind the LAG sends, watched or diverted (PortTable).
  void frame_to_send(std::span<const std::byte> frame, Instant now);
  /// What the port says of its link. True when this is news.
  bool link_changed(MemberIndex member, LinkState link, Instant now);
  /// The addresses of the kernel's interface behind the LAG.
  void hosts_changed(std::span<const HostAddress> hosts, Instant now);
  /// To be called when measurement_due().
  void measured(const Measurement& counts, Instant now);
  [[nodiscard]] bool measurement_due(Instant now) const noexcept;
  /// Whether the next measurement is to have the load of members, lanes and conversations.
  [[nodiscard]] bool wants_load() const noexcept;
  /// Where the workers are, while wants_progress().
  void report(const Progress& progress, Instant now);
  [[nodiscard]] bool wants_progress() const noexcept;
  void expire(Instant now);
  /// Tells every Partner that we leave. Done when drained() and transmit() gives nothing.
  void shut_down(Instant now);
  [[nodiscard]] bool drained() const noexcept;

  /// When expire(), take_table() or a measurement is next due.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  /// Frames to send now; ask until there is none.
  [[nodiscard]] std::optional<OutgoingFrame> transmit(Instant now, bool addresses_stand = true);
  /// The table to publish, if what the fast path can see has changed. The first call always gives one.
  [[nodiscard]] std::unique_ptr<const table::PortTable> take_table(Instant now);
  /// What the LAG and each member's port are to carry.
  [[nodiscard]] const failover::AddressAssignment& addresses() const noexcept;

  /// Goes on from what another process knew of this LAG, which differs in no option. Members are found by
  /// name; one that can't go on starts afresh, and the journal says why. Precondition: as new.
  std::vector<RestoreOutcome> restore(const SavedLag& saved, std::span<const MemberRestore> members,
                                      Instant now);

  // Commands. Errors say what to do.

  /// With its link down. Errors: already_exists (the name), no_resources (32 members).
  [[nodiscard]] Result<MemberIndex> add_member(MemberSettings member, Instant now);
  /// Takes the member out: its conversations move, the Partner is told, frames under way are still taken.
  void leave_member(MemberIndex member, Instant now);
  /// Whether nothing is under way any more on a member that leaves.
  [[nodiscard]] bool may_close(MemberIndex member, Instant now) const noexcept;
  /// The port is closed: the index is free again.
  void forget_member(MemberIndex member, Instant now);
  /// Errors: busy (it is leaving).
  [[nodiscard]] Result<void> administrate(MemberIndex member, Administration administration, Instant now);
  /// Its capacity in units of the option weight-unit; nothing: as its speed has it. Errors: invalid_argument.
  [[nodiscard]] Result<void> weigh(MemberIndex member, std::optional<std::uint32_t> weight, Instant now);
  /// Errors: not_supported (the mode has no active member), busy (the member does not work).
  [[nodiscard]] Result<void> activate(MemberIndex member, Instant now);
  using BucketChoice = control::BucketChoice;
  using BucketsPlaced = control::BucketsPlaced;
  /// They are moved to `to` in order, and stay there: also when members come and go, capacities change or
  /// loads are evened out. While that member does not distribute they are where they would be otherwise.
  /// Nothing as `to` lets them go there for good. Errors: not_supported (the mode has no buckets), busy (the
  /// member does not distribute). Precondition: first <= last < kBuckets.
  [[nodiscard]] Result<BucketsPlaced> place_buckets(const BucketChoice& which, std::optional<MemberIndex> to,
                                                    Instant now);
  /// Of these, how many are to be on the member.
  [[nodiscard]] std::size_t count_on(const dist::LaneSet& buckets, MemberIndex member) const noexcept;
  /// Errors: not_supported (another mode).
  [[nodiscard]] Result<void> change(const LagOptions& options, Instant now);
  /// Another address for the LAG, told as after a failover. The System of LACP stays, so no Partner attaches
  /// anew. Errors: invalid_argument, not_supported (it is the active member's, by fail-over-mac).
  [[nodiscard]] Result<void> set_address(const MacAddress& address, Instant now);
  /// A port would not take the address that addresses() has for it.
  void address_refused(MemberIndex member, Instant now);

  [[nodiscard]] const std::string& name() const noexcept;
  [[nodiscard]] const LagOptions& options() const noexcept;
  [[nodiscard]] bool up() const noexcept;
  [[nodiscard]] MemberSet distributing() const noexcept;
  /// What the link says, or what was set instead.
  [[nodiscard]] BitsPerSecond speed(MemberIndex member) const noexcept;
  /// Members that are there, leaving ones included.
  [[nodiscard]] MemberSet members() const noexcept;
  [[nodiscard]] std::optional<MemberIndex> find(std::string_view member) const noexcept;
  [[nodiscard]] const MemberSettings& member(MemberIndex index) const noexcept;
  [[nodiscard]] const Journal& journal() const noexcept;
  /// Which way a frame takes, and why. What workers know of its conversation, the caller adds.
  [[nodiscard]] Explanation explain(std::span<const std::byte> frame, Instant now) const;
  /// Without what the workers count; the caller adds it. Members in the order in which they were added.
  [[nodiscard]] LagStatus status(Instant now) const;
  /// The indices of status().members.
  [[nodiscard]] std::span<const MemberIndex> order() const noexcept;

 private:
  friend SavedLag saved_of(const Lag& lag);
  friend void interface_changed(Lag& lag, MemberIndex member, const InterfaceNews& news, Instant now);
  friend void end_journal(Lag& lag, Instant now);
  friend void excuse_silence(Lag& lag, Duration away, Instant now);
  friend void expect_neighbor(Lag& lag, MemberIndex member, const lldp::ExpectedNeighbor& who);
  friend bool is_being_replaced(const Lag& lag, MemberIndex member);
  friend void refresh(Lag& lag, Instant now);
  friend void leave_sessions(Lag& lag);
  friend void slept(Lag& lag, Duration gap, Instant now);
  friend LagWiring wiring_of(const Lag& lag);
  friend PoolLag candidates_of(const Lag& lag, std::size_t index, std::vector<PoolPort>& ports);
  friend void formed(Lag& lag, MemberIndex member, const FormationKeeper::Verdict& verdict, Instant now);
  friend void wiring_judged(Lag& lag, std::span<const Miswiring> found, Instant now);
  friend void share(Lag& lag, const ShareOrder& order, Instant now);
  friend void share_said(Lag& lag, std::string_view to, std::string_view why, std::string sentence,
                         Instant now);
  friend void uplinks_changed(Lag& lag, bool up, std::string words, Instant now);
  friend ShareFitness fitness_of(const Lag& lag);
  friend bool told(const Lag& lag) noexcept;
  std::unique_ptr<LagParts> parts_;
};

/// For another process to go on from.
[[nodiscard]] SavedLag saved_of(const Lag& lag);
/// A member whose interface is gone is out at once, whatever delays there are, and stays in the LAG with all
/// that it was given. Its link is down until it is back, and the port says otherwise.
void interface_changed(Lag& lag, MemberIndex member, const InterfaceNews& news, Instant now);
/// Writes all that the journal keeps back. To be called when nothing happens to the LAG any more.
void end_journal(Lag& lag, Instant now);
/// Nobody has listened for so long, 0.1 s or more: what was silent may have been heard meanwhile, or stood
/// still on the same machine. Members that the target monitor took for alive have time for another proof;
/// after 0.5 s a LACP Partner has 1.5 s to be heard. Once, until they are.
void excuse_silence(Lag& lag, Duration away, Instant now);
/// Tells each Partner once more what is so: the process ends, and another one goes on from what it leaves.
void refresh(Lag& lag, Instant now);
/// BFD begins anew in that process: each peer is told AdminDown, so that nobody takes a member for dead. The
/// last call but for those of transmit().
void leave_sessions(Lag& lag);
/// Who is to be at the other end of the member's cable from now on.
void expect_neighbor(Lag& lag, MemberIndex member, const lldp::ExpectedNeighbor& who);
/// The member is drained, disabled, leaving or pushed out, and goes on until another one distributes in its
/// place.
[[nodiscard]] bool is_being_replaced(const Lag& lag, MemberIndex member);
/// Nobody has looked at frames for `gap`: BFD takes nobody for dead who may have spoken meanwhile. To be
/// called for each turn that came late, before its frames.
void slept(Lag& lag, Duration gap, Instant now);
/// What a FormationKeeper is to look at, of the LAG `index` of the process; its ports are added to `ports`.
/// It points into the LAG: good until its next input. The names of its candidates the caller adds.
[[nodiscard]] PoolLag candidates_of(const Lag& lag, std::size_t index, std::vector<PoolPort>& ports);
/// What it has decided of a member.
void formed(Lag& lag, MemberIndex member, const FormationKeeper::Verdict& verdict, Instant now);
/// What judge_wiring() is to look at. It points into the LAG: good until its next input.
[[nodiscard]] LagWiring wiring_of(const Lag& lag);
/// What it has found of this LAG. To be called twice a second, also with nothing.
void wiring_judged(Lag& lag, std::span<const Miswiring> found, Instant now);
/// What two boxes that have the LAG have come to for this one. The Partner is told, and the next table is as
/// it says.
void share(Lag& lag, const ShareOrder& order, Instant now);
/// For its journal. `to`, `why`: static texts.
void share_said(Lag& lag, std::string_view to, std::string_view why, std::string sentence, Instant now);
/// One of the LAG's uplinks is up, or none is any more: then no member is in sync, and what is under way is
/// still taken. `words`: which, in a sentence. Where two boxes have the LAG, they are told of it.
void uplinks_changed(Lag& lag, bool up, std::string words, Instant now);
[[nodiscard]] ShareFitness fitness_of(const Lag& lag);
/// Partners have been sent what is so now: nothing waits. Ask after transmit() gave nothing.
[[nodiscard]] bool told(const Lag& lag) noexcept;

}  // namespace lagoon::control
