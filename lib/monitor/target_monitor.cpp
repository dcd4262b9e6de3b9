#include "monitor/target_monitor.hpp"

#include <bit>
#include <utility>

#include "base/check.hpp"
#include "monitor/answer.hpp"
#include "monitor/member_evidence.hpp"
#include "monitor/probe_clock.hpp"
#include "wire/arp.hpp"
#include "wire/neighbor.hpp"

namespace lagoon::monitor {

namespace {

struct Member {
  bool exists = false;
  bool up = false;
  bool alive = false;
  Why why = Why::none;
  Evidence evidence{};
  std::uint64_t frames = 0;
  std::uint64_t probes_sent = 0;
  std::uint64_t answers = 0;
  std::array<std::int64_t, kTargetsInAll> lossy_until{};  // a round, for each target
  std::int64_t slot = -1;                                 // the last one that it asked in
  std::size_t which = 0;                                  // of its addresses
  TargetSet to_ask = 0;                                   // what transmit() has still to send
  TargetSet unanswered = 0;                               // of its own probes, in this round
  TargetSet unheard = 0;  // of which targets no answer came in on it, in this round
};

wire::ControlFrame probe_frame(const MacAddress& from, const HostAddress& target) noexcept {
  if (const auto* const v4 = std::get_if<Ipv4Address>(&target.address))
    return wire::emit_arp(wire::arp_probe(from, *v4, target.vlan));
  return wire::emit_neighbor(wire::neighbor_probe(from, std::get<Ipv6Address>(target.address), target.vlan));
}

}  // namespace

struct TargetMonitor::State {
  State(TargetOptions chosen, const MacAddress& base, Instant now)
      : options{std::move(chosen)}, probe_base{base}, clock{options.interval, now} {
    LAGOON_CHECK(options.targets.size() <= kTargetsInAll);
    all_targets = static_cast<TargetSet>((std::uint64_t{1} << options.targets.size()) - 1);
  }

  [[nodiscard]] bool enabled() const noexcept {
    return options.interval > Duration::zero() && !options.targets.empty();
  }
  [[nodiscard]] Duration missed_time() const noexcept { return options.interval * options.missed_max; }
  [[nodiscard]] Duration patience() const noexcept { return missed_time() + options.interval / 2; }
  [[nodiscard]] bool fresh(std::optional<Instant> at, Instant now) const noexcept {
    return at && now - *at < patience();
  }
  [[nodiscard]] Counts counts(std::size_t i) const noexcept {
    return what_counts(options.validate, !has_active || (active && active->value() == i));
  }
  [[nodiscard]] std::optional<Instant> heard(std::size_t i) const noexcept {
    return heard_at(members[i].evidence, counts(i), options.needed, options.targets.size());
  }
  Member& there(MemberIndex member) noexcept {
    Member& m = members[member.value()];
    LAGOON_CHECK(m.exists);
    return m;
  }

  void advance(Instant now);
  void ask(std::size_t i, Instant now);
  [[nodiscard]] TargetSet still_wanted(Member& member) const noexcept;
  void resolution_received(Member& receiver, const Resolution& resolution, Instant now);
  [[nodiscard]] bool hears(std::size_t i, Instant now) const noexcept;
  [[nodiscard]] bool is_answered(std::size_t i, Instant now) const noexcept;
  void judge(Instant now);

  TargetOptions options;
  MacAddress probe_base;
  ProbeClock clock;
  TargetSet all_targets = 0;
  std::array<Member, kMembersMax> members{};
  std::optional<MemberIndex> active{};
  bool has_active = false;  // the mode knows an active member, though there may be none just now
  std::int64_t round = -1;
  Instant judged{};
};

// Begins what has become due: a round for all, a slot for each member.
void TargetMonitor::State::advance(Instant now) {
  if (!enabled()) return;
  if (const std::int64_t current = clock.round(now); current != round) {
    round = current;
    for (Member& member : members) member.unanswered = member.unheard = all_targets;
  }
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if (members[i].up && clock.slot(i, now) != members[i].slot) ask(i, now);
}

void TargetMonitor::State::ask(std::size_t i, Instant now) {
  Member& member = members[i];
  member.slot = clock.slot(i, now);
  member.to_ask = ProbeClock::begins_round(member.slot) ? all_targets : still_wanted(member);
  member.which = has_active ? 0 : ProbeClock::walk(i, member.slot);
}

// What was not answered is asked again. On a link that lost frames lately that would leave too few questions
// between an answer and the end of patience, so there it is asked in every slot.
// Without an active member, a partner chooses by the address over which link an answer comes. So all go on
// asking, from other addresses, until an answer has come in on every member.
TargetSet TargetMonitor::State::still_wanted(Member& member) const noexcept {
  constexpr std::int64_t kRoundsAfterLoss = 16;
  TargetSet wanted = member.unanswered;
  for (std::size_t target = 0; target < options.targets.size(); ++target) {
    const TargetSet bit = TargetSet{1} << target;
    if ((member.unanswered & bit) != 0) member.lossy_until[target] = round + kRoundsAfterLoss;
    if (round < member.lossy_until[target]) wanted |= bit;
  }
  if (!has_active)
    for (const Member& other : members)
      if (other.up) wanted |= other.unheard;
  return wanted;
}

void TargetMonitor::State::resolution_received(Member& receiver, const Resolution& resolution, Instant now) {
  receiver.evidence.resolution = now;
  if (!resolution.speaker) return;
  const bool to_asker = is_probe_address(probe_base, resolution.asker);
  if (!to_asker && !is_probe_address(probe_base, resolution.destination)) return;
  const MacAddress& probe = to_asker ? resolution.asker : resolution.destination;
  Member& asker = members[probe.octets[5] / kProbeAddresses];
  for (std::size_t target = 0; target < options.targets.size(); ++target) {
    if (options.targets[target] != *resolution.speaker) continue;
    const TargetSet bit = TargetSet{1} << target;
    receiver.evidence.in.answered(target, now);
    receiver.unheard &= ~bit;
    if (!asker.up) continue;
    asker.evidence.out.answered(target, now);
    asker.unanswered &= ~bit;
    ++asker.answers;
  }
}

// The way in. Where answers choose among links, a link that none ever took is not suspect while the member's
// own probes are answered; one that some took, and none takes now, is.
bool TargetMonitor::State::hears(std::size_t i, Instant now) const noexcept {
  const Member& member = members[i];
  const Evidence& evidence = member.evidence;
  if (fresh(heard(i), now)) return true;
  // With a new role other things count, and they are given time to come.
  if (member.alive && fresh(evidence.role_changed, now)) return true;
  if (has_active || evidence.in.latest()) return false;
  const TargetsNeeded needed = counts(i) == Counts::answers ? options.needed : TargetsNeeded::any;
  return fresh(evidence.out.as_needed(needed, options.targets.size()), now);
}

// The way out, which is broken only if others are answered: when a target dies, all fall silent together,
// give or take an interval.
bool TargetMonitor::State::is_answered(std::size_t i, Instant now) const noexcept {
  const Member& member = members[i];
  const std::optional<Instant> answered = member.evidence.out.latest();
  const Instant silent_since = answered.value_or(member.evidence.up_since);
  if (answered ? fresh(answered, now) : member.alive && fresh(silent_since, now)) return true;
  for (std::size_t o = 0; o < kMembersMax; ++o) {
    if (o == i || !members[o].up) continue;
    const std::optional<Instant> other = members[o].evidence.out.latest();
    if (other && *other - silent_since >= missed_time()) return false;
    if (!member.alive && fresh(other, now)) return false;
  }
  return true;
}

void TargetMonitor::State::judge(Instant now) {
  judged = now;
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    Member& member = members[i];
    if (!member.up || !enabled()) {
      member.alive = member.up;
      member.why = Why::none;
      continue;
    }
    const bool in = hears(i, now);
    const bool out = is_answered(i, now);
    member.alive = in && out;
    const bool needs_not_hear = !has_active && !member.evidence.in.latest();
    member.why = Why::nothing_heard;
    if (in || (needs_not_hear && !out)) member.why = Why::no_answer;
    if (member.alive) member.why = Why::none;
  }
}

TargetMonitor::TargetMonitor(TargetOptions options, const MacAddress& probe_base, Instant now)
    : state_{std::make_unique<State>(std::move(options), probe_base, now)} {}
TargetMonitor::~TargetMonitor() = default;
TargetMonitor::TargetMonitor(TargetMonitor&&) noexcept = default;
TargetMonitor& TargetMonitor::operator=(TargetMonitor&&) noexcept = default;

bool TargetMonitor::enabled() const noexcept {
  return state_->enabled();
}

void TargetMonitor::add_member(MemberIndex member, Instant) {
  Member& m = state_->members[member.value()];
  LAGOON_CHECK(!m.exists);
  m = Member{.exists = true};
}

void TargetMonitor::remove_member(MemberIndex member) {
  state_->there(member) = Member{};
}

void TargetMonitor::link_changed(MemberIndex member, bool up, Instant now) {
  Member& m = state_->there(member);
  if (m.up == up) return;
  m.up = up;
  m.alive = false;
  m.to_ask = 0;
  m.evidence = Evidence{.up_since = now};
  m.unanswered = m.unheard = state_->all_targets;
  expire(now);
}

void TargetMonitor::set_active(std::optional<MemberIndex> active, Instant now) {
  State& s = *state_;
  if (active == s.active && (s.has_active || !active)) return;
  std::array<Counts, kMembersMax> before{};
  for (std::size_t i = 0; i < kMembersMax; ++i) before[i] = s.counts(i);
  s.has_active = s.has_active || active.has_value();
  s.active = active;
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if (s.counts(i) != before[i]) s.members[i].evidence.role_changed = now;
  expire(now);
}

void TargetMonitor::frame_received(MemberIndex member, std::span<const std::byte> frame, Instant now) {
  Member& m = state_->there(member);
  if (!enabled() || !m.up) return;
  const auto resolution = read_resolution(frame);
  if (!resolution) return;
  state_->resolution_received(m, *resolution, now);
  state_->judge(now);
}

void TargetMonitor::frames_counted(MemberIndex member, std::uint64_t frames, Instant now) {
  Member& m = state_->there(member);
  const bool more = frames > m.frames;
  m.frames = frames;
  if (!more || !m.up) return;
  m.evidence.traffic = now;
  state_->judge(now);
}

void TargetMonitor::expire(Instant now) {
  state_->advance(now);
  state_->judge(now);
}

std::optional<Instant> TargetMonitor::deadline() const noexcept {
  const State& s = *state_;
  std::optional<Instant> first;
  const auto add = [&first](Instant at) { first = first ? std::min(*first, at) : at; };
  const auto add_end_of_patience = [&](std::optional<Instant> since) {
    if (since && *since + s.patience() > s.judged) add(*since + s.patience());
  };
  if (!s.enabled()) return first;
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    const Member& member = s.members[i];
    if (!member.up) continue;
    add(s.clock.begin_of(i, member.to_ask != 0 ? member.slot : member.slot + 1));
    if (!member.alive) continue;
    add_end_of_patience(s.heard(i));
    add_end_of_patience(member.evidence.out.latest());
  }
  return first;
}

std::optional<Probe> TargetMonitor::transmit(Instant now) {
  State& s = *state_;
  s.advance(now);
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    Member& member = s.members[i];
    if (member.to_ask == 0) continue;
    const auto target = static_cast<std::size_t>(std::countr_zero(member.to_ask));
    member.to_ask &= member.to_ask - 1;
    ++member.probes_sent;
    const MemberIndex index{static_cast<std::uint8_t>(i)};
    return Probe{index,
                 probe_frame(probe_address(s.probe_base, index, member.which), s.options.targets[target])};
  }
  return std::nullopt;
}

bool TargetMonitor::alive(MemberIndex member) const {
  return state_->there(member).alive;
}

MemberHealth TargetMonitor::health(MemberIndex member) const {
  const Member& m = state_->there(member);
  return {.alive = m.alive,
          .why = m.why,
          .last_heard = state_->heard(member.value()).value_or(Instant{}),
          .last_answered = m.evidence.out.latest().value_or(Instant{}),
          .probes_sent = m.probes_sent,
          .answers = m.answers};
}

const TargetOptions& TargetMonitor::options() const noexcept {
  return state_->options;
}

}  // namespace lagoon::monitor
