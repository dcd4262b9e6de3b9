#include "dpdk/base/turn_meter.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace lagoon::dpdk {

namespace {

constexpr unsigned kStepBits = 2;
constexpr std::uint64_t kSteps = 1U << kStepBits;  // for each doubling

}  // namespace

std::size_t TurnMeter::bucket_of(Duration turn) noexcept {
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(turn.count(), 0)) / 1000;
  if (us < kSteps) return static_cast<std::size_t>(us);
  const auto doubling = static_cast<unsigned>(std::bit_width(us)) - 1;
  const std::uint64_t step = (us >> (doubling - kStepBits)) - kSteps;
  return std::min<std::size_t>((doubling - kStepBits + 1) * kSteps + step, kBuckets - 1);
}

Duration TurnMeter::end_of(std::size_t bucket) noexcept {
  const std::size_t next = bucket + 1;
  if (next <= kSteps) return std::chrono::microseconds{next};
  const std::size_t doubling = next / kSteps - 1;
  return std::chrono::microseconds{(kSteps + next % kSteps) << doubling};
}

Duration TurnMeter::begin(Instant now) noexcept {
  if (now - period_began_ >= kPeriod) {
    before_ = now - period_began_ < 2 * kPeriod ? now_ : Period{};
    now_ = {};
    period_began_ = now;
  }
  const Duration away = began_ ? now - *began_ : Duration::zero();
  now_.away = std::max(now_.away, away);
  if (away > kStarved) {
    ++starved_;
    starved_longest_ = std::max(starved_longest_, away);
  }
  began_ = now;
  return away;
}

void TurnMeter::end(Instant now) noexcept {
  if (!began_) return;
  const Duration turn = now - *began_;
  std::uint32_t& turns = now_.turns[bucket_of(turn)];
  if (turns < std::numeric_limits<std::uint32_t>::max()) ++turns;
  ++now_.count;
  now_.longest = std::max(now_.longest, turn);
}

Duration TurnMeter::percentile(unsigned percent) const noexcept {
  const std::uint64_t count = now_.count + before_.count;
  const std::uint64_t wanted = (count * percent + 99) / 100;
  const Duration longest = std::max(now_.longest, before_.longest);
  std::uint64_t so_far = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    so_far += std::uint64_t{now_.turns[bucket]} + before_.turns[bucket];
    if (so_far < wanted || so_far == 0) continue;
    // (the last has no end)
    return bucket + 1 < kBuckets ? std::min(end_of(bucket), longest) : longest;
  }
  return {};
}

control::ControlTimes TurnMeter::times() const noexcept {
  return {.turn_p50 = percentile(50),
          .turn_p99 = percentile(99),
          .turn_longest = std::max(now_.longest, before_.longest),
          .away_longest = std::max(now_.away, before_.away),
          .starved = starved_,
          .starved_longest = starved_longest_};
}

}  // namespace lagoon::dpdk
