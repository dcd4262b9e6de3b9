// How an AggregationPort comes back: what it asks its Partner for until that takes frames, and how it goes on
// from what it knew in another process, or before control was away.
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
  const Duration patience = (fast ? kShortTimeoutTime : kLongTimeoutTime) - kRestoreMargin;
  // (a time to come is of another clock)
  if (now >= saved.sent + patience || now < saved.sent) return RestoreFault::partner_timed_out;
  if (now >= saved.current_while || now < saved.heard_at) return RestoreFault::partner_silent;
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
                   .current_while = *until};
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
  const Duration most = lag_->rate == Rate::fast ? kShortTimeoutTime : kLongTimeoutTime;
  timers_.start(Timer::current_while, std::clamp(saved.current_while, now + kRestoredHearing, now + most));
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

}  // namespace lagoon::lacp
