#include "control/table/move_keeper.hpp"

#include <algorithm>

namespace lagoon::control {

namespace {

// Between a move that found no room and the next.
constexpr Duration kPause = 20ms;
// When even the smallest portion had no room.
constexpr Duration kLongPause = 1s;
// 64 portions at the most: then each is one bucket in 64.
constexpr unsigned kPortionBitsMax = 6;
// Workers that say nothing for so long are not there.
constexpr Duration kReportPatience = 1s;
constexpr std::uint64_t kNotPublished = ~std::uint64_t{0};

}  // namespace

void MoveKeeper::begin(const Change& change, std::uint64_t generation, const MoveOptions& options,
                       Instant now) {
  options_ = options;
  generation_ = generation;
  by_ = options.by;
  followed_ = false;
  ++counters_.begun;
  ++moves_.begun;
  // As large a portion as had room the last time, or twice that.
  if (portion_bits_ > 0) --portion_bits_;
  first_portion();
  refused_before_ = false;
  // (what another move waits for goes on, in one queue)
  planned_ = change.can_stay || change.working || (phase_ == Phase::waiting && planned_);
  gone_ = change.gone || (phase_ == Phase::waiting && gone_);
  conversations_ = change.conversations;
  const bool flowlet = options.by == MoveBy::flowlet && change.can_stay;
  if (flowlet) {
    moves_.way = table::MoveWay::flowlet;
    const Duration wait = change.working ? options.planned : options.failover;
    moves_.gone_wait = wait > Duration::zero();
    std::optional<Instant> held = phase_ == Phase::waiting ? until_ : gone_until_;
    if (change.gone && moves_.gone_wait) held = std::max(held.value_or(now), now + wait);
    gone_until_ = held;
    if (!held) moves_.released = moves_.begun;
    phase_ = Phase::at_gaps;
    until_ = now + options.patience;
    return;
  }
  wait(now);
}

void MoveKeeper::wait(Instant now) {
  const bool at_once = options_.by == MoveBy::at_once;
  const Duration planned = at_once ? Duration::zero() : options_.planned;
  const Duration failover = at_once ? Duration::zero() : options_.failover;
  moves_.way = planned > Duration::zero() ? table::MoveWay::hold : table::MoveWay::at_once;
  moves_.gone_wait = (planned_ ? planned : failover) > Duration::zero();
  const Duration longest =
      std::max(planned_ ? planned : Duration::zero(), gone_ ? failover : Duration::zero());
  if (longest <= Duration::zero()) {
    moves_.released = moves_.begun;
    phase_ = Phase::checking;
    until_ = now + kReportPatience;
    gone_until_.reset();
    return;
  }
  if (phase_ != Phase::waiting) since_ = now;
  phase_ = Phase::waiting;
  asked_answered_ = false;
  until_ = std::max(until_.value_or(now), now + longest);
  if (gone_) gone_until_ = std::max(gone_until_.value_or(now), now + failover);
}

void MoveKeeper::first_portion() noexcept {
  moves_.portion_mask = (std::uint32_t{1} << portion_bits_) - 1;
  moves_.portion = 0;
}

void MoveKeeper::cancel() noexcept {
  moves_.released = moves_.begun;
  moves_.portion = moves_.portion_mask = 0;
  finish();
}

void MoveKeeper::finish() noexcept {
  phase_ = Phase::idle;
  until_.reset();
  gone_until_.reset();
  planned_ = gone_ = false;
}

void MoveKeeper::release(Instant now) {
  (asked_answered_ ? counters_.by_marker : counters_.by_time) += 1;
  counters_.last_pause = now - since_;
  counters_.longest_pause = std::max(counters_.longest_pause, counters_.last_pause);
  moves_.released = moves_.begun;
  gone_until_.reset();
  until_ = now + kReportPatience;
  news_ = true;
  generation_ = kNotPublished;
  followed_ = false;
  phase_ = Phase::checking;
}

void MoveKeeper::markers_answered(Instant now) {
  if (!may_ask()) return;
  asked_answered_ = true;
  if (gone_until_ && *gone_until_ > now)
    until_ = gone_until_;
  else
    release(now);
}

void MoveKeeper::published(std::uint64_t generation) noexcept {
  if (generation_ == kNotPublished) generation_ = generation;
}

void MoveKeeper::report(const Progress& progress, Instant now) {
  counters_.gaps_used = progress.gaps_used;
  if (phase_ == Phase::idle || progress.followed < generation_) return;
  // From here on nobody sends by the table before: only now the time begins that paths may differ by. (A
  // worker whose CPU was taken away may be late.)
  if (!followed_ && phase_ == Phase::waiting && until_)
    until_ = std::max(*until_, now + (planned_ ? options_.planned : options_.failover));
  followed_ = true;
  if (phase_ == Phase::at_gaps && progress.behind.empty() && !conversations_) {
    ++counters_.at_gaps;
    moves_.released = moves_.begun;
    news_ = true;
    finish();
  } else if (phase_ == Phase::checking || (phase_ == Phase::waiting && progress.gave_up == moves_.begun)) {
    // (there is nothing to wait for where a worker has no room)
    check(progress, now);
  }
}

// A table that releases was followed by all, or some had no room.
void MoveKeeper::check(const Progress& progress, Instant now) {
  const bool had_no_room = progress.gave_up == moves_.begun;
  if (had_no_room) ++counters_.overflowed;
  const bool last = moves_.portion == moves_.portion_mask;
  if (progress.behind.empty() && !(conversations_ && (had_no_room || !last))) {
    moves_.portion = moves_.portion_mask = 0;
    news_ = true;
    return finish();
  }
  if (had_no_room && options_.overflow == Overflow::give_up && !refused_before_) {
    ++counters_.given_up;
    refused_ = progress.behind;
    refused_before_ = true;
    moves_.released = moves_.begun;
    return finish();
  }
  phase_ = Phase::pausing;
  until_ = now;
  if (had_no_room && portion_bits_ < kPortionBitsMax) {
    ++portion_bits_;
    first_portion();
    until_ = now + kPause;
  } else if (!last) {
    ++moves_.portion;
  } else {
    moves_.portion = 0;
    until_ = now + kLongPause;
  }
}

void MoveKeeper::expire(Instant now) {
  if (phase_ == Phase::at_gaps && gone_until_ && now >= *gone_until_) {
    gone_until_.reset();
    moves_.released = moves_.begun;
    news_ = true;
  }
  if (!until_ || now < *until_) return;
  switch (phase_) {
    case Phase::waiting:
      release(now);
      break;
    case Phase::at_gaps:
    case Phase::pausing:
      // What is still where it was is held.
      ++moves_.begun;
      planned_ = true;
      followed_ = false;
      generation_ = kNotPublished;
      until_.reset();
      wait(now);
      news_ = true;
      break;
    case Phase::checking:
      finish();
      news_ = true;
      break;
    case Phase::idle:
      break;
  }
}

std::optional<Instant> MoveKeeper::deadline() const noexcept {
  if (phase_ == Phase::at_gaps && gone_until_) return until_ ? std::min(*until_, *gone_until_) : gone_until_;
  return until_;
}

std::optional<dist::LaneSet> MoveKeeper::take_refused() noexcept {
  auto refused = refused_;
  refused_.reset();
  return refused;
}

}  // namespace lagoon::control
