#include "lacp/receive_machine.hpp"

#include "lacp/constants.hpp"

namespace lagoon::lacp {

namespace {

bool same_port(const wire::LacpInfo& a, const wire::LacpInfo& b) noexcept {
  return a.system_priority == b.system_priority && a.system == b.system && a.key == b.key &&
         a.port_priority == b.port_priority && a.port_number == b.port_number;
}

bool same_bit(StateBit bit, const wire::LacpInfo& a, const wire::LacpInfo& b) noexcept {
  return PortState{a.state}.has(bit) == PortState{b.state}.has(bit);
}

// "LACP will actively maintain the link" (6.4.9, recordPDU).
bool actively_maintained(const wire::Lacpdu& pdu, const wire::LacpInfo& actor) noexcept {
  if (PortState{pdu.actor.state}.has(StateBit::activity)) return true;
  return PortState{actor.state}.has(StateBit::activity) &&
         PortState{pdu.partner.state}.has(StateBit::activity);
}

}  // namespace

bool differs_for_selection(const wire::LacpInfo& said, const wire::LacpInfo& recorded) noexcept {
  return !same_port(said, recorded) || !same_bit(StateBit::aggregation, said, recorded);
}

bool needs_ntt(const wire::Lacpdu& pdu, const wire::LacpInfo& actor) noexcept {
  return !matches(pdu.partner, actor) || !same_bit(StateBit::activity, pdu.partner, actor) ||
         !same_bit(StateBit::timeout, pdu.partner, actor) ||
         !same_bit(StateBit::synchronization, pdu.partner, actor);
}

bool matches(const wire::LacpInfo& said_of_us, const wire::LacpInfo& actor) noexcept {
  return same_port(said_of_us, actor) && same_bit(StateBit::aggregation, said_of_us, actor);
}

bool partner_in_sync(const wire::Lacpdu& pdu, const wire::LacpInfo& actor) noexcept {
  return sync_fault(pdu, actor) == SyncFault::none;
}

SyncFault sync_fault(const wire::Lacpdu& pdu, const wire::LacpInfo& actor) noexcept {
  const PortState said{pdu.actor.state};
  if (!said.has(StateBit::synchronization)) return SyncFault::not_said;
  if (said.has(StateBit::expired)) return SyncFault::expired;
  const bool individual = !said.has(StateBit::aggregation);
  if (!individual && !matches(pdu.partner, actor)) return SyncFault::knows_other;
  return actively_maintained(pdu, actor) ? SyncFault::none : SyncFault::passive;
}

ReceiveEffects ReceiveMachine::initialize(TimerTable& timers) noexcept {
  record_default();
  disable_port(timers);
  return {.unselect = true};
}

void ReceiveMachine::disable_port(TimerTable& timers) noexcept {
  state_ = ReceiveState::port_disabled;
  timers.stop(Timer::current_while);
  set_partner_bit(StateBit::synchronization, false);
  echoed_sync_ = false;
}

void ReceiveMachine::enable_port(Instant now, TimerTable& timers) noexcept {
  enter_expired(now, timers);
}

ReceiveEffects ReceiveMachine::disable_lacp(TimerTable& timers) noexcept {
  state_ = ReceiveState::lacp_disabled;
  timers.stop(Timer::current_while);
  record_default();
  return {.unselect = true};
}

ReceiveEffects ReceiveMachine::receive(const wire::Lacpdu& pdu, const wire::LacpInfo& actor, Instant now,
                                       TimerTable& timers) noexcept {
  if (state_ == ReceiveState::port_disabled || state_ == ReceiveState::lacp_disabled) return {};
  const ReceiveEffects effects{.unselect = differs_for_selection(pdu.actor, partner_),
                               .ntt = needs_ntt(pdu, actor),
                               .partner_changed = !defaulted_ && !same_port(pdu.actor, partner_)};
  heard_ = pdu;
  partner_ = pdu.actor;
  set_partner_bit(StateBit::synchronization, partner_in_sync(pdu, actor));
  echoed_sync_ = matches(pdu.partner, actor) && PortState{pdu.partner.state}.has(StateBit::synchronization);
  defaulted_ = false;
  state_ = ReceiveState::current;
  const bool short_timeout = PortState{actor.state}.has(StateBit::timeout);
  timers.start(Timer::current_while, now + (short_timeout ? kShortTimeoutTime : kLongTimeoutTime));
  return effects;
}

ReceiveEffects ReceiveMachine::time_out(Instant now, TimerTable& timers) noexcept {
  if (state_ == ReceiveState::current) {
    enter_expired(now, timers);
    return {};
  }
  // EXPIRED -> DEFAULTED, with update_Default_Selected: the recorded Partner against the defaults.
  state_ = ReceiveState::defaulted;
  const bool unselect = !defaulted_ && differs_for_selection(wire::LacpInfo{}, partner_);
  record_default();
  return {.unselect = unselect};
}

void ReceiveMachine::enter_expired(Instant now, TimerTable& timers) noexcept {
  state_ = ReceiveState::expired;
  set_partner_bit(StateBit::synchronization, false);
  set_partner_bit(StateBit::timeout, true);
  echoed_sync_ = false;
  timers.start(Timer::current_while, now + kShortTimeoutTime);
}

void ReceiveMachine::record_default() noexcept {
  partner_ = {};
  defaulted_ = true;
  echoed_sync_ = false;
}

void ReceiveMachine::set_partner_bit(StateBit bit, bool value) noexcept {
  partner_.state = PortState{partner_.state}.with(bit, value).octet();
}

}  // namespace lagoon::lacp
