// Loads are compared as utilisation, that is load / capacity. The fair share of a member is what it would
// carry if all members had the same utilisation.
//
// Two things keep it calm. A member gives groups away only when it is above its share by gain_min_percent and
// by more than chance explains: the scatter of each group's own measurements is known, so that of their sum
// is. And a move never makes the receiver as busy as the giver was, so with steady loads every move lowers
// the busier of two members, and moves come to an end.
#include "balance/load_balancer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <ranges>

namespace lagoon::balance {
namespace {

// Weight of the newest measurement. After a step, 4 measurements bring two thirds of it.
constexpr double kNewest = 0.25;
// Of the newest square of an error; slow, since scatter is to be known better than the load.
constexpr double kNewestSquare = 1.0 / 16;
// How much less the smoothed rate scatters than one measurement: (2 - a) / a for the exponential average.
constexpr double kSmoothing = (2 - kNewest) / kNewest;
// Below this a group is idle: less than one smallest frame a second.
constexpr double kIdle = 64;
// A member must be above its share by so many standard deviations of the estimate; but a difference of half
// of the share counts however much the loads scatter.
constexpr double kDeviations = 4;
constexpr double kScatterMax = 0.2;

constexpr bool contains(std::uint32_t set, std::size_t member) noexcept {
  return (set >> member & 1U) != 0;
}

}  // namespace

LoadBalancer::LoadBalancer(const LoadBalancerOptions& options, Instant now)
    : options_{options}, last_measured_{now} {
  sort_by_rate();
}

void LoadBalancer::forget_rates() {
  rate_.fill(0);
  variance_.fill(0);
  seeded_ = false;
  last_measured_.reset();  // the octets counted meanwhile are not known: the next measurement is a baseline
}

void LoadBalancer::set_options(const LoadBalancerOptions& options, Instant now) {
  if (options == options_) return;
  const bool switched = options.dynamic != options_.dynamic;
  options_ = options;
  if (switched) forget_rates();
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
// once. Busy ones stay; those whose member is gone go, heaviest first, to who will then be least utilised.
void LoadBalancer::place_groups() {
  dist::GroupMap pure{};
  plan_.map({capacity_, distributing_}, pure);

  sort_by_rate();
  const auto orphaned = [this](std::size_t g) { return !contains(distributing_, map_[g]); };
  Shares share = shares();
  for (const std::size_t group : by_rate_) {
    if (rate_[group] == 0) {
      map_[group] = pure[group];
    } else if (orphaned(group)) {
      std::size_t best = pure[group];
      for (std::size_t m = 0; m < kMembersMax; ++m)
        if (share[m].capacity != 0 && (share[m].load + rate_[group]) / share[m].capacity <
                                          (share[best].load + rate_[group]) / share[best].capacity)
          best = m;
      map_[group] = static_cast<std::uint8_t>(best);
      share[best].load += rate_[group];
    }
  }
}

void LoadBalancer::measured(const dist::GroupOctets& octets, Instant now) {
  if (!next_) return;
  next_ = now + options_.interval;
  if (last_measured_ && now <= *last_measured_) return;
  if (last_measured_) update_rates(octets, now - *last_measured_);
  last_ = octets;
  last_measured_ = now;
  if (seeded_) rebalance();
}

void LoadBalancer::update_rates(const dist::GroupOctets& octets, Duration since_last) {
  const double seconds = std::chrono::duration<double>{since_last}.count();
  for (std::size_t g = 0; g < dist::kLoadGroups; ++g) {
    // (a counter that went back was started anew)
    const std::uint64_t sent = octets[g] >= last_[g] ? octets[g] - last_[g] : octets[g];
    const double sample = static_cast<double>(sent) / seconds;
    if (!seeded_) {
      rate_[g] = sample;
    } else {
      const double off = sample - rate_[g];
      rate_[g] += kNewest * off;
      variance_[g] += kNewestSquare * (off * off - variance_[g]);
    }
    if (rate_[g] < kIdle) {
      rate_[g] = 0;
      variance_[g] = 0;
    }
  }
  seeded_ = true;
}

LoadBalancer::Shares LoadBalancer::shares() const {
  Shares share{};
  for (std::size_t m = 0; m < kMembersMax; ++m)
    if (contains(distributing_, m)) share[m].capacity = capacity_[m];
  for (std::size_t g = 0; g < dist::kLoadGroups; ++g) {
    share[map_[g]].load += rate_[g];
    share[map_[g]].variance += variance_[g];
  }
  return share;
}

double LoadBalancer::mean_utilisation(const Shares& shares) {
  double load = 0;
  double capacity = 0;
  for (const Share& share : shares) {
    if (share.capacity == 0) continue;
    load += share.load;
    capacity += share.capacity;
  }
  return load / capacity;
}

std::uint32_t LoadBalancer::overloaded(const Shares& shares) const {
  const double mean = mean_utilisation(shares);
  double capacity = 0;
  double variance = 0;
  for (const Share& share : shares) {
    capacity += share.capacity;
    variance += share.variance;
  }
  std::uint32_t set = 0;
  for (std::size_t m = 0; m < kMembersMax; ++m) {
    if (shares[m].capacity == 0) continue;
    const double fair = mean * shares[m].capacity;
    // What is above the share is (1 - part) of the member's load less `part` of what the others have.
    const double part = shares[m].capacity / capacity;
    const double own = (1 - part) * (1 - part) * shares[m].variance;
    const double scatter =
        kDeviations * std::sqrt((own + part * part * (variance - shares[m].variance)) / kSmoothing);
    const double band = fair * options_.gain_min_percent / 100 + std::min(scatter, fair * kScatterMax);
    if (shares[m].load - fair > band) set |= std::uint32_t{1} << m;
  }
  return set;
}

// The largest group that lifts the taker no further than to its share, and leaves the giver no less utilised
// than it. Else an exchange.
LoadBalancer::Moves LoadBalancer::moves_from(const Shares& shares, std::size_t from,
                                             std::size_t moves_max) const {
  std::size_t to = from;
  for (std::size_t m = 0; m < kMembersMax; ++m)
    if (shares[m].capacity != 0 && shares[m].utilisation() < shares[to].utilisation()) to = m;
  if (to == from) return {};
  const Share& giver = shares[from];
  const Share& taker = shares[to];
  const double mean = mean_utilisation(shares);
  // Moving this much makes the two alike.
  const double level =
      (giver.load * taker.capacity - taker.load * giver.capacity) / (giver.capacity + taker.capacity);
  const double room = std::min(level, mean * taker.capacity - taker.load);
  const double smallest = smallest_of_use(mean * giver.capacity);
  for (const std::size_t group : by_rate_)
    if (map_[group] == from && rate_[group] >= smallest && rate_[group] <= room) return {{group, to}};
  return exchange(shares, from, to, level, moves_max);
}

// A group that is too large, for so many smaller ones that the two members become alike, or nearly. Of such
// groups the smallest is taken. It must leave both members below what the giver had, and by the gain.
LoadBalancer::Moves LoadBalancer::exchange(const Shares& shares, std::size_t from, std::size_t to,
                                           double level, std::size_t moves_max) const {
  const Share& giver = shares[from];
  const Share& taker = shares[to];
  const double fair = mean_utilisation(shares) * giver.capacity;
  const double smallest = smallest_of_use(fair);
  const double limit = giver.utilisation() - fair * options_.gain_min_percent / 100 / giver.capacity;
  for (auto group = by_rate_.rbegin(); group != by_rate_.rend(); ++group) {
    if (map_[*group] != from || rate_[*group] <= std::max(level, smallest)) continue;
    Moves moves{{*group, to}};
    double moved = rate_[*group];
    for (const std::size_t back : by_rate_) {
      if (moves.size() == moves_max || rate_[back] < smallest) break;
      if (map_[back] != to || moved - rate_[back] < level) continue;
      moves.push_back({back, from});
      moved -= rate_[back];
    }
    if ((taker.load + moved) / taker.capacity <= limit) return moves;
  }
  return {};
}

// All moves of an interval together must be able to bring the gain.
double LoadBalancer::smallest_of_use(double fair) const {
  return std::max(kIdle, fair * options_.gain_min_percent / 100 / std::max(options_.moves_max, 1U));
}

void LoadBalancer::sort_by_rate() {
  std::iota(by_rate_.begin(), by_rate_.end(), std::uint8_t{0});
  // (not stable_sort: it asks for heap, by a function that clang finds deprecated)
  std::ranges::sort(by_rate_, [this](std::size_t a, std::size_t b) {
    return rate_[a] != rate_[b] ? rate_[a] > rate_[b] : a < b;
  });
}

void LoadBalancer::rebalance() {
  sort_by_rate();
  Shares share = shares();
  std::uint32_t givers = overloaded(share);
  const double mean = mean_utilisation(share);
  for (std::size_t left = options_.moves_max; left > 0 && givers != 0;) {
    std::size_t from = kMembersMax;
    for (std::size_t m = 0; m < kMembersMax; ++m)
      if (contains(givers, m) && (from == kMembersMax || share[m].utilisation() > share[from].utilisation()))
        from = m;
    Moves moves;
    if (share[from].utilisation() > mean) moves = moves_from(share, from, left);
    if (moves.empty()) givers &= ~(std::uint32_t{1} << from);
    for (const Move& move : moves) {
      share[map_[move.group]].load -= rate_[move.group];
      share[move.to].load += rate_[move.group];
      map_[move.group] = static_cast<std::uint8_t>(move.to);
    }
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
    if (map_[g] == member.value()) sum += rate_[g];
  return static_cast<std::uint64_t>(std::llround(sum));
}

}  // namespace lagoon::balance
