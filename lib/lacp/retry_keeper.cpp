#include "lacp/retry_keeper.hpp"

#include <utility>

namespace lagoon::lacp {

// A count that nobody may have is none. What comes within a second of ours is the answer to it, or was
// answered by it: else two ends would answer each other's answers.
void RetryKeeper::heard(const std::optional<wire::RetryCounts>& said, Instant now) noexcept {
  in_kind_ = said && said->actor != kRetryStandard;
  if (!said) {
    if (heard_at_ && now > *heard_at_ + kRetryKept) partner_ = kRetryStandard;
    return;
  }
  ++received_;
  known_ = true;
  heard_at_ = now;
  partner_ = said->actor >= kRetryStandard && said->actor <= kRetryMost ? said->actor : kRetryStandard;
  owes_ = owes_ || !sent_at_ || now >= *sent_at_ + kFastPeriodicTime;
}

void RetryKeeper::forget() noexcept {
  known_ = in_kind_ = owes_ = asks_ = false;
  ours_ = partner_ = kRetryStandard;
  probes_ = 0;
  heard_at_.reset();
  sent_at_.reset();
}

void RetryKeeper::restore(const SavedRetry& saved, Instant heard_at) noexcept {
  known_ = saved.known;
  ours_ = saved.ours;
  partner_ = saved.partner;
  if (known_) heard_at_ = heard_at;
}

void RetryKeeper::run(const AggregatorConfig& lag, bool carries, TimerTable& timers, Instant now) noexcept {
  const bool due = timers.take_expired(Timer::retry_probe, now);
  const bool may_ask =
      lag.retry_probe == RetryProbe::always || (lag.retry_probe == RetryProbe::lldp && neighbor_);
  if (known_ || !carries || !may_ask || probes_ == kRetryProbes) return timers.stop(Timer::retry_probe);
  if (due) {
    asks_ = true;
    ++probes_;
  }
  if (!timers.running(Timer::retry_probe))
    timers.start(Timer::retry_probe, now + (probes_ == 0 ? kRetryProbeAfter : kRetryProbeAgain));
}

std::optional<wire::RetryCounts> RetryKeeper::take(const AggregatorConfig& lag, Instant now) noexcept {
  const std::uint8_t ours = known_ ? wanted(lag) : kRetryStandard;
  const bool differs = ours != ours_ || ours != kRetryStandard || in_kind_;
  if (!owes_ && !asks_ && !(known_ && differs)) return std::nullopt;
  owes_ = asks_ = false;
  ours_ = ours;
  sent_at_ = now;
  ++sent_;
  return wire::RetryCounts{.actor = ours, .partner = partner_};
}

std::optional<RetryKeeper::News> RetryKeeper::take_news() noexcept {
  const std::uint8_t now = known_ ? partner_ : 0;
  const std::uint8_t before = std::exchange(told_, now);
  if (before == now) return std::nullopt;
  return News{.from = before, .to = now};
}

}  // namespace lagoon::lacp
