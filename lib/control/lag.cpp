#include "control/lag.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "control/lag_events.hpp"
#include "table/port_table_builder.hpp"

namespace lagoon::control {

namespace {

// Stands for the speed of a port that never said one, in a LAG where no other did either.
constexpr BitsPerSecond kAssumedSpeed = mbps(10'000);

}  // namespace

Lag::Lag(LagSettings settings, Instant now)
    : settings_{std::move(settings)}, aggregator_{settings_.lacp, now}, members_(settings_.members.size()) {
  LAGOON_CHECK(settings_.members.size() <= kMembersMax);
  for (std::size_t i = 0; i < members_.size(); ++i)
    aggregator_.add_port(MemberIndex{static_cast<std::uint8_t>(i)}, settings_.members[i].lacp, now);
  drain_events();
}

void Lag::frame_received(MemberIndex member, std::span<const std::byte> frame, Instant now) {
  LAGOON_CHECK(member.value() < members_.size());
  const auto pdu = wire::parse_slow_frame(frame);
  if (!pdu) {
    ++frame_errors_[static_cast<std::size_t>(pdu.error())];
    return;
  }
  if (const auto* lacpdu = std::get_if<wire::Lacpdu>(&*pdu)) {
    aggregator_.receive(member, *lacpdu, now);
    drain_events();
    return;
  }
  const auto response = members_[member.value()].responder.receive(std::get<wire::MarkerPdu>(*pdu), now);
  if (!response) return;
  const auto frame_out = wire::emit_slow_frame(settings_.members[member.value()].address, *response);
  if (!responses_.push({.member = member, .frame = frame_out})) ++response_queue_full_;
}

bool Lag::link_changed(MemberIndex member, LinkState link, Instant now) {
  LAGOON_CHECK(member.value() < members_.size());
  Member& m = members_[member.value()];
  if (const auto& speed = settings_.members[member.value()].speed) link.speed = *speed;
  // A port that is down often forgets its speed. Its share of the buckets is kept by the last one known.
  if (link.speed.value() == 0) link.speed = m.link.speed;
  if (link == m.link) return false;
  if (link.up != m.link.up) {
    journal_.add({.at = now,
                  .member = member,
                  .kind = "link",
                  .from = m.link.up ? "up" : "down",
                  .to = link.up ? "up" : "down"});
    if (!link.up) ++m.link_failures;
  }
  m.link = link;
  aggregator_.link_changed(member, link, now);
  drain_events();
  return true;
}

void Lag::expire(Instant now) {
  aggregator_.expire(now);
  drain_events();
}

void Lag::shut_down(Instant now) {
  aggregator_.shut_down(now);
  drain_events();
}

std::optional<OutgoingFrame> Lag::transmit(Instant now) {
  if (auto response = responses_.pop()) return response;
  const auto due = aggregator_.transmit(now);
  if (!due) return std::nullopt;
  const MacAddress& source = settings_.members[due->port.value()].address;
  return OutgoingFrame{.member = due->port, .frame = wire::emit_slow_frame(source, due->pdu)};
}

std::uint32_t Lag::capacity(MemberIndex member) const {
  BitsPerSecond speed = members_[member.value()].link.speed;
  if (const auto& fixed = settings_.members[member.value()].speed) speed = *fixed;
  if (speed.value() == 0) {
    // Not known yet. Assuming the fastest of the others' keeps their buckets where they are once it is.
    for (const Member& other : members_) speed = std::max(speed, other.link.speed);
  }
  if (speed.value() == 0) speed = kAssumedSpeed;
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, to_mbps(speed)));
}

std::optional<Instant> Lag::deadline() const noexcept {
  const std::optional<Instant> machines = aggregator_.deadline();
  if (!held_until_ || (machines && *machines < *held_until_)) return machines;
  return held_until_;
}

std::unique_ptr<const table::PortTable> Lag::take_table(Instant now) {
  for (std::size_t i = 0; i < members_.size(); ++i)
    capacity_[i] = capacity(MemberIndex{static_cast<std::uint8_t>(i)});
  const std::uint32_t collecting = aggregator_.collecting();
  const std::uint32_t distributing = aggregator_.distributing();
  const bool changed = generation_ == 0 || collecting != published_collecting_ ||
                       distributing != published_distributing_ || capacity_ != published_capacity_;
  const bool release = held_until_ && now >= *held_until_;
  if (!changed && !release) return nullptr;
  if (release) {
    held_until_.reset();
    held_.fill(0);
  }
  ++generation_;
  auto table = table::build_port_table({.generation = generation_,
                                        .collecting = collecting,
                                        .distributing = distributing,
                                        .capacity = capacity_,
                                        .hash = settings_.hash},
                                       bucket_plan_);
  const dist::BucketMap before = std::exchange(published_map_, table->bucket);
  const std::uint32_t distributed_before = std::exchange(published_distributing_, distributing);
  published_collecting_ = collecting;
  published_capacity_ = capacity_;
  note_moves(before, distributed_before, now);
  table->holding = held_until_.has_value();
  table->held = held_;
  buckets_.fill(0);
  if (distributing != 0)
    for (const std::uint8_t member : table->bucket) ++buckets_[member];
  return table;
}

// Compares the map before with the one published now, and decides which buckets wait, and until when.
void Lag::note_moves(const dist::BucketMap& before, std::uint32_t distributed_before, Instant now) {
  if (distributed_before == 0 || published_distributing_ == 0) {
    held_until_.reset();
    held_.fill(0);
    return;
  }
  bool planned = false;
  bool moved = false;
  for (std::size_t b = 0; b < dist::kBuckets; ++b) {
    if (before[b] == published_map_[b]) continue;
    moved = true;
    planned = planned || (published_distributing_ >> before[b] & 1U) != 0;
    held_[b / 64] |= std::uint64_t{1} << (b % 64);
  }
  const Duration wait = planned ? settings_.hold.planned : settings_.hold.failover;
  if (!moved || wait <= Duration::zero()) return;
  held_until_ = std::max(held_until_.value_or(now), now + wait);
}

void Lag::drain_events() {
  while (const auto event = aggregator_.poll_event())
    journal_.add(journal_entry(*event, event->kind == lacp::EventKind::selected
                                           ? name_of(aggregator_.port(event->port).reason)
                                           : std::string_view{}));
}

LagStatus Lag::status(Instant now) const {
  LagStatus s;
  s.name = settings_.name;
  s.mode = "lacp";
  s.hash = std::string{name_of(settings_.hash.policy)};
  s.hash_seed = settings_.hash.seed;
  s.address = settings_.address;
  s.up = aggregator_.up();
  s.generation = generation_;
  s.system_priority = aggregator_.config().system_priority;
  s.system = aggregator_.config().system;
  s.lag_id = aggregator_.lag_id();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const MemberIndex index{static_cast<std::uint8_t>(i)};
    const Member& m = members_[i];
    MemberStatus member;
    member.name = settings_.members[i].name;
    member.address = settings_.members[i].address;
    member.lacp = aggregator_.port(index);
    // The LAG may hold back (min-links) what the port itself would do.
    member.lacp.distributing = (aggregator_.distributing() >> i & 1U) != 0;
    member.buckets = buckets_[i];
    member.link_failures = m.link_failures;
    member.markers_received = m.responder.markers_received();
    member.marker_responses = m.responder.responses_sent();
    member.since_change = now - member.lacp.last_change;
    if (member.lacp.distributing) ++s.distributing_members;
    s.members.push_back(std::move(member));
  }
  std::uint64_t looped = 0;
  for (const MemberStatus& m : s.members) looped += m.lacp.counters.looped;
  for (std::size_t e = 0; e < wire::kSlowFrameErrors; ++e)
    s.drops.push_back({name_of(static_cast<wire::SlowFrameError>(e)), frame_errors_[e]});
  s.drops.push_back({"lacpdu_looped", looped});
  s.drops.push_back({"marker_response_queue_full", response_queue_full_});
  std::uint64_t limited = 0;
  std::uint64_t ignored = 0;
  for (const Member& m : members_) {
    limited += m.responder.dropped_by_limit();
    ignored += m.responder.responses_ignored();
  }
  s.drops.push_back({"marker_above_rate", limited});
  s.drops.push_back({"marker_response_unasked", ignored});
  return s;
}

std::string to_string(const lacp::LagId& id) {
  const auto hex = [](unsigned value, int digits) {
    std::string text;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
      text += "0123456789ABCDEF"[value >> shift & 0xf];
    return text;
  };
  const auto end = [&hex](const lacp::LagIdEnd& e) {
    std::string mac = to_string(e.system);
    for (char& c : mac) c = c == ':' ? '-' : static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
    return "(" + hex(e.system_priority, 4) + "," + mac + "," + hex(e.key, 4) + "," + hex(e.port_priority, 4) +
           "," + hex(e.port_number, 4) + ")";
  };
  return "[" + end(id.first) + "," + end(id.second) + "]";
}

}  // namespace lagoon::control
