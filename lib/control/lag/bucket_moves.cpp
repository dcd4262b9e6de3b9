// What an operator says of single buckets: where they are to be, instead of where capacities have them.
#include <algorithm>
#include <string>

#include "control/lag/lag.hpp"

namespace lagoon::control {

Result<Lag::BucketsPlaced> Lag::place_buckets(const BucketChoice& which, std::optional<MemberIndex> to,
                                              Instant now) {
  const bool by_bucket =
      distribution() == table::Distribution::flow_hash || distribution() == table::Distribution::weighted;
  if (!by_bucket || row().choice == Choice::active_backup)
    return fail(Errc::not_supported, "LAG '" + name_ + "' has mode " + std::string{row().name} +
                                         ", in which no bucket of the flow hash chooses the member");
  if (to && !contains(outcome_.distributing, *to))
    return fail(Errc::busy, "member '" + at(*to).settings.name + "' does not distribute now");
  BucketsPlaced done;
  for (std::size_t b = which.first; b <= which.last; ++b) {
    const std::uint8_t carrier = tables_.lane(b).member;
    if (which.of && carrier != which.of->value()) continue;
    ++done.chosen;
    done.buckets.insert(b);
    placed_[b] = to ? to->value() : kNoMember;
  }
  if (done.chosen == 0) return done;
  note({.at = now,
        .member = to.value_or(MemberIndex{}),
        .of_lag = !to,
        .kind = "buckets",
        .from = "",
        .to = to ? "placed" : "released",
        .why = "command"});
  settle(now, "command");
  return done;
}

std::size_t Lag::count_on(const dist::LaneSet& buckets, MemberIndex member) const noexcept {
  std::size_t count = 0;
  buckets.each([&](std::size_t b) { count += tables_.lane(b).member == member.value() ? 1U : 0U; });
  return count;
}

void Lag::forget_placed(MemberIndex member) noexcept {
  for (std::uint8_t& placed : placed_)
    if (placed == member.value()) placed = kNoMember;
}

std::uint32_t Lag::placed_on(MemberIndex member) const noexcept {
  return static_cast<std::uint32_t>(std::ranges::count(placed_, member.value()));
}

}  // namespace lagoon::control
