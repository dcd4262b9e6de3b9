// Inputs and outputs of a Lag. Commands: lag_commands.cpp; what follows from both: settle.cpp.
#include "control/lag/lag.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/earliest.hpp"
#include "control/lag/lag_parts.hpp"
#include "dist/flow_hash.hpp"
#include "options/load_options.hpp"
#include "wire/slow_frame.hpp"

namespace lagoon::control {

LagParts::LagParts(LagSettings settings, Instant now)
    : name{std::move(settings.name)},
      system{settings.address},
      probe_base{settings.probe_base},
      options{std::move(settings.options)},
      roster{static_cast<std::uint16_t>(options.multichassis.node_number << 12)},
      links{options, probe_base, now},
      hold_out{options.lacp_extras, row_of(options.mode).choice == Choice::lacp},
      sessions{options.bfd, settings.seed},
      neighbors{options.lldp, std::move(settings.identity), name, lacp_config().system},
      changed{now},
      moves{settings.workers},
      loads{options, now},
      announcements{options, outbox, settings.address, now},
      slow_frames{roster, moves, outbox},
      journal{roster} {
  LAGOON_CHECK(settings.members.size() <= kMembersMax);
  if (row().choice == Choice::lacp) aggregator.emplace(lacp_config(), now);
  if (row().receive == ReceiveBalance::arp) receive.emplace(now);
  tell_neighbors();
  for (std::size_t i = 0; i < settings.members.size(); ++i)
    insert(MemberIndex{static_cast<std::uint8_t>(i)}, std::move(settings.members[i]), now);
  settle(*this, now);
}

lacp::AggregatorConfig LagParts::lacp_config() const {
  lacp::AggregatorConfig config = options.lacp;
  if (config.system.is_zero()) config.system = system;
  if (share.order) {
    config.system = share.order->system;
    config.system_priority = share.order->system_priority;
    config.takes_over = true;
  }
  config.held_back = share.held_back();
  config.any_speed = options.unequal_speed;
  // (its candidates have settled before it takes them)
  if (options.automatic) config.aggregate_wait = 0s;
  return config;
}

MemberSet LagParts::works() const {
  MemberSet set = 0;
  for_each(roster.members(), [&](MemberIndex m) {
    if (links.works(m) && !contains(unserved, m) && !sessions.blocks(m)) set |= set_of(m);
  });
  return set;
}

Lag::Lag(LagSettings settings, Instant now) : parts_{std::make_unique<LagParts>(std::move(settings), now)} {}
Lag::~Lag() = default;

void Lag::frame_received(MemberIndex member, std::span<const std::byte> frame, Instant now) {
  LagParts& lag = *parts_;
  if (!contains(lag.roster.members(), member)) return;
  if (SlowFrames::is_one(frame)) {
    const auto lacpdu = lag.slow_frames.receive(member, frame, now);
    if (!lacpdu) return;
    if (!lag.aggregator) return lag.slow_frames.lacpdu_unwanted();
    if (contains(lag.hold_out.held(), member)) return lag.hold_out.ignored(member);
    lag.aggregator->receive(member, *lacpdu, now);
    lag.hold_out.reversals(member, lag.aggregator->port(member).counters.partner_reversals, now);
  } else if (Neighbors::is_one(frame)) {
    return lag.neighbors.receive(member, frame, now);
  } else if (const auto taken = lag.sessions.receive(member, frame, now);
             taken != MemberSessions::Taken::no) {
    if (taken == MemberSessions::Taken::as_ever) return;
  } else {
    lag.links.frame_received(member, frame, now);
    if (lag.receive) lag.receive->frame_received(member, frame, now);
  }
  settle(lag, now);
}

void Lag::lacpdus_dropped(MemberIndex member, std::uint64_t count, Instant now) {
  LagParts& lag = *parts_;
  if (contains(lag.roster.members(), member) && lag.hold_out.dropped(member, count, now)) settle(lag, now);
}

void Lag::stalled(const Stall& stall, Instant now) {
  LagParts& lag = *parts_;
  if (stall.begins) ++lag.stalls.times;
  if (stall.ends) lag.stalls.longest = std::max(lag.stalls.longest, stall.stood);
  lag.unserved = stall.unserved;
  lag.journal.note_stall(stall, now);
  settle(lag, now);
}

void Lag::frame_to_send(std::span<const std::byte> frame, Instant now) {
  if (parts_->receive) parts_->receive->frame_to_send(frame, now);
  if (parts_->row().has_active) parts_->announcements.frame_to_send(frame, now);
}

bool Lag::link_changed(MemberIndex member, LinkState link, Instant now) {
  LagParts& lag = *parts_;
  LAGOON_CHECK(contains(lag.roster.members(), member));
  if (const auto& speed = lag.roster.settings(member).speed) link.speed = *speed;
  const bool was_up = lag.links.port(member).up;
  if (!lag.links.port_changed(member, link, now)) return false;
  if (link.up != was_up) lag.journal.note_port(member, was_up, link, now);
  settle(lag, now);
  return true;
}

void Lag::hosts_changed(std::span<const HostAddress> hosts, Instant now) {
  parts_->neighbors.set_hosts(hosts);
  if (parts_->announcements.set_hosts(hosts)) settle(*parts_, now);
}

bool Lag::measurement_due(Instant now) const noexcept {
  const auto is_due = [now](std::optional<Instant> due) { return due && now >= *due; };
  return is_due(parts_->links.count_deadline()) || is_due(parts_->loads.group_deadline()) ||
         is_due(parts_->loads.lane_deadline(parts_->moves.moving()));
}

bool Lag::wants_load() const noexcept {
  return parts_->loads.lane_deadline(parts_->moves.moving()).has_value();
}

void Lag::measured(const Measurement& counts, Instant now) {
  parts_->links.frames_counted(counts.rx_frames, now);
  parts_->loads.measured(counts, parts_->moves.tables(), now);
  settle(*parts_, now);
}

void Lag::report(const Progress& progress, Instant now) {
  parts_->moves.report(progress, now);
  if (parts_->let_replaced_go(now)) settle(*parts_, now);
}

bool Lag::wants_progress() const noexcept {
  return parts_->moves.moving() || parts_->replaced() != 0;
}

void Lag::expire(Instant now) {
  LagParts& lag = *parts_;
  lag.links.expire(now);
  lag.hold_out.expire(now);
  lag.sessions.expire(now);
  if (lag.aggregator) lag.aggregator->expire(now);
  if (lag.receive) lag.receive->expire(now);
  lag.announcements.expire(lag.outcome.distributing, now);
  lag.neighbors.expire(now);
  lag.journal.expire(now);
  settle(lag, now);
}

void Lag::shut_down(Instant now) {
  parts_->closing = true;
  parts_->announcements.shut_down();
  for (const MemberIndex m : parts_->roster.order()) parts_->say_farewell(m);
  if (parts_->aggregator) parts_->aggregator->shut_down(now);
  settle(*parts_, now);
  parts_->journal.flush(now);
}

void excuse_silence(Lag& lag, Duration away, Instant now) {
  constexpr Duration kOfPartners = 500ms;
  LagParts& parts = *lag.parts_;
  if (parts.aggregator && away >= kOfPartners) parts.aggregator->excuse_silence(now);
  if (!parts.links.monitors_targets()) return;
  parts.links.excuse_silence(now);
  settle(parts, now);
}

void refresh(Lag& lag, Instant now) {
  if (lag.parts_->aggregator) lag.parts_->aggregator->refresh(now);
}

void leave_sessions(Lag& lag) {
  LagParts& parts = *lag.parts_;
  for (const MemberIndex m : parts.roster.order())
    if (const auto last = parts.sessions.farewell(m)) parts.outbox.push(m, *last);
}

void slept(Lag& lag, Duration gap, Instant now) {
  lag.parts_->sessions.slept(gap, now);
}

void end_journal(Lag& lag, Instant now) {
  lag.parts_->journal.flush(now);
}

bool Lag::drained() const noexcept {
  return parts_->closing && parts_->outbox.empty() && (!parts_->aggregator || parts_->aggregator->told());
}

std::optional<Instant> Lag::deadline() const noexcept {
  const LagParts& lag = *parts_;
  Earliest first;
  first.add(lag.links.deadline());
  first.add(lag.links.count_deadline());
  first.add(lag.hold_out.deadline());
  if (lag.aggregator) first.add(lag.aggregator->deadline());
  first.add(lag.moves.deadline());
  if (lag.chosen.silent_since && !lag.outcome.fallback)
    first.add(*lag.chosen.silent_since + lag.options.lacp_extras.fallback_delay);
  first.add(lag.announcements.deadline());
  first.add(lag.sessions.deadline());
  first.add(lag.neighbors.deadline());
  if (lag.receive) first.add(lag.receive->deadline());
  first.add(lag.loads.group_deadline());
  first.add(lag.loads.lane_deadline(lag.moves.moving()));
  first.add(lag.roster.deadline());
  first.add(lag.journal.deadline());
  return first.at();
}

std::optional<OutgoingFrame> Lag::transmit(Instant now, bool addresses_stand) {
  LagParts& lag = *parts_;
  const auto slow_frame = [&](MemberIndex member, const auto& pdu) {
    return wire::ControlFrame{wire::emit_slow_frame(lag.roster.settings(member).address, pdu)};
  };
  if (auto queued = lag.outbox.pop()) return queued;
  if (const auto question = lag.moves.transmit())
    return OutgoingFrame{.member = question->member,
                         .frame = slow_frame(question->member, question->pdu),
                         .worker = question->worker};
  if (!lag.closing) {
    if (const auto out = lag.sessions.transmit(now))
      return OutgoingFrame{.member = out->member, .frame = out->frame};
    if (const auto probe = lag.links.transmit(now))
      return OutgoingFrame{.member = probe->member, .frame = probe->frame};
    if (lag.outcome.active && addresses_stand)
      if (const auto frame = lag.announcements.transmit(now))
        return OutgoingFrame{.member = *lag.outcome.active, .frame = *frame};
    if (lag.receive && addresses_stand)
      if (const auto out = lag.receive->transmit(now))
        return OutgoingFrame{.member = out->member, .frame = out->frame};
    if (const auto out = lag.neighbors.transmit(now))
      return OutgoingFrame{.member = out->member, .frame = out->frame};
    lag.journal.note_neighbors(lag.neighbors, now);
  }
  if (!lag.aggregator) return std::nullopt;
  const auto due = lag.aggregator->transmit(now);
  if (!due) return std::nullopt;
  if (!contains(lag.aggregator->collecting(), due->port))
    lag.roster.hasten_quiet(due->port, now + LagParts::kGrace);
  return OutgoingFrame{.member = due->port, .frame = slow_frame(due->port, due->pdu)};
}

std::unique_ptr<const table::PortTable> Lag::take_table(Instant now) {
  LagParts& lag = *parts_;
  if (!lag.moves.due(now)) return nullptr;
  MemberSet working = 0;
  for_each(lag.roster.members(), [&](MemberIndex m) {
    if (lag.links.port(m).up) working |= set_of(m);
  });
  auto table = lag.moves.make(table_input(lag), working, lag.options.move, now);
  if (table)
    lag.moves.ask(lag.aggregator ? std::optional{lag.lacp_config().system} : std::nullopt, lag.roster, now);
  return table;
}

Explanation Lag::explain(std::span<const std::byte> frame, Instant) const {
  const LagParts& lag = *parts_;
  const table::Distribution distribution = distribution_of(lag.options);
  Explanation out;
  out.distribution = name_of(distribution);
  out.hash = dist::flow_hash(frame, lag.options.fast.hash);
  out.bucket = dist::bucket_of(out.hash);
  out.by_frame =
      distribution == table::Distribution::round_robin || distribution == table::Distribution::broadcast;
  if (!out.by_frame && lag.outcome.distributing != 0) lag.moves.explain(out);
  return out;
}

const failover::AddressAssignment& Lag::addresses() const noexcept {
  return parts_->announcements.addresses();
}
std::size_t Lag::count_on(const dist::LaneSet& buckets, MemberIndex member) const noexcept {
  return parts_->moves.count_on(buckets, member);
}
const std::string& Lag::name() const noexcept {
  return parts_->name;
}
const LagOptions& Lag::options() const noexcept {
  return parts_->options;
}
bool Lag::up() const noexcept {
  return parts_->outcome.up;
}
MemberSet Lag::distributing() const noexcept {
  return parts_->outcome.distributing;
}
BitsPerSecond Lag::speed(MemberIndex member) const noexcept {
  return parts_->links.port(member).speed;
}
MemberSet Lag::members() const noexcept {
  return parts_->roster.members();
}
std::optional<MemberIndex> Lag::find(std::string_view member) const noexcept {
  return parts_->roster.find(member);
}
const MemberSettings& Lag::member(MemberIndex index) const noexcept {
  return parts_->roster.settings(index);
}
std::span<const MemberIndex> Lag::order() const noexcept {
  return parts_->roster.order();
}
const Journal& Lag::journal() const noexcept {
  return parts_->journal.journal();
}
LagStatus Lag::status(Instant now) const {
  return status_of(*parts_, now);
}

}  // namespace lagoon::control
