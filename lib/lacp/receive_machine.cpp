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

ReceiveEffects ReceiveMachine::step(ReceiveEvent event, const Input& in) noexcept {
  const std::optional<ReceiveState> to = next(state_, event);
  if (!to) return {};
  const ReceiveEffects effects = enter(*to, in);
  if (*to != ReceiveState::initialize) return effects;
  static_cast<void>(enter(ReceiveState::port_disabled, in));  // UCT
  return effects;
}

// What stands in each state's box in the clause's diagram. Timers of states that are left run on in the
// standard, where they move nothing: here they are stopped. Selected, NTT and the Actor's bits are the
// caller's: it takes them from the effects, and from state() and defaulted().
ReceiveEffects ReceiveMachine::enter(ReceiveState state, const Input& in) noexcept {
  const wire::LacpInfo before = partner_;
  const bool had_partner = !defaulted_;
  state_ = state;
  switch (state) {
    case ReceiveState::initialize:
      //  Selected = UNSELECTED
      //  recordDefault()
      //  port_moved = FALSE
      record_default();
      return {.unselect = true};
    case ReceiveState::port_disabled:
      //  Partner_Oper_Port_State.Synchronization = FALSE
      set_partner_bit(StateBit::synchronization, false);
      forget_echo();
      in.timers.stop(Timer::current_while);
      return {};
    case ReceiveState::expired:
      //  Partner_Oper_Port_State.Synchronization = FALSE
      //  Partner_Oper_Port_State.LACP_Timeout = Short Timeout
      //  start current_while_timer(Short Timeout)
      //  Actor_Oper_Port_State.Expired = TRUE
      set_partner_bit(StateBit::synchronization, false);
      set_partner_bit(StateBit::timeout, true);
      forget_echo();
      in.timers.start(Timer::current_while, in.now + kShortTimeoutTime);
      return {};
    case ReceiveState::lacp_disabled:
      //  Selected = UNSELECTED
      //  recordDefault()
      //  Partner_Oper_Port_State.Aggregation = FALSE
      //  Actor_Oper_Port_State.Expired = FALSE
      record_default();
      in.timers.stop(Timer::current_while);
      return {.unselect = true};
    case ReceiveState::defaulted:
      //  update_Default_Selected()
      //  recordDefault()
      //  Actor_Oper_Port_State.Expired = FALSE
      record_default();
      return {.unselect = had_partner && differs_for_selection(partner_, before)};
    case ReceiveState::current: {
      //  update_Selected()
      //  update_NTT()
      //  recordPDU()
      //  start current_while_timer(Actor_Oper_Port_State.LACP_Timeout)
      //  Actor_Oper_Port_State.Expired = FALSE
      const ReceiveEffects effects = compare(*in.pdu, *in.actor);
      record(*in.pdu, *in.actor);
      const bool short_timeout = PortState{in.actor->state}.has(StateBit::timeout);
      in.timers.start(Timer::current_while, in.now + (short_timeout ? kShortTimeoutTime : kLongTimeoutTime));
      return effects;
    }
  }
  return {};
}

ReceiveEffects ReceiveMachine::compare(const wire::Lacpdu& pdu, const wire::LacpInfo& actor) const noexcept {
  return {.unselect = differs_for_selection(pdu.actor, partner_),
          .ntt = needs_ntt(pdu, actor),
          .partner_changed = !defaulted_ && !same_port(pdu.actor, partner_)};
}

void ReceiveMachine::record(const wire::Lacpdu& pdu, const wire::LacpInfo& actor) noexcept {
  heard_ = pdu;
  partner_ = pdu.actor;
  set_partner_bit(StateBit::synchronization, partner_in_sync(pdu, actor));
  knows_us_ = matches(pdu.partner, actor);
  echoed_sync_ = knows_us_ && PortState{pdu.partner.state}.has(StateBit::synchronization);
  defaulted_ = false;
}

void ReceiveMachine::record_default() noexcept {
  partner_ = {};
  defaulted_ = true;
  echoed_sync_ = knows_us_ = false;
}

void ReceiveMachine::set_partner_bit(StateBit bit, bool value) noexcept {
  partner_.state = PortState{partner_.state}.with(bit, value).octet();
}

}  // namespace lagoon::lacp
