#include "control/links/hold_out.hpp"

#include <utility>

#include "base/earliest.hpp"

namespace lagoon::control {

namespace {

// A Partner that is restarted, cabled anew or reconfigured takes something back a few times in all. One that
// does so more often than about once a second can't be attached in between (Aggregate_Wait_Time).
constexpr failover::DampingOptions kHoldOutRules{
    .enabled = true, .flaps = 8, .window = 10s, .hold_first = 2s, .hold_max = 60s};
// A flood is this many times what the limit lets through. (A Partner that is merely hasty loses LACPDUs, and
// no link.)
constexpr std::uint64_t kFlood = 10;

}  // namespace

void HoldOut::set_options(const LacpExtras& options) noexcept {
  options_ = kHoldOutRules;
  options_.hold_max = options.hold_out;
  flood_from_ = (kFlood - 1) * options.flood_limit;
  options_.enabled = options.hold_out > Duration::zero();
  if (options_.enabled) return;
  // (its next input lifts the hold)
  for (Member& member : members_)
    if (member.damping.held_until()) member.damping.input(true, options_, Instant{});
  held_ = 0;
}

void HoldOut::forget(MemberIndex member) noexcept {
  of(member) = {};
  held_ &= ~set_of(member);
  flooded_ &= ~set_of(member);
}

void HoldOut::lose(Member& member, Instant now) noexcept {
  member.damping.input(true, options_, now);
  member.damping.input(false, options_, now);
}

// A flood is as good as any number of reversals.
void HoldOut::hold(MemberIndex member, Instant now) noexcept {
  if (!lacp_ || !options_.enabled) return;
  Member& m = of(member);
  while (!m.damping.held_until()) lose(m, now);
  m.why = "flood";
  held_ |= set_of(member);
}

bool HoldOut::dropped(MemberIndex member, std::uint64_t count, Instant now) noexcept {
  Member& m = of(member);
  m.lately = count;
  m.dropped += count;
  const bool above = count > 0;
  const bool news = above != contains(flooded_, member);
  flooded_ = above ? flooded_ | set_of(member) : flooded_ & ~set_of(member);
  if (!floods(member) || contains(held_, member)) return news;
  hold(member, now);
  return true;
}

bool HoldOut::reversals(MemberIndex member, std::uint64_t count, Instant now) noexcept {
  Member& m = of(member);
  const std::uint64_t before = std::exchange(m.reversals, count);
  if (!lacp_ || !options_.enabled || count <= before || contains(held_, member)) return false;
  for (std::uint64_t i = before; i < count && !m.damping.held_until(); ++i) lose(m, now);
  if (!m.damping.held_until()) return false;
  m.why = "partner_swings";
  held_ |= set_of(member);
  return true;
}

void HoldOut::expire(Instant now) noexcept {
  for_each(held_, [&](MemberIndex member) {
    Member& m = of(member);
    m.damping.expire(now);
    if (m.damping.held_until()) return;
    held_ &= ~set_of(member);
    if (floods(member)) hold(member, now);
  });
}

std::optional<Instant> HoldOut::deadline() const noexcept {
  Earliest first;
  for_each(held_, [&](MemberIndex member) { first.add(of(member).damping.deadline()); });
  return first.at();
}

}  // namespace lagoon::control
