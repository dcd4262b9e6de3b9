// What an AggregationPort tells of itself, and of its changes: what led to each, and what was known then.
#include <algorithm>
#include <utility>

#include "lacp/aggregation_port.hpp"
#include "lacp/lag_id.hpp"

namespace lagoon::lacp {

Cause out_of_sync_cause(const ReceiveMachine& receive, const wire::LacpInfo& actor) noexcept {
  switch (receive.state()) {
    case ReceiveState::initialize:
    case ReceiveState::port_disabled:
      return Cause::link;
    case ReceiveState::lacp_disabled:
      return Cause::disabled;
    case ReceiveState::expired:
    case ReceiveState::defaulted:
      return Cause::silence;
    case ReceiveState::current:
      break;
  }
  if (!receive.heard()) return Cause::silence;
  const wire::Lacpdu& said = *receive.heard();
  // Who does not hear us names nobody in the end, and has no reason to say that it is in sync.
  if (PortState{said.actor.state}.has(StateBit::expired) || said.partner.system.is_zero())
    return Cause::partner_expired;
  switch (sync_fault(said, actor)) {
    case SyncFault::none:
    case SyncFault::not_said:
      return Cause::partner_not_in_sync;
    case SyncFault::expired:
      return Cause::partner_expired;
    case SyncFault::knows_other:
      return Cause::partner_knows_other;
    case SyncFault::passive:
      return Cause::partner_passive;
  }
  return Cause::none;
}

// Of the transition from `before` to where the machine is now.
Cause AggregationPort::mux_cause(MuxState before) const noexcept {
  if (mux_ > before) {
    if (mux_ == MuxState::waiting) return selected_cause_;
    if (mux_ == MuxState::attached) return Cause::wait_over;
    const bool coupled = lag_->mux == MuxControl::coupled;
    if (mux_ == MuxState::distributing && !coupled && memory_.returned) return Cause::wait_over;
    return mux_ == MuxState::distributing && !coupled ? Cause::partner_collecting : Cause::partner_in_sync;
  }
  if (!is_selected()) return selected_cause_;
  if (!receive_.partner_has(StateBit::synchronization)) return out_of_sync_cause(receive_, actor());
  if (sending_.rests) return sending_.drained ? Cause::drained : Cause::replaced;
  return Cause::partner_not_collecting;
}

void AggregationPort::raise(EventKind kind, std::uint8_t from, std::uint8_t to, Cause cause,
                            Instant now) noexcept {
  Event event = standing(now);
  event.kind = kind;
  event.from = from;
  event.to = to;
  event.cause = cause;
  event.reason = cause == Cause::selection ? reason_ : UnselectedReason::none;
  events_->push_overwriting(event);
}

// Why the Mux machine is where it is, in the order in which the port finds it out.
Event AggregationPort::standing(Instant now) const noexcept {
  Cause cause = Cause::none;
  if (closing_)
    cause = Cause::disabled;
  else if (!is_selected())
    cause = Cause::selection;
  else if (!receive_.partner_has(StateBit::synchronization))
    cause = out_of_sync_cause(receive_, actor());
  else if (sending_.rests)
    cause = sending_.drained ? Cause::drained : Cause::replaced;
  else if (!receive_.partner_collects_from_us(lag_->takes_over))
    cause = Cause::partner_not_collecting;
  const auto most = std::min<std::size_t>(lag_->max_links, kMembersMax);
  return {.kind = EventKind::mux_state,
          .port = index_,
          .from = std::to_underlying(mux_),
          .to = std::to_underlying(mux_),
          .at = now,
          .cause = cause,
          .reason = cause == Cause::selection ? reason_ : UnselectedReason::none,
          .evidence = {.link = link_,
                       .actor = actor(),
                       .before = partner_before_,
                       .heard = receive_.heard(),
                       .silent = receive_.heard() ? now - heard_.last : Duration{},
                       .group = group_,
                       .links_max = static_cast<std::uint8_t>(most)}};
}

PortView AggregationPort::view() const noexcept {
  return {.link = link_,
          .selected = selected_,
          .reason = reason_,
          .receive = receive_.state(),
          .periodic = periodic_,
          .mux = mux_,
          .actor_churn = actor_churn_,
          .partner_churn = partner_churn_,
          .actor = actor(),
          .partner = receive_.partner(),
          .lag_id = receive_.defaulted() ? LagId{} : make_lag_id(actor(), receive_.partner()),
          .collecting = outputs(mux_).collecting,
          .distributing = distributes(),
          .enabled = !closing_,
          .drained = sending_.drained,
          .left_out = left_out_,
          .returning = timers_.running(Timer::return_wait),
          .last_change = last_change_,
          .last_received = heard_.last,
          .retry = retry_.view(),
          .counters = counters_,
          .tx_gap = transmit_.longest_gap(),
          .rx_gap = heard_.gaps.longest()};
}

}  // namespace lagoon::lacp
