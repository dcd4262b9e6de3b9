#include "reference_partner.hpp"

#include <algorithm>
#include <utility>

namespace lagoon::sim {

namespace {

using lacp::PortState;
using lacp::StateBit;

constexpr Duration kTick = 100ms;
constexpr Duration kAggregateWait = 2s;
constexpr unsigned kLinuxSendsMax = 3;
constexpr MacAddress kNobody{};

bool same_identity(const wire::LacpInfo& a, const wire::LacpInfo& b) {
  const auto ignoring_state = [](wire::LacpInfo info) {
    info.state = 0;
    return info;
  };
  return ignoring_state(a) == ignoring_state(b);
}

// Activity, Timeout, Aggregation, Synchronization.
bool knows_us(const wire::LacpInfo& said, const wire::LacpInfo& actor) {
  return same_identity(said, actor) && ((said.state ^ actor.state) & 0x0fU) == 0;
}

bool has(const wire::LacpInfo& info, StateBit bit) {
  return PortState{info.state}.has(bit);
}

void set(wire::LacpInfo& info, StateBit bit, bool value) {
  info.state = PortState{info.state}.with(bit, value).octet();
}

}  // namespace

ReferencePartner::ReferencePartner(PartnerSettings settings, Instant now)
    : settings_{std::move(settings)}, ports_(settings_.ports), next_tick_{now + kTick} {
  for (std::size_t i = 0; i < ports_.size(); ++i) ports_[i].number = static_cast<std::uint16_t>(i + 1);
}

void ReferencePartner::link_changed(MemberIndex index, const LinkState& link, Instant now) {
  Port& port = ports_.at(index.value());
  port.up = link.up;
  port.attachment = Attachment::detached;
  port.heard = Heard::expired;
  port.heard_until = now + 3s;
  port.speaks_next = now;
  port.partner_sync = false;
  set(port.partner, StateBit::timeout, true);
}

void ReferencePartner::frame_received(MemberIndex index, std::span<const std::byte> frame, Instant now) {
  Port& port = ports_.at(index.value());
  const auto parsed = wire::parse_slow_frame(frame);
  const auto* const pdu = parsed ? std::get_if<wire::Lacpdu>(&*parsed) : nullptr;
  if (!port.up || pdu == nullptr || pdu->actor.system == settings_.system) return;
  const bool another = !same_identity(pdu->actor, port.partner);
  if (another && settings_.habits == Habits::linux_bonding) port.attachment = Attachment::detached;
  const wire::LacpInfo us = actor(port);
  port.partner = pdu->actor;
  port.partner_sync = same_identity(pdu->partner, us) && has(pdu->actor, StateBit::synchronization);
  port.heard = Heard::current;
  port.heard_until = now + (settings_.fast ? 3s : 90s);
  if (!knows_us(pdu->partner, actor(port))) port.must_speak = true;
}

void ReferencePartner::time_out(Port& port, Instant now) {
  if (port.heard == Heard::defaulted || now < port.heard_until) return;
  port.partner_sync = false;
  port.speaks_next = now;
  if (std::exchange(port.heard, port.heard == Heard::current ? Heard::expired : Heard::defaulted) ==
      Heard::current) {
    port.heard_until = now + 3s;
    set(port.partner, StateBit::timeout, true);
    set(port.partner, StateBit::synchronization, false);
  } else {
    port.partner = {};
    port.attachment = Attachment::detached;
  }
}

void ReferencePartner::attach_like_linux(Port& port, Instant now) {
  const Attachment before = port.attachment;
  if (!port.up) {
    port.attachment = Attachment::detached;
    return;
  }
  switch (before) {
    case Attachment::detached:
      port.attachment = Attachment::waiting;
      port.wait_over = now + kAggregateWait;
      break;
    case Attachment::waiting:
      if (now >= port.wait_over) port.attachment = Attachment::attached;
      break;
    case Attachment::attached:
      if (port.partner_sync) port.attachment = Attachment::carrying;
      break;
    case Attachment::carrying:
      if (!port.partner_sync) port.attachment = Attachment::attached;
      break;
  }
  if (port.attachment != before) port.must_speak = true;
}

bool ReferencePartner::attached_like_ovs(const Port& port) const {
  if (!port.up || port.heard == Heard::defaulted || port.partner.system == kNobody) return false;
  const auto lead = std::ranges::find_if(ports_, [](const Port& other) {
    return other.up && other.heard != Heard::defaulted && other.partner.system != kNobody;
  });
  return lead->partner.system == port.partner.system && lead->partner.key == port.partner.key;
}

PortState ReferencePartner::state(const Port& port) const {
  const PortState common = PortState{}
                               .with(StateBit::activity, settings_.active)
                               .with(StateBit::timeout, settings_.fast)
                               .with(StateBit::aggregation)
                               .with(StateBit::defaulted, port.heard == Heard::defaulted)
                               .with(StateBit::expired, port.heard == Heard::expired);
  if (settings_.habits == Habits::linux_bonding)
    return common.with(StateBit::synchronization, port.attachment >= Attachment::attached)
        .with(StateBit::collecting, port.attachment == Attachment::carrying)
        .with(StateBit::distributing, port.attachment == Attachment::carrying);
  const bool attached = attached_like_ovs(port);
  return common.with(StateBit::synchronization, attached && port.heard == Heard::current)
      .with(StateBit::collecting, attached)
      .with(StateBit::distributing, attached);
}

wire::LacpInfo ReferencePartner::actor(const Port& port) const {
  return {0xffff, settings_.system, settings_.key, 0xff, port.number, state(port).octet()};
}

bool ReferencePartner::speaks(const Port& port) const {
  return port.up && (settings_.active || has(port.partner, StateBit::activity));
}

Duration ReferencePartner::period(const Port& port) {
  return has(port.partner, StateBit::timeout) ? 1s : 30s;
}

bool ReferencePartner::may_send(Port& port, Instant now) const {
  if (settings_.habits == Habits::open_vswitch) return true;
  if (now - port.window_start >= 1s) {
    port.window_start = now;
    port.sent_in_window = 0;
  }
  return port.sent_in_window++ < kLinuxSendsMax;
}

void ReferencePartner::expire(Instant now) {
  const bool tick = now >= next_tick_;
  if (tick) next_tick_ = now + kTick;
  for (Port& port : ports_) {
    if (settings_.habits == Habits::linux_bonding) {
      if (!tick) continue;
      time_out(port, now);
      attach_like_linux(port, now);
    } else {
      time_out(port, now);
    }
    if (!speaks(port) || now < port.speaks_next) continue;
    port.must_speak = true;
    port.speaks_next = now + period(port);
  }
}

std::optional<Instant> ReferencePartner::deadline() const {
  if (settings_.habits == Habits::linux_bonding) return next_tick_;
  std::optional<Instant> next;
  for (const Port& port : ports_) {
    if (speaks(port)) next = std::min(next.value_or(Instant::max()), port.speaks_next);
    if (port.heard != Heard::defaulted) next = std::min(next.value_or(Instant::max()), port.heard_until);
  }
  return next;
}

std::optional<Departure> ReferencePartner::transmit(Instant now) {
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    Port& port = ports_[i];
    if (!port.must_speak || !speaks(port)) continue;
    if (!may_send(port, now)) continue;
    port.must_speak = false;
    port.speaks_next = now + period(port);
    MacAddress source = settings_.system;
    source.octets[5] = static_cast<std::uint8_t>(source.octets[5] + port.number);
    return Departure{
        MemberIndex{static_cast<std::uint8_t>(i)},
        wire::emit_slow_frame(source, wire::Lacpdu{.actor = actor(port), .partner = port.partner})};
  }
  return std::nullopt;
}

bool ReferencePartner::carries(const Port& port) const {
  if (!port.up) return false;
  if (settings_.habits == Habits::linux_bonding) return port.attachment == Attachment::carrying;
  return attached_like_ovs(port) && has(port.partner, StateBit::synchronization);
}

std::uint32_t ReferencePartner::carrying() const {
  std::uint32_t set = 0;
  for (std::size_t i = 0; i < ports_.size(); ++i)
    if (carries(ports_[i])) set |= std::uint32_t{1} << i;
  return set;
}

}  // namespace lagoon::sim
