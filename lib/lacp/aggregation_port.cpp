#include "lacp/aggregation_port.hpp"

#include <algorithm>
#include <utility>

#include "lacp/churn_machine.hpp"
#include "lacp/key.hpp"
#include "lacp/lag_id.hpp"
#include "lacp/periodic_machine.hpp"

namespace lagoon::lacp {

AggregationPort::AggregationPort(MemberIndex index, const PortConfig& config, const AggregatorConfig& lag,
                                 EventRing& events) noexcept
    : index_{index}, config_{config}, lag_{&lag}, events_{&events} {}

void AggregationPort::restart(Instant now) noexcept {
  const ReceiveState before = receive_.state();
  const ReceiveEffects effects = receive_.initialize(timers_);
  looped_ = false;
  if (link_.up) {
    receive_.enable_port(now, timers_);
    transmit_.need();
  }
  act_on(effects, before, Cause::restarted, now);
}

void AggregationPort::receive(const wire::Lacpdu& pdu, Instant now) noexcept {
  ++counters_.lacpdu_rx;
  if (loops_back(pdu, now) || closing_) return;
  const ReceiveState before = receive_.state();
  if (before == ReceiveState::port_disabled) return;
  looped_ = false;
  memory_.excused = false;
  heard_.last = now;
  heard_.gaps.mark(now);
  if (receive_.defaulted()) last_change_ = now;
  partner_before_ = receive_.partner();
  const ReceiveEffects effects = receive_.receive(pdu, actor(), now, timers_);
  if (effects.partner_changed) retry_.forget();
  retry_.heard(pdu.retry, now);
  // (the short timeout that asks_short() says is a wish for the start: a Partner may be slow to follow it)
  if (receive_.state() == ReceiveState::current)
    timers_.start(Timer::current_while, now + retry_.patience(lag_->rate));
  weigh(pdu, before, now);
  act_on(effects, before, Cause::lacpdu, now);
}

// How far the Partner can be believed: whether it takes back what it said before, whether it takes us for its
// Partner, and for how long it has.
void AggregationPort::weigh(const wire::Lacpdu& pdu, ReceiveState before, Instant now) noexcept {
  const PortState was{partner_before_.state};
  const auto took_back = [&](StateBit bit) { return was.has(bit) && !receive_.partner_has(bit); };
  const bool another = differs_for_selection(receive_.partner(), partner_before_);
  if (before == ReceiveState::current &&
      (another || took_back(StateBit::synchronization) || took_back(StateBit::collecting)))
    ++counters_.partner_reversals;
  const bool was_named = before == ReceiveState::current && named_ && !another;
  named_ = matches(pdu.partner, actor());
  if (!named_)
    timers_.stop(Timer::partner_proof);
  else if (!was_named && lag_->aggregate_wait > Duration::zero())
    timers_.start(Timer::partner_proof, now + lag_->aggregate_wait);
}

// A link that leads back to us is treated as one that lost its Partner, at once and until the Partner is
// heard again; our own words are recorded nowhere and don't keep current_while_timer alive.
bool AggregationPort::loops_back(const wire::Lacpdu& pdu, Instant now) noexcept {
  if (pdu.actor.system != lag_->system) return false;
  ++counters_.looped;
  if (link_.up && !looped_) {
    looped_ = true;
    raise(EventKind::looped, 0, 1, Cause::lacpdu, now);
  }
  return true;
}

void AggregationPort::link_changed(const LinkState& link, Instant now) noexcept {
  const ReceiveState before = receive_.state();
  const wire::LacpInfo said = actor();
  const bool was_up = std::exchange(link_, link).up;
  if (!link_.up) heard_.gaps.pause();
  if (closing_) {
    if (was_up && !link_.up) {
      periodic_ = PeriodicState::no_periodic;
      receive_.disable_port(timers_);
      act_on({}, before, Cause::link, now);
    } else if (!was_up && link_.up) {
      disable_lacp(now);
    }
    return;
  }
  ReceiveEffects effects{};
  if (was_up && !link_.up) {
    receive_.disable_port(timers_);
    looped_ = false;
  } else if (!was_up && link_.up) {
    receive_.enable_port(now, timers_);
    effects.ntt = true;
  }
  // Another key or Aggregation is another LAG ID: the port leaves the Aggregator before it may come back.
  if (said.key != key_under(*lag_) || PortState{said.state}.has(StateBit::aggregation) != aggregation())
    effects.unselect = effects.ntt = true;
  act_on(effects, before, was_up == link_.up ? Cause::own_values : Cause::link, now);
}

void AggregationPort::heard_elsewhere(const wire::LacpInfo& partner, Instant now) noexcept {
  const bool moved = !receive_.defaulted() && receive_.partner().system == partner.system &&
                     receive_.partner().port_number == partner.port_number;
  const ReceiveState before = receive_.state();
  if (moved) act_on(receive_.move_port(timers_), before, Cause::port_moved, now);
}

void AggregationPort::expire(Instant now) noexcept {
  static_cast<void>(timers_.take_expired(Timer::wait_while, now));
  static_cast<void>(timers_.take_expired(Timer::return_wait, now));
  static_cast<void>(timers_.take_expired(Timer::partner_settle, now));
  static_cast<void>(timers_.take_expired(Timer::partner_proof, now));
  if (!timers_.take_expired(Timer::current_while, now)) return;
  ++counters_.expirations;
  const ReceiveState before = receive_.state();
  act_on(receive_.time_out(now, timers_), before, Cause::silence, now);
}

void AggregationPort::act_on(const ReceiveEffects& effects, ReceiveState before, Cause cause,
                             Instant now) noexcept {
  if (effects.ntt) transmit_.need();
  if (effects.unselect)
    set_selected(Selected::unselected, cause == Cause::lacpdu ? Cause::partner_changed : cause, now);
  if (effects.partner_changed) {
    ++counters_.partner_changes;
    last_change_ = now;
    raise(EventKind::partner_changed, 0, 0, cause, now);
  }
  if (receive_.state() != before)
    raise(EventKind::receive_state, std::to_underlying(before), std::to_underlying(receive_.state()), cause,
          now);
  if (receive_.state() != ReceiveState::current) retry_.forget();
  if (const auto news = retry_.take_news()) raise(EventKind::retry_count, news->from, news->to, cause, now);
}

bool AggregationPort::partner_takes_frames() const noexcept {
  return receive_.partner_collects_from_us(lag_->takes_over) && !timers_.running(Timer::partner_settle);
}

bool AggregationPort::run_mux(bool ready, bool others_carry, Instant now) noexcept {
  const bool collects = receive_.partner_collects_from_us(lag_->takes_over);
  if (!collects) timers_.stop(Timer::partner_settle);
  if (collects && !partner_collected_) {
    collecting_since_ = now;
    if (lag_->partner_settle > Duration::zero())
      timers_.start(Timer::partner_settle, now + lag_->partner_settle);
  }
  partner_collected_ = collects;
  const MuxState before = mux_;
  const Timer wait = before == MuxState::waiting ? Timer::wait_while : Timer::return_wait;
  mux_ = settle(lag_->mux, before,
                {.selected = selected_,
                 .ready = ready,
                 .partner_sync = receive_.partner_has(StateBit::synchronization),
                 .partner_collecting =
                     partner_takes_frames() && !sending_.rests && !(timers_.running(wait) && others_carry)});
  if (mux_ == before) return false;
  // What is left of the wait when the port returns early goes on, until it distributes.
  const std::optional<Instant> left = timers_.at(Timer::wait_while);
  const bool attached = mux_ == MuxState::attached || mux_ == MuxState::collecting;
  timers_.stop(Timer::wait_while);
  if (!attached) timers_.stop(Timer::return_wait);
  if (before == MuxState::distributing) memory_.returned = false;
  if (attached && before == MuxState::waiting) memory_.returned = left.has_value();
  if (attached && before == MuxState::waiting && left) timers_.start(Timer::return_wait, *left);
  if (mux_ == MuxState::waiting) {
    waiting_since_ = now;
    if (lag_->aggregate_wait > Duration::zero()) timers_.start(Timer::wait_while, now + lag_->aggregate_wait);
  }
  // All states but WAITING set NTT; one that was passed through on the way there shows in the outputs.
  if (mux_ != MuxState::waiting || outputs(before) != outputs(mux_)) transmit_.need();
  if (!outputs(mux_).synchronization) receive_.forget_echo();
  if (outputs(mux_).collecting) memory_.known = receive_.partner();
  last_change_ = now;
  raise(EventKind::mux_state, std::to_underlying(before), std::to_underlying(mux_), mux_cause(before), now);
  return true;
}

bool AggregationPort::apply(PortSelection choice, const LagId& group, Instant now) noexcept {
  const UnselectedReason before = std::exchange(reason_, choice.reason);
  group_ = group;
  // Under coupled control the Mux machine stays where it is, so the new Distributing bit is told from here.
  const bool rests = choice.selected == Selected::selected ? choice.rests : sending_.drained;
  const bool turns = std::exchange(sending_.rests, rests) != rests;
  if (turns && outputs(mux_).distributing) transmit_.need();
  if (choice.selected == selected_) {
    if (before != reason_ && selected_ == Selected::unselected && row_of(reason_).excludes)
      raise(EventKind::left_out, std::to_underlying(before), std::to_underlying(reason_), Cause::selection,
            now);
    return turns;
  }
  set_selected(choice.selected, Cause::selection, now);
  return true;
}

void AggregationPort::set_selected(Selected selected, Cause cause, Instant now) noexcept {
  const Selected before = std::exchange(selected_, selected);
  if (before == selected) return;
  ++counters_.selected_changes;
  selected_cause_ = cause;
  // (by a lost link or silence the Partner stays known; with anything else it has to wait as on its first
  // day)
  const bool lost = reason_ == UnselectedReason::link_down || reason_ == UnselectedReason::no_partner;
  if (selected == Selected::unselected && cause != Cause::link && cause != Cause::silence &&
      !(cause == Cause::selection && lost))
    memory_.known.reset();
  last_change_ = now;
  raise(EventKind::selected, std::to_underlying(before), std::to_underlying(selected), cause, now);
}

void AggregationPort::finish(Instant now) noexcept {
  if (!closing_) {
    run_periodic(now);
    const bool asks = asks_short();
    retry_.run(*lag_, distributes(), timers_, now);
    if (std::exchange(memory_.asked_short, asks) != asks || retry_.has_to_say(*lag_)) transmit_.need();
    run_churn(actor_churn_, Timer::actor_churn, EventKind::actor_churn, outputs(mux_).synchronization,
              counters_.actor_churns, now);
    run_churn(partner_churn_, Timer::partner_churn, EventKind::partner_churn,
              receive_.partner_has(StateBit::synchronization), counters_.partner_churns, now);
  }
  if (periodic_ == PeriodicState::no_periodic) transmit_.forget_need();
}

void AggregationPort::run_periodic(Instant now) noexcept {
  const bool active = lag_->activity == Activity::active;
  const bool asks = active && lag_->rate == Rate::fast && receive_.state() != ReceiveState::current;
  const PeriodicStep taken =
      step(periodic_, {.may_speak = link_.up && (active || receive_.partner_has(StateBit::activity)),
                       .fast = receive_.partner_has(StateBit::timeout) || asks,
                       .expired = timers_.take_expired(Timer::periodic, now)});
  if (periodic_ == PeriodicState::slow_periodic && taken.state == PeriodicState::fast_periodic)
    transmit_.forget_gaps();
  periodic_ = taken.state;
  if (taken.transmit) transmit_.need();
  if (periodic_ == PeriodicState::no_periodic)
    timers_.stop(Timer::periodic);
  else if (taken.restart)
    timers_.start(Timer::periodic, now + period(periodic_));
}

void AggregationPort::run_churn(ChurnState& state, Timer timer, EventKind kind, bool synchronization,
                                std::uint64_t& churns, Instant now) noexcept {
  const ChurnState before = state;
  const bool expired = timers_.take_expired(timer, now);
  state = next(before, {.port_enabled = link_.up, .synchronization = synchronization, .expired = expired});
  const bool runs = link_.up && state == ChurnState::monitor;
  if (!runs)
    timers_.stop(timer);
  else if (!timers_.running(timer))
    timers_.start(timer, now + kChurnDetectionTime);
  if (state == before) return;
  if (state == ChurnState::churn) ++churns;
  const bool ours = kind == EventKind::actor_churn;
  const Cause cause = state != ChurnState::churn ? Cause::none
                      : ours                     ? selected_cause_
                                                 : out_of_sync_cause(receive_, actor());
  raise(kind, std::to_underlying(before), std::to_underlying(state), cause, now);
}

void AggregationPort::shut_down(Instant now) noexcept {
  if (std::exchange(closing_, true)) return;
  set_selected(Selected::unselected, Cause::disabled, now);
  timers_ = {};
  transmit_.need();
  if (periodic_ == PeriodicState::no_periodic) disable_lacp(now);
}

void AggregationPort::enable(Instant now) noexcept {
  if (!std::exchange(closing_, false)) return;
  // (the last LACPDU may still wait under the limit, and no timer runs)
  periodic_ = PeriodicState::no_periodic;
  restart(now);
}

void AggregationPort::set_drained(bool drained) noexcept {
  sending_.drained = drained;
}

// What was said before and during a hold proves nothing; while nobody carries our frames, or of a candidate,
// it is as true as ever.
void AggregationPort::set_left_out(UnselectedReason why) noexcept {
  const UnselectedReason before = std::exchange(left_out_, why);
  if ((before == UnselectedReason::held_out) == (why == UnselectedReason::held_out)) return;
  named_ = false;
  timers_.stop(Timer::partner_proof);
}

void AggregationPort::disable_lacp(Instant now) noexcept {
  periodic_ = PeriodicState::no_periodic;
  const ReceiveState before = receive_.state();
  if (link_.up) act_on(receive_.disable_lacp(timers_), before, Cause::disabled, now);
}

std::optional<wire::Lacpdu> AggregationPort::transmit(Instant now) noexcept {
  if (!transmit_.take(now)) return std::nullopt;
  ++counters_.lacpdu_tx;
  wire::Lacpdu pdu{.actor = actor(), .partner = receive_.partner()};
  if (retry_.asks()) transmit_.need();
  pdu.retry = retry_.take(*lag_, now);
  if (pdu.retry) pdu.version = wire::kRetryCountVersion;
  if (closing_) disable_lacp(now);
  return pdu;
}

std::optional<Instant> AggregationPort::deadline(Instant now) const noexcept {
  const std::optional<Instant> timer = timers_.next();
  const std::optional<Instant> held = transmit_.held_until(now);
  if (timer && held) return std::min(*timer, *held);
  return timer ? timer : held;
}

SelectionPort AggregationPort::for_selection() const noexcept {
  const bool attached = mux_ != MuxState::detached && mux_ != MuxState::waiting;
  const bool current = receive_.state() == ReceiveState::current;
  const bool named = named_ && current;
  return {.link = link_,
          .has_partner = !receive_.defaulted() && (current || receive_.expired()),
          .looped = looped_,
          .left_out = left_out_,
          .named = named,
          .proven = named && !timers_.running(Timer::partner_proof),
          .settled = current && (attached || no_longer_waits()),
          .returns = current && mux_ == MuxState::waiting && memory_.known &&
                     !differs_for_selection(receive_.partner(), *memory_.known),
          .drained = sending_.drained,
          .distributes = distributes(),
          .pending = transmit_.needed(),
          .actor = actor(),
          .partner = receive_.partner()};
}

std::optional<Instant> AggregationPort::waiting_since() const noexcept {
  if (mux_ != MuxState::waiting) return std::nullopt;
  return waiting_since_;
}

bool AggregationPort::no_longer_waits() const noexcept {
  return mux_ == MuxState::waiting && !timers_.running(Timer::wait_while);
}

bool AggregationPort::distributes() const noexcept {
  return outputs(mux_).distributing && partner_takes_frames() && !sending_.rests;
}

std::uint16_t AggregationPort::key_under(const AggregatorConfig& lag) const noexcept {
  return lag.key ? *lag.key : automatic_key(lag.lag_number, link_, lag.any_speed);
}

bool AggregationPort::aggregation() const noexcept {
  return config_.aggregatable && link_.full_duplex;
}

wire::LacpInfo AggregationPort::actor() const noexcept {
  const MuxOutputs out = outputs(mux_);
  const PortState state = PortState{}
                              .with(StateBit::activity, lag_->activity == Activity::active)
                              .with(StateBit::timeout, asks_short())
                              .with(StateBit::aggregation, aggregation())
                              .with(StateBit::synchronization, out.synchronization)
                              .with(StateBit::collecting, out.collecting)
                              .with(StateBit::distributing, out.distributing && !sending_.rests)
                              .with(StateBit::defaulted, receive_.defaulted())
                              .with(StateBit::expired, receive_.expired());
  return {.system_priority = lag_->system_priority,
          .system = lag_->system,
          .key = key_under(*lag_),
          .port_priority = config_.port_priority,
          .port_number = config_.port_number,
          .state = state.octet()};
}

}  // namespace lagoon::lacp
