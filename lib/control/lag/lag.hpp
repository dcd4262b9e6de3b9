// Lag: one LAG with all its protocols. It takes frames, link states, counts and the time, and gives frames to
// send, PortTables to publish, and the addresses that ports are to carry. Sans-IO, like the protocols under
// it: no port, no clock, no callback.
//
//   ports' links -> MemberLinks (delays, damping, target monitor) -> works
//   works -> LACP | all | the active one -> who collects and distributes (lag_outcome.cpp)
//   -> AddressPlan, balancers, announcements -> TableMaker -> PortTable
//
// What a mode is made of stands in options/mode.hpp. After every input all of this has been brought
// up to date, in that order. Thread: the control lcore, or whoever stands for it (a test, a simulator).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "balance/load_balancer.hpp"
#include "balance/member_load.hpp"
#include "balance/rebalancer.hpp"
#include "balance/receive_balancer.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/link_state.hpp"
#include "base/mac_address.hpp"
#include "base/member_set.hpp"
#include "base/ring_queue.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "control/lag/explanation.hpp"
#include "control/lag/journal.hpp"
#include "control/links/member_links.hpp"
#include "control/status/status.hpp"
#include "control/table/table_maker.hpp"
#include "failover/address_plan.hpp"
#include "failover/announcer.hpp"
#include "lacp/aggregator.hpp"
#include "lacp/config.hpp"
#include "marker/requester.hpp"
#include "marker/responder.hpp"
#include "options/lag_options.hpp"
#include "table/port_table.hpp"
#include "wire/control_frame.hpp"
#include "wire/slow_frame.hpp"

namespace lagoon::control {

struct MemberSettings {
  std::string name;
  MacAddress address{};                   // the port's own; source of the LACPDUs
  lacp::PortConfig lacp{};                // port_number 0: the lowest that is free
  std::optional<BitsPerSecond> speed{};   // instead of the link's
  std::optional<std::uint32_t> weight{};  // instead of the speed's: in units of WeightedOptions::unit
  std::int32_t priority = 0;
  Administration administration = Administration::enabled;
};

struct LagSettings {
  std::string name;
  MacAddress address{};     // what was set, or the first member's own
  MacAddress probe_base{};  // five random octets, locally administered; for the target monitor
  LagOptions options{};
  std::vector<MemberSettings> members;  // at most kMembersMax, by MemberIndex
  std::size_t workers = 1;              // that send for it: each has to be asked whether what it sent arrived
};

struct OutgoingFrame {
  MemberIndex member{};
  wire::ControlFrame frame{};
  // Behind what that worker of the LAG has sent on the member, on its own queue. Nothing: it matters not.
  std::optional<std::size_t> worker{};
};

/// Counted by the workers since the start, summed over them. What no part of the LAG asks for may be left
/// out.
struct Measurement {
  std::array<std::uint64_t, kMembersMax> rx_frames{};     // heard by each member, also what was dropped
  dist::GroupOctets group_octets{};                       // sent, by load group
  std::array<std::uint64_t, kMembersMax> tx_octets{};     // sent, by member
  std::array<std::uint64_t, dist::kLanes> lane_octets{};  // sent, by lane
  std::vector<balance::HeavyHitter> hitters;              // large conversations, since the last measurement
  std::array<std::uint64_t, kMembersMax> live{};          // conversations that are on it now
  std::size_t conversation_lines = 0;                     // of one worker's table
};

class Lag {
 public:
  Lag(LagSettings settings, Instant now);

  /// A whole frame that the worker took or copied for us, as a member received it: slow protocols, ARP,
  /// Neighbor Discovery. Anything may be in it.
  void frame_received(MemberIndex member, std::span<const std::byte> frame, Instant now);
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
  [[nodiscard]] bool wants_load() const noexcept { return load_deadline().has_value(); }
  /// Where the workers are, while wants_progress().
  void report(const Progress& progress, Instant now);
  [[nodiscard]] bool wants_progress() const noexcept { return tables_.moving(); }
  void expire(Instant now);
  /// Tells every Partner that we leave. Done when drained() and transmit() gives nothing.
  void shut_down(Instant now);
  [[nodiscard]] bool drained() const noexcept;

  /// When expire(), take_table() or a measurement is next due.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  /// Frames to send now; ask until there is none.
  [[nodiscard]] std::optional<OutgoingFrame> transmit(Instant now);
  /// The table to publish, if what the fast path can see has changed. The first call always gives one.
  [[nodiscard]] std::unique_ptr<const table::PortTable> take_table(Instant now);
  /// What the LAG and each member's port are to carry.
  [[nodiscard]] const failover::AddressPlan& addresses() const noexcept { return addresses_; }

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
  /// Buckets first to last; with `of` those of them that are to be on that member now.
  struct BucketChoice {
    std::size_t first = 0;
    std::size_t last = dist::kBuckets - 1;
    std::optional<MemberIndex> of{};
  };
  struct BucketsPlaced {
    std::size_t chosen = 0;
    dist::LaneSet buckets{};
  };
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

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const LagOptions& options() const noexcept { return options_; }
  [[nodiscard]] bool up() const noexcept { return outcome_.up; }
  [[nodiscard]] MemberSet distributing() const noexcept { return outcome_.distributing; }
  [[nodiscard]] table::Distribution distribution() const noexcept;
  /// What the link says, or what was set instead.
  [[nodiscard]] BitsPerSecond speed(MemberIndex member) const noexcept { return links_.port(member).speed; }
  /// Members that are there, leaving ones included.
  [[nodiscard]] MemberSet members() const noexcept { return members_; }
  [[nodiscard]] std::optional<MemberIndex> find(std::string_view member) const noexcept;
  [[nodiscard]] const MemberSettings& member(MemberIndex index) const noexcept { return at(index).settings; }
  [[nodiscard]] const Journal& journal() const noexcept { return journal_; }
  /// Which way a frame takes, and why. What workers know of its conversation, the caller adds.
  [[nodiscard]] Explanation explain(std::span<const std::byte> frame, Instant now) const;
  /// Without what the workers count; the caller adds it. Members in the order in which they were added.
  [[nodiscard]] LagStatus status(Instant now) const;
  /// The indices of status().members.
  [[nodiscard]] std::span<const MemberIndex> order() const noexcept { return order_; }

 private:
  /// For frames that the Partner sent before it heard that a member leaves.
  static constexpr Duration kGrace = 200ms;

  struct Member {
    MemberSettings settings{};
    marker::Responder responder{};
    std::uint64_t link_failures = 0;
    std::optional<Instant> leaving{};  // since when
    // Disabled or leaving: until then frames that are under way are still taken. Set anew when the Partner is
    // told.
    std::optional<Instant> quiet_at{};
    Instant changed{};  // when it began or ceased to work or to distribute
    // What the journal has said last.
    bool noted_works = false;
    bool noted_held = false;
    bool noted_distributing = false;
  };
  /// Who does what, as all monitors and protocols have it now.
  struct Outcome {
    MemberSet collecting = 0;
    MemberSet distributing = 0;
    MemberSet standby = 0;
    std::optional<MemberIndex> active{};
    bool fallback = false;
    bool up = false;
    friend bool operator==(const Outcome&, const Outcome&) = default;
  };

  [[nodiscard]] Member& at(MemberIndex i) noexcept { return slots_[i.value()]; }
  [[nodiscard]] const Member& at(MemberIndex i) const noexcept { return slots_[i.value()]; }
  [[nodiscard]] const ModeRow& row() const noexcept { return row_of(options_.mode); }
  void insert(MemberIndex index, MemberSettings settings, Instant now);
  void fall_quiet(MemberIndex member, Instant now);
  [[nodiscard]] lacp::AggregatorConfig lacp_config(const LagOptions& options) const;
  void set_hosts();
  void slow_frame_received(MemberIndex member, std::span<const std::byte> frame, Instant now);
  void queue(MemberIndex member, const wire::ControlFrame& frame);
  void send_learning_frames(Instant now);

  // lag_outcome.cpp
  void settle(Instant now, std::string_view why = {});
  void tell_aggregator(Instant now);
  [[nodiscard]] MemberSet usable() const;
  [[nodiscard]] std::optional<MemberIndex> choose_active() const;
  void update_fallback(Instant now);
  [[nodiscard]] Outcome decide() const;
  [[nodiscard]] MemberSet within_links(MemberSet candidates) const;
  void active_changed(std::optional<MemberIndex> before, std::string_view why, Instant now);
  void announce(Instant now);
  void plan_addresses();
  void tell_balancers(Instant now);
  [[nodiscard]] TableInput table_input() const;
  [[nodiscard]] std::uint32_t capacity(MemberIndex member) const;

  // lag_load.cpp
  [[nodiscard]] bool rebalances() const noexcept;
  [[nodiscard]] balance::RebalancerOptions rebalancer_options() const noexcept;
  [[nodiscard]] Duration load_interval() const noexcept;
  [[nodiscard]] bool load_due(Instant now) const noexcept;
  [[nodiscard]] std::optional<Instant> load_deadline() const noexcept;
  void load_measured(const Measurement& counts, Instant now);
  void find_crowded();
  void tell_rebalancer(Instant now);
  void add_load(TableInput& in) const;
  void add_load_status(LagStatus& status) const;

  // bucket_moves.cpp
  void forget_placed(MemberIndex member) noexcept;
  [[nodiscard]] std::uint32_t placed_on(MemberIndex member) const noexcept;

  // lag_moves.cpp
  void ask_with_markers(Instant now);
  [[nodiscard]] bool answers_marker(MemberIndex member, const wire::MarkerPdu& pdu, Instant now);
  [[nodiscard]] MemberSet lingering() const;
  [[nodiscard]] MemberSet withdrawn() const;
  void note_partner_keys(Instant now);

  // lag_journal.cpp
  void note(JournalEntry entry);
  void note_links(Instant now);
  void drain_events();

  [[nodiscard]] MemberStatus member_status(MemberIndex index, Instant now) const;
  void add_drops(LagStatus& status) const;

  std::string name_;
  MacAddress address_;
  MacAddress system_;  // of LACP, unless the options have one: the address at the start
  MacAddress probe_base_;
  LagOptions options_;
  std::array<Member, kMembersMax> slots_{};
  MemberSet members_ = 0;
  std::vector<MemberIndex> order_;

  MemberLinks links_;
  std::optional<lacp::Aggregator> aggregator_{};  // under Choice::lacp
  Outcome outcome_{};
  std::optional<MemberIndex> active_{};  // chosen last; kept while it works, unless a better one is preferred
  std::optional<MemberIndex> last_active_{};
  std::optional<MemberIndex> pinned_{};  // by the operator, until it fails
  std::uint64_t failovers_ = 0;
  Instant changed_{};                      // when the LAG came up or went down last
  std::optional<Instant> silent_since_{};  // no Partner speaks, though a link is up (LACP fallback)
  bool fallback_due_ = false;
  bool closing_ = false;  // shut_down()

  failover::AddressPlan addresses_{};
  failover::Announcer announcer_{};
  std::vector<HostAddress> hosts_;  // of the kernel's interface
  balance::LoadBalancer load_;
  std::optional<balance::ReceiveBalancer> receive_{};  // under ReceiveBalance::arp
  balance::MemberLoad member_load_;
  balance::Rebalancer rebalancer_;
  balance::Rebalancer::Capacities told_capacities_{};  // what the rebalancer was told last
  MemberSet told_distributing_ = 0;
  MemberSet crowded_ = 0;  // conversations may leave them
  std::uint64_t load_measurements_ = 0;
  std::uint32_t sweep_rate_ = 0;
  Instant next_load_{};
  marker::Requester requester_{};
  std::size_t workers_ = 1;
  dist::LaneSet behind_{};  // lanes that some worker has not taken to where they are to be
  MemberSet noted_unlike_keys_ = 0;
  Instant next_learning_{};
  Instant next_measurement_{};

  std::array<std::uint64_t, wire::kSlowFrameErrors> frame_errors_{};
  std::uint64_t queue_full_ = 0;
  std::uint64_t lacpdus_unwanted_ = 0;  // received though the mode knows no LACP
  std::uint64_t addresses_refused_ = 0;
  RingQueue<OutgoingFrame, 128> queued_;
  Journal journal_;

  TableMaker tables_{};
  BucketMembers placed_ = kNoMembers;  // by the operator
  bool table_is_old_ = true;
};

}  // namespace lagoon::control
