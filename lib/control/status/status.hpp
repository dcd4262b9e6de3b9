// Status: all that an operator can see of a LAG, as values. Every view (telemetry, table) is made from it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "balance/rebalancer.hpp"
#include "balance/receive_balancer.hpp"
#include "base/ip_address.hpp"
#include "base/link_state.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "bfd/session.hpp"
#include "control/links/interface_news.hpp"
#include "control/table/move_keeper.hpp"
#include "control/wiring/wiring_fault.hpp"
#include "failover/debounce.hpp"
#include "lacp/port_view.hpp"
#include "lldp/agent.hpp"
#include "marker/requester.hpp"
#include "monitor/target_monitor.hpp"
#include "options/lag_options.hpp"

namespace lagoon::control {

struct NamedCount {
  std::string_view name;  // static text
  std::uint64_t count = 0;
};

/// Counted by the workers, summed over them.
struct Traffic {
  std::uint64_t rx_packets = 0;
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_packets = 0;
  std::uint64_t tx_bytes = 0;
  std::uint64_t rx_ignored = 0;  // heard and not delivered, for whatever reason
  // Not heard: the kernel's ring had no room for it (net_af_packet). Of members; not the workers' count.
  std::uint64_t kernel_ring_full = 0;         // since the start
  std::uint64_t kernel_ring_full_lately = 0;  // in the last ten seconds
};

/// Of a LAG that places each conversation by load. Filled in by dpdk/, summed over the workers.
struct ConversationStatus {
  std::uint64_t live = 0;
  std::uint64_t room = 0;    // entries in all workers' tables
  std::uint64_t octets = 0;  // of memory, in all
  std::uint64_t begun = 0;
  std::uint64_t ended = 0;           // silent for too long
  std::uint64_t pushed_out = 0;      // silent, and made room
  std::uint64_t moved = 0;           // to another member
  std::uint64_t frames_without = 0;  // that went as their bucket, since there was no room for an entry
};

/// One traffic class, summed over workers and members. Filled in by dpdk/.
struct ClassStatus {
  std::string name{};
  std::uint64_t in_packets = 0;
  std::uint64_t in_bytes = 0;
  std::uint64_t out_packets = 0;
  std::uint64_t out_bytes = 0;
  std::uint64_t taken_back = 0;
  std::uint64_t spilled = 0;
  std::uint64_t marked = 0;
  std::uint64_t mark_missed = 0;
  std::uint64_t queue_full = 0;
  std::uint64_t rate_exceeded = 0;
  std::uint64_t member_lost = 0;
  std::uint64_t user_died = 0;
  std::array<std::uint64_t, 3> colour{};  // green, yellow, red
  std::uint64_t depth_packets = 0;
  std::uint64_t depth_bytes = 0;
  std::uint64_t highest_packets = 0;  // of one member and worker
  std::uint64_t highest_bytes = 0;
};

/// More LACPDUs than a Partner sends, and members that LACP leaves out for that (control/links/hold_out.hpp).
struct HoldOutStatus {
  bool flooded = false;                // more LACPDUs come now than may pass
  std::uint64_t lacpdus_dropped = 0;   // those above the limit
  std::optional<Duration> held_for{};  // nothing: LACP does not leave it out
  std::string_view why{};              // of the last time: "flood", or "partner_swings"
  std::uint64_t times = 0;             // that it did
  bool unserved = false;               // nobody carries its frames: a worker stands still
  bool candidate = false;              // the LAG finds its members by itself, and has not taken it
  std::string candidacy{};             // why, in a sentence
  Absence absence{};                   // the interface below its port is gone
};

/// Who carries the LAG's frames stood still (control/lag/stall.hpp), or control did.
struct StallStatus {
  std::uint64_t times = 0;
  Duration longest{};  // of those that are over
};

/// Why the member's LACP port does not distribute, as the journal would tell it now; empty: it does, or
/// waits.
struct Standing {
  std::string_view why{};  // a static text: the journal's word
  std::string evidence{};  // its sentence
};

/// Markers of the Partner.
struct MarkersHeard {
  std::uint64_t received = 0;
  std::uint64_t answered = 0;
};

/// A member's capacity in units, and what of it is not used now.
struct WeightStatus {
  double whole = 0;
  double left = 0;
};

/// micro-BFD on a member.
struct BfdStatus {
  wire::BfdState state{};
  wire::BfdState peer_state{};
  wire::BfdDiag diag{};  // why it is not Up
  bfd::Verdict verdict{};
  bool blocks = false;  // the member carries nothing for it
  std::optional<IpAddress> peer{};
  std::optional<Duration> detection{};  // nothing: no packet has come
  bfd::Counters counters{};
};

/// What is known of the other end of the member's cable.
struct OtherEndStatus {
  std::optional<BfdStatus> bfd{};
  std::vector<lldp::Neighbor> neighbors{};
  lldp::Counters lldp{};
  std::uint64_t too_many = 0;       // times that a neighbour found no room
  std::vector<Miswiring> wiring{};  // what is wrong with the cable
};

struct MemberStatus {
  std::string name;
  std::string port;      // what it is to DPDK: the ethdev's name. Filled in by dpdk/
  MacAddress address{};  // the port's own (permanent); LACPDUs are sent from it
  MacAddress carries{};  // the one it has now
  std::int32_t priority = 0;
  Administration administration = Administration::enabled;
  LinkState link{};                                             // as the port says
  failover::DebouncedLink mii = failover::DebouncedLink::down;  // after updelay and downdelay
  bool works = false;       // all monitors agree, and the operator has not disabled it
  bool active = false;      // the active member, in modes that have one
  bool collecting = false;  // in every mode: its frames are taken
  bool distributing = false;
  std::optional<Duration> held_down_for{};  // flap damping
  std::uint64_t holds = 0;                  // times that it was held down
  HoldOutStatus hold_out{};
  std::optional<monitor::MemberHealth> health{};  // with target monitoring
  std::uint64_t queued_packets = 0;  // wait in front of it, of all traffic classes. Filled in by dpdk/
  std::uint64_t load_octets_s = 0;   // what is sent on it now, where that is measured
  std::uint64_t capacity_mbps = 0;   // what its share goes by
  WeightStatus weight{};             // of weighted distribution
  std::uint64_t conversations = 0;   // that are on it now, where each is placed. Filled in by dpdk/
  lacp::PortView lacp{};
  Standing standing{};
  Traffic traffic{};
  std::uint32_t buckets = 0;
  std::uint32_t placed_buckets = 0;  // by the operator; on it while it distributes
  std::uint64_t link_failures = 0;
  MarkersHeard markers{};
  Duration since_change{};  // of Selected, Mux or the partner's identity
  OtherEndStatus other_end{};
};

/// Conversations that are moved in order.
struct MovesStatus {
  bool under_way = false;
  MoveCounters counters{};
  marker::RequesterCounters markers{};  // that we asked with
};

struct RebalancingStatus {
  bool enabled = false;
  balance::RebalancerCounters counters{};
  std::uint32_t pins = 0;  // large conversations with entries of their own
};

/// What tables had no room for.
struct RefusedStatus {
  std::uint64_t clients = 0;  // of balance-alb
  std::uint64_t groups = 0;   // of multicast, that are not reported anew after a failover
};

/// How fast the control lcore goes, lately: in the last 5 to 10 s, but for what is counted from the start. It
/// is one for all LAGs of a process (in a program of somebody else's, one for each). Filled in by dpdk/.
struct ControlTimes {
  Duration turn_p50{};  // of turns: half were no longer
  Duration turn_p99{};
  Duration turn_longest{};
  Duration away_longest{};     // from the beginning of one turn to that of the next
  std::uint64_t starved = 0;   // times that this was more than 100 ms, since the start
  Duration starved_longest{};  // of those
};

/// How those go on who serve the LAG.
struct PaceStatus {
  StallStatus stalls{};
  std::optional<ControlTimes> control{};  // nothing: there is no control lcore (the simulator)
};

struct LagStatus {
  std::string name;
  Instant taken{};  // when; ages of the Instants below are told against it
  std::string mode;
  LagOptions options{};
  std::uint16_t mtu = 1500;              // of the LAG now: the least of its ports'. Filled in by dpdk/
  std::string host_interface;            // the kernel's interface behind the LAG. Filled in by dpdk/
  std::optional<std::size_t> active{};   // position in `members`
  std::optional<std::size_t> primary{};  // position in `members`
  bool fallback = false;                 // no Partner speaks, one member is used (lacp fallback)
  Duration uptime{};                     // since the LAG last came up or went down
  std::uint64_t failovers = 0;           // times that another member became active
  RefusedStatus refused{};
  PaceStatus pace{};
  std::string distribution;  // "flow_hash", "weighted", ..
  MovesStatus moves{};
  RebalancingStatus rebalancing{};
  std::optional<ConversationStatus> conversations{};
  std::vector<ClassStatus> classes;      // where the LAG has traffic classes, in the order of service
  std::vector<balance::Client> clients;  // balance-alb; .member is a position in `members`
  std::string hash;
  MacAddress address{};
  bool up = false;
  std::uint32_t distributing_members = 0;
  std::uint64_t generation = 0;  // of the PortTable in use
  std::uint16_t system_priority = 0;
  MacAddress system{};
  lacp::LagId lag_id{};
  std::uint32_t hash_seed = 0;
  std::vector<MemberStatus> members;
  std::vector<NamedCount> drops;  // frames lost, and slow-protocol frames not acted on, by name
};

/// The LAG ID as 802.1AX-2014 6.3.6.1 prints it.
[[nodiscard]] std::string to_string(const lacp::LagId& id);

}  // namespace lagoon::control
