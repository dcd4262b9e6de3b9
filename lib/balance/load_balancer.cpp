#include "balance/load_balancer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <ranges>

#include "base/member_set.hpp"

namespace lagoon::balance {

LoadBalancer::LoadBalancer(const LoadBalancerOptions& options, Instant now)
    : options_{options}, rates_{dist::kLoadGroups, now} {
  sort_groups();
}

void LoadBalancer::set_options(const LoadBalancerOptions& options, Instant now) {
  if (options == options_) return;
  const bool switched = options.dynamic != options_.dynamic;
  options_ = options;
  if (switched) rates_.forget();
  if (distributing_ == 0) return;
  next_ = options_.dynamic ? std::optional{now + options_.interval} : std::nullopt;
  if (switched) place_groups();
}

void LoadBalancer::set_members(const std::array<std::uint32_t, kMembersMax>& capacity,
                               std::uint32_t distributing, Instant now) {
  capacity_ = capacity;
  distributing_ = distributing;
  // While no speed is known, all count alike.
  const auto member = std::views::iota(std::size_t{0}, kMembersMax);
  if (std::ranges::none_of(member,
                           [this](std::size_t m) { return contains(distributing_, m) && capacity_[m] != 0; }))
    capacity_.fill(1);
  if (distributing_ == 0) {
    next_.reset();
    return;
  }
  if (options_.dynamic && !next_) next_ = now + options_.interval;
  place_groups();
}

// Idle groups lie where the pure function has them, so that a member that returns gets new conversations at
// once. Busy ones stay; those whose member is gone go, heaviest first, to the member that is then least
// utilised.
void LoadBalancer::place_groups() {
  dist::GroupMap pure{};
  preferences_.map({capacity_, distributing_}, pure);

  sort_groups();
  const auto rate = rates_.rate();
  const auto orphaned = [this](std::size_t g) { return !contains(distributing_, map_[g]); };
  Shares share = shares();
  for (const std::size_t group : by_rate_) {
    if (rate[group] == 0) {
      map_[group] = pure[group];
    } else if (orphaned(group)) {
      std::size_t best = pure[group];
      for (std::size_t m = 0; m < kMembersMax; ++m)
        if (share[m].capacity != 0 && (share[m].load + rate[group]) / share[m].capacity <
                                          (share[best].load + rate[group]) / share[best].capacity)
          best = m;
      map_[group] = static_cast<std::uint8_t>(best);
      share[best].load += rate[group];
    }
  }
}

void LoadBalancer::measured(const dist::GroupOctets& octets, Instant now) {
  if (!next_) return;
  next_ = now + options_.interval;
  if (rates_.measured(octets, now)) rebalance();
}

Shares LoadBalancer::shares() const {
  Shares share{};
  for (std::size_t m = 0; m < kMembersMax; ++m)
    if (contains(distributing_, m)) share[m].capacity = capacity_[m];
  for (std::size_t g = 0; g < dist::kLoadGroups; ++g) {
    share[map_[g]].load += rates_.rate()[g];
    share[map_[g]].variance += rates_.variance(g);
  }
  return share;
}

void LoadBalancer::sort_groups() {
  std::iota(by_rate_.begin(), by_rate_.end(), std::uint16_t{0});
  sort_by_rate(by_rate_, rates_.rate());
}

void LoadBalancer::rebalance() {
  sort_groups();
  Shares share = shares();
  std::uint32_t givers = overloaded(share, options_.gain_min_percent);
  // A member that lies idle is reason enough. (A group that alone is more than a share can hide the others'
  // unevenness: 50, 40 and 10 % has no member but the first far above its share, and that one can't give.)
  if (idling(share) != 0) givers |= above_share(share, options_.gain_min_percent);
  const double mean = mean_utilisation(share);
  const double gain = static_cast<double>(options_.gain_min_percent) / 100;
  for (std::size_t left = options_.moves_max; left > 0 && givers != 0;) {
    const std::size_t from = busiest(share, givers);
    // All moves of an interval together must be able to bring the gain.
    const double smallest = mean * share[from].capacity * gain / std::max(options_.moves_max, 1U);
    LaneMoves moves;
    if (share[from].utilisation() > mean)
      moves = moves_from({rates_.rate(), map_, by_rate_}, share, from,
                         {std::max(RateEstimator::kIdle, smallest), gain, left});
    if (moves.empty()) givers &= ~(std::uint32_t{1} << from);
    apply(moves, rates_.rate(), map_, share);
    moves_ += moves.size();
    left -= moves.size();
  }
}

std::optional<Instant> LoadBalancer::deadline() const noexcept {
  return next_;
}

std::uint64_t LoadBalancer::load(MemberIndex member) const noexcept {
  double sum = 0;
  for (std::size_t g = 0; g < dist::kLoadGroups; ++g)
    if (map_[g] == member.value()) sum += rates_.rate()[g];
  return static_cast<std::uint64_t>(std::llround(sum));
}

}  // namespace lagoon::balance
