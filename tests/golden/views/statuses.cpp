#include "statuses.hpp"

#include <utility>

namespace lagoon::test {

namespace {

using namespace control;
using failover::DebouncedLink;

constexpr Instant kNow = instant_from_ns(3'600'000'000'000);

MacAddress mac(std::uint8_t last) {
  return {{0x02, 0x4c, 0x41, 0x00, 0x00, last}};
}

MemberStatus member(std::uint8_t number) {
  MemberStatus m;
  m.name = "p" + std::to_string(number);
  m.port = "net_af_packet" + std::to_string(number);
  m.address = mac(number + 1);
  m.carries = mac(1);
  m.link = {.up = true, .speed = mbps(10'000), .full_duplex = true};
  m.mii = DebouncedLink::up;
  m.works = m.collecting = m.distributing = true;
  m.traffic = {
      .rx_packets = 1000U + number, .rx_bytes = 64000, .tx_packets = 2000U + number, .tx_bytes = 128000};
  m.since_change = 90s;
  return m;
}

void fail(MemberStatus& m) {
  m.link.up = false;
  m.mii = DebouncedLink::down;
  m.works = m.active = m.collecting = m.distributing = false;
  m.link_failures = 1;
  m.buckets = 0;
}

// Works, and is not used.
void stand_by(MemberStatus& m) {
  m.collecting = m.distributing = false;
  m.buckets = 0;
}

LagStatus lag(Mode mode, std::uint8_t members) {
  LagStatus s;
  s.name = "lag0";
  s.taken = kNow;
  s.mode = name_of(mode);
  s.options.mode = mode;
  s.distribution = name_of(row_of(mode).distribution);
  s.options.miimon = 20ms;
  s.options.lacp.system = mac(1);
  s.hash = "l3+4";
  s.address = mac(1);
  s.system = mac(1);
  s.system_priority = 32768;
  s.up = members > 0;
  s.uptime = 1h;
  s.generation = 7;
  s.pace.control = {.turn_p50 = 7us,
                    .turn_p99 = 96us,
                    .turn_longest = 1322us,
                    .away_longest = 2407us,
                    .starved = 1,
                    .starved_longest = 104ms};
  for (std::uint8_t i = 0; i < members; ++i) s.members.push_back(member(i));
  s.drops = {{"not_collecting", 3}, {"tx_refused", 0}};
  return s;
}

LagStatus counted(LagStatus s) {
  s.distributing_members = 0;
  for (const MemberStatus& m : s.members) s.distributing_members += m.distributing ? 1 : 0;
  return s;
}

void make_active(LagStatus& s, std::size_t at) {
  s.active = at;
  s.members[at].active = true;
}

LagStatus balance_rr() {
  LagStatus s = lag(Mode::balance_rr, 3);
  s.options.debounce.down_delay = 2s;
  s.options.fast.packets_per_member = 3;
  s.members[1].link.up = false;
  s.members[1].mii = DebouncedLink::going_down;
  return s;
}

LagStatus balance_rr_targets() {
  LagStatus s = lag(Mode::balance_rr, 3);
  s.options.miimon = 0ms;
  s.options.targets.interval = 200ms;
  s.options.targets.targets = {{Ipv4Address{{10, 0, 0, 1}}, std::nullopt}};
  s.up = false;
  for (MemberStatus& m : s.members) {
    stand_by(m);
    m.works = false;
    m.health = monitor::MemberHealth{};
  }
  return s;
}

LagStatus active_backup() {
  LagStatus s = lag(Mode::active_backup, 3);
  s.options.active = {.primary = "p1", .reselect = failover::Reselect::failure};
  s.options.damping.enabled = true;
  s.primary = 1;
  s.failovers = 2;
  make_active(s, 0);
  fail(s.members[1]);
  stand_by(s.members[2]);
  s.members[2].works = false;
  s.members[2].held_down_for = 7900ms;
  s.members[2].holds = 1;
  s.members[2].priority = -5;
  return s;
}

LagStatus active_backup_follow() {
  LagStatus s = lag(Mode::active_backup, 3);
  s.options.active.fail_over_mac = failover::FailOverMac::follow;
  s.options.announce = {.num_grat_arp = 3, .num_unsol_na = 2, .peer_notif_delay = 200ms, .resend_igmp = 4};
  make_active(s, 0);
  for (const std::size_t i : {1U, 2U}) {
    stand_by(s.members[i]);
    s.members[i].carries = s.members[i].address;
  }
  s.members[2].link.speed = BitsPerSecond{};
  return s;
}

LagStatus active_backup_targets() {
  LagStatus s = lag(Mode::active_backup, 3);
  s.options.miimon = 0ms;
  s.options.targets = {.interval = 200ms,
                       .targets = {{Ipv4Address{{10, 0, 0, 1}}, std::nullopt},
                                   {Ipv4Address{{10, 0, 0, 2}}, std::uint16_t{5}},
                                   {*parse_ipv6_address("2001:db8::2"), std::nullopt}},
                       .validate = monitor::Validate::all,
                       .needed = monitor::TargetsNeeded::any,
                       .missed_max = 2};
  make_active(s, 2);
  const monitor::MemberHealth well{.alive = true,
                                   .why = monitor::Why::none,
                                   .last_heard = kNow - 50ms,
                                   .last_answered = kNow - 150ms,
                                   .probes_sent = 40,
                                   .answers = 39};
  for (MemberStatus& m : s.members) m.health = well;
  for (const std::size_t i : {0U, 1U}) {
    stand_by(s.members[i]);
    s.members[i].works = false;
    s.members[i].health->alive = false;
  }
  s.members[0].health->why = monitor::Why::no_answer;
  s.members[1].health = monitor::MemberHealth{.alive = false, .why = monitor::Why::nothing_heard};
  return s;
}

LagStatus failover_lagg() {
  LagStatus s = lag(Mode::failover, 3);
  make_active(s, 1);
  fail(s.members[0]);
  stand_by(s.members[2]);
  return s;
}

LagStatus balance_xor() {
  LagStatus s = lag(Mode::balance_xor, 3);
  s.members[0].buckets = s.members[1].buckets = 2048;
  stand_by(s.members[2]);
  s.members[2].works = false;
  s.members[2].administration = Administration::disabled;
  return s;
}

LagStatus broadcast() {
  LagStatus s = lag(Mode::broadcast, 3);
  s.options.fast.eliminate_duplicates = true;
  s.members[2].distributing = false;
  s.members[2].administration = Administration::drained;
  return s;
}

void negotiate(MemberStatus& m, std::uint16_t number) {
  m.lacp.link = m.link;
  m.lacp.selected = lacp::Selected::selected;
  m.lacp.reason = lacp::UnselectedReason::none;
  m.lacp.receive = lacp::ReceiveState::current;
  m.lacp.periodic = lacp::PeriodicState::fast_periodic;
  m.lacp.mux = lacp::MuxState::distributing;
  m.lacp.actor_churn = m.lacp.partner_churn = lacp::ChurnState::no_churn;
  m.lacp.actor = {.system_priority = 32768,
                  .system = mac(1),
                  .key = 15,
                  .port_priority = 32768,
                  .port_number = number,
                  .state = 0x3f};
  m.lacp.partner = {.system_priority = 65535,
                    .system = {{0x00, 0x05, 0x5d, 0x71, 0x8d, 0xb8}},
                    .key = 0x146,
                    .port_priority = 255,
                    .port_number = static_cast<std::uint16_t>(number + 2),
                    .state = 0x3d};
  m.lacp.lag_id = {.first = {.system_priority = 32768, .system = mac(1), .key = 15},
                   .second = {.system_priority = 65535, .system = m.lacp.partner.system, .key = 0x146}};
  m.lacp.collecting = m.lacp.distributing = true;
  m.lacp.last_change = kNow - 90s;
  m.lacp.last_received = kNow - 29s;
  m.lacp.tx_gap = 1004ms;
  m.lacp.rx_gap = 30'001ms;
  m.lacp.counters = {.lacpdu_rx = 91,
                     .lacpdu_tx = 90,
                     .looped = 0,
                     .selected_changes = 1,
                     .expirations = 0,
                     .actor_churns = 0,
                     .partner_churns = 1,
                     .partner_changes = 1};
  m.buckets = 2048;
}

void lose_partner(MemberStatus& m) {
  m.lacp.selected = lacp::Selected::unselected;
  m.lacp.mux = lacp::MuxState::detached;
  m.lacp.actor.state = 0x47;
  m.lacp.partner = {};
  m.lacp.lag_id = {};
  m.lacp.collecting = m.lacp.distributing = m.collecting = m.distributing = false;
  m.buckets = 0;
}

LagStatus lacp_pair() {
  LagStatus s = lag(Mode::lacp, 3);
  s.options.lacp.select = lacp::SelectPolicy::count;
  for (std::uint16_t i = 0; i < 3; ++i) negotiate(s.members[i], static_cast<std::uint16_t>(i + 1));
  s.lag_id = s.members[0].lacp.lag_id;
  s.hash_seed = 7;
  MemberStatus& down = s.members[1];
  fail(down);
  lose_partner(down);
  down.lacp.reason = lacp::UnselectedReason::link_down;
  down.lacp.receive = lacp::ReceiveState::port_disabled;
  down.lacp.actor_churn = down.lacp.partner_churn = lacp::ChurnState::monitor;
  return s;
}

LagStatus lacp_alone() {
  LagStatus s = lag(Mode::lacp, 3);
  s.up = false;
  s.options.lacp.rate = lacp::Rate::slow;
  s.options.lacp.activity = lacp::Activity::passive;
  for (std::uint16_t i = 0; i < 3; ++i) {
    negotiate(s.members[i], static_cast<std::uint16_t>(i + 1));
    lose_partner(s.members[i]);
    s.members[i].lacp.reason = lacp::UnselectedReason::no_partner;
    s.members[i].lacp.receive = lacp::ReceiveState::defaulted;
    s.members[i].lacp.actor_churn = lacp::ChurnState::churn;
    s.members[i].lacp.last_received = Instant{};
  }
  return s;
}

LagStatus balance_tlb() {
  LagStatus s = lag(Mode::balance_tlb, 3);
  make_active(s, 0);
  for (const std::size_t i : {1U, 2U}) s.members[i].carries = s.members[i].address;
  s.members[0].load_octets_s = 1'250'000;
  s.members[1].load_octets_s = 98'765;
  return s;
}

LagStatus balance_tlb_hash() {
  LagStatus s = balance_tlb();
  s.options.adaptive.load.dynamic = false;
  s.primary = 0;
  s.options.active.primary = "p0";
  return s;
}

LagStatus balance_alb() {
  LagStatus s = balance_tlb();
  s.mode = "balance-alb";
  s.options.mode = Mode::balance_alb;
  s.active.reset();
  s.members[0].active = false;
  make_active(s, 1);
  fail(s.members[0]);
  const Ipv4Address host{{10, 0, 0, 1}};
  s.clients = {{.host = host,
                .client = {{10, 0, 0, 7}},
                .mac = mac(0x77),
                .vlan_tci = std::nullopt,
                .member = MemberIndex{1}},
               {.host = host,
                .client = {{10, 0, 0, 8}},
                .mac = {},
                .vlan_tci = std::uint16_t{5},
                .member = MemberIndex{2}},
               {.host = host,
                .client = {{10, 0, 0, 9}},
                .mac = mac(0x79),
                .vlan_tci = std::nullopt,
                .member = MemberIndex{1}}};
  return s;
}

// Names that JSON must escape, or can't hold.
LagStatus odd_names() {
  LagStatus s = lag(Mode::balance_xor, 2);
  s.name = "say \"lag\"\\\n\x01";
  s.members[0].name = "caf\xc3\xa9 \xf0\x9f\x90\x9f";
  s.members[1].name = "\xff\xc0\xaf\xed\xa0\x80 broken";
  return s;
}

}  // namespace

std::vector<NamedStatus> fixed_statuses() {
  std::vector<NamedStatus> all;
  const auto add = [&all](std::string_view name, LagStatus s) {
    all.push_back({name, counted(std::move(s))});
  };
  add("balance-rr", balance_rr());
  add("balance-rr-targets", balance_rr_targets());
  add("active-backup", active_backup());
  add("active-backup-follow", active_backup_follow());
  add("active-backup-targets", active_backup_targets());
  add("active-backup-empty", lag(Mode::active_backup, 0));
  add("failover", failover_lagg());
  add("balance-xor", balance_xor());
  add("broadcast", broadcast());
  add("lacp", lacp_pair());
  add("lacp-alone", lacp_alone());
  add("lacp-empty", lag(Mode::lacp, 0));
  add("balance-tlb", balance_tlb());
  add("balance-tlb-hash", balance_tlb_hash());
  add("balance-alb", balance_alb());
  add("odd-names", odd_names());
  for (NamedStatus& each : load_statuses(balance_xor(), lacp_pair())) add(each.name, std::move(each.lag));
  return all;
}

std::optional<control::LagStatus> fixed_status(std::string_view name) {
  for (NamedStatus& each : fixed_statuses())
    if (each.name == name) return std::move(each.lag);
  return std::nullopt;
}

}  // namespace lagoon::test
