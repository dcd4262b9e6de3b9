// How an AggregationPort comes back: what it asks its Partner for until that takes frames, and how it goes on
// from what it knew in another process, before control was away, or under another configuration.
#include <algorithm>
#include <utility>

#include "lacp/aggregation_port.hpp"
#include "lacp/constants.hpp"
#include "lacp/lag_id.hpp"

namespace lagoon::lacp {

namespace {

[[nodiscard]] RestoreFault fault_of(const SavedPort& saved, const wire::LacpInfo& actor, bool up,
                                    Instant now) {
  if (!up) return RestoreFault::link_down;
  if (saved.heard.actor.system == actor.system || !matches(saved.actor, actor))
    return RestoreFault::another_identity;
  const bool fast = PortState{saved.heard.actor.state}.has(StateBit::timeout);
  const Duration patience = retry_patience(saved.retry.ours, fast ? Rate::fast : Rate::slow) - kRestoreMargin;
  // (a time to come is of another clock)
  if (now >= saved.sent + patience || now < saved.sent) return RestoreFault::partner_timed_out;
  // (who has asked to be waited for was not there to listen)
  const bool excused = saved.retry.ours > kRetryStandard;
  if ((now >= saved.current_while && !excused) || now < saved.heard_at) return RestoreFault::partner_silent;
  return RestoreFault::none;
}

}  // namespace

void AggregationPort::excuse_silence(Instant now) noexcept {
  const std::optional<Instant> until = timers_.at(Timer::current_while);
  if (!until || *until >= now + kRestoredHearing || std::exchange(memory_.excused, true)) return;
  timers_.start(Timer::current_while, now + kRestoredHearing);
}

// At the slow rate the Partner is asked for a LACPDU each second until it takes frames from us: what it has
// to say for that would else come with its next period, 30 s later (docs/lacp.md).
bool AggregationPort::asks_short() const noexcept {
  if (lag_->rate == Rate::fast || closing_) return lag_->rate == Rate::fast;
  if (receive_.state() != ReceiveState::current) return true;
  return is_selected() && !(partner_takes_frames() && receive_.partner_has(StateBit::synchronization));
}

std::optional<SavedPort> AggregationPort::saved() const noexcept {
  const bool attached = mux_ != MuxState::detached && mux_ != MuxState::waiting;
  const std::optional<Instant> until = timers_.at(Timer::current_while);
  if (closing_ || left_out_ == UnselectedReason::held_out || !attached ||
      receive_.state() != ReceiveState::current || !receive_.heard() || !until || !transmit_.last_sent())
    return std::nullopt;
  return SavedPort{.actor = actor(),
                   .heard = *receive_.heard(),
                   .mux = mux_,
                   .sent = *transmit_.last_sent(),
                   .heard_at = heard_.last,
                   .current_while = *until,
                   .retry = retry_.saved()};
}

RestoreFault AggregationPort::restore(const SavedPort& saved, const LinkState& link, Instant now) noexcept {
  const LinkState before = link_;
  link_ = link;
  if (const RestoreFault fault = fault_of(saved, actor(), link.up, now);
      fault != RestoreFault::none || closing_) {
    link_ = before;
    return fault;
  }
  receive_.restore(saved.heard, actor());
  retry_.restore(saved.retry, saved.heard_at);
  const Instant most = now + retry_.patience(lag_->rate);
  timers_.start(Timer::current_while, std::clamp(saved.current_while, now + kRestoredHearing, most));
  mux_ = saved.mux;
  if (outputs(mux_).collecting) memory_.known = receive_.partner();
  selected_ = Selected::selected;
  selected_cause_ = Cause::none;
  reason_ = UnselectedReason::none;
  group_ = make_lag_id(actor(), receive_.partner());
  named_ = matches(saved.heard.partner, actor());
  partner_before_ = receive_.partner();
  partner_collected_ = receive_.partner_collects_from_us(lag_->takes_over);
  collecting_since_ = heard_.last = saved.heard_at;
  transmit_.restore(saved.sent);
  last_change_ = now;
  memory_.asked_short = asks_short();
  transmit_.need();
  return RestoreFault::none;
}

// Another Port ID or Aggregation is another port to the Partner, which leaves with our next LACPDU. We leave
// first, so that nothing is sent to a Partner that is gone.
void AggregationPort::change(const PortConfig& config, Instant now) noexcept {
  if (std::exchange(config_, config) == config || closing_) return;
  act_on({.unselect = true, .ntt = true}, receive_.state(), Cause::own_values, now);
}

void AggregationPort::lag_changed(const AggregatorConfig& before, Instant now) noexcept {
  if (closing_) return;
  ReceiveEffects effects{};
  if (key_under(before) != key_under(*lag_)) effects.unselect = effects.ntt = true;
  if (before.activity != lag_->activity || before.rate != lag_->rate) effects.ntt = true;
  retime(before, now);
  act_on(effects, receive_.state(), Cause::own_values, now);
}

// A Partner that is asked to send slowly does so at once, so the long timeout counts from its last LACPDU on.
// The short timeout begins with its next one: it can't send fast before it was asked to.
void AggregationPort::retime(const AggregatorConfig& before, Instant now) noexcept {
  if (before.rate != lag_->rate && lag_->rate == Rate::slow && receive_.state() == ReceiveState::current)
    timers_.start(Timer::current_while, heard_.last + retry_.patience(Rate::slow));
  if (before.aggregate_wait != lag_->aggregate_wait)
    for (const Timer wait : {Timer::wait_while, Timer::return_wait})
      timers_.move(wait, waiting_since_ + lag_->aggregate_wait, now);
  if (before.partner_settle != lag_->partner_settle)
    timers_.move(Timer::partner_settle, collecting_since_ + lag_->partner_settle, now);
}

}  // namespace lagoon::lacp
