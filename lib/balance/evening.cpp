// Two things keep it calm. A member gives lanes away only when it is above its share by some percent and by
// more than chance explains: the scatter of each lane's own measurements is known, so that of their sum is.
// And a move never makes the receiver as busy as the giver was, so with steady loads every move lowers the
// busier of two members, and moves come to an end.
#include "balance/evening.hpp"

#include <algorithm>
#include <cmath>

#include "base/member_set.hpp"

namespace lagoon::balance {
namespace {

// A member must be above its share by so many standard deviations of the estimate; but a difference of half
// of the share counts however much the loads scatter.
constexpr double kDeviations = 4;
constexpr double kScatterMax = 0.2;
// Lanes of the giver that an exchange is tried for: bounds the work, as each try looks at all of the taker's.
constexpr std::size_t kExchangeTries = 64;

// Moving this much makes the two alike.
double level_of(const Share& giver, const Share& taker) noexcept {
  return (giver.load * taker.capacity - taker.load * giver.capacity) / (giver.capacity + taker.capacity);
}

double room_of(const Share& giver, const Share& taker, double mean) noexcept {
  return std::min(level_of(giver, taker), mean * taker.capacity - taker.load);
}

struct Taker {
  std::size_t member = kMembersMax;
  double room = 0;
};

Taker roomiest(const Shares& shares, std::size_t from) noexcept {
  const double mean = mean_utilisation(shares);
  Taker best;
  for (std::size_t m = 0; m < kMembersMax; ++m) {
    if (m == from || shares[m].capacity == 0) continue;
    const double room = room_of(shares[from], shares[m], mean);
    if (room > best.room) best = {m, room};
  }
  return best;
}

// A lane that is too large, for so many smaller ones, if any, that the two members become alike, or nearly.
// Of such lanes the smallest is taken. It must leave both members below what the giver had, and by the gain.
LaneMoves exchange(const Lanes& lanes, const Shares& shares, std::size_t from, std::size_t to,
                   const MoveLimits& limits) {
  const Share& giver = shares[from];
  const Share& taker = shares[to];
  const double level = level_of(giver, taker);
  const double mean = mean_utilisation(shares);
  const double fits = std::max(room_of(giver, taker, mean), limits.smallest);
  const double limit = giver.utilisation() - mean * limits.gain;
  std::size_t tries = 0;
  for (auto lane = lanes.by_rate.rbegin(); lane != lanes.by_rate.rend() && tries < kExchangeTries; ++lane) {
    if (lanes.map[*lane] != from || lanes.rate[*lane] <= fits) continue;
    ++tries;
    LaneMoves moves{{*lane, to}};
    double moved = lanes.rate[*lane];
    for (const std::size_t back : lanes.by_rate) {
      if (moves.size() == limits.moves_max || lanes.rate[back] < limits.smallest) break;
      if (lanes.map[back] != to || moved - lanes.rate[back] < level) continue;
      moves.push_back({back, from});
      moved -= lanes.rate[back];
    }
    if ((taker.load + moved) / taker.capacity <= limit) return moves;
  }
  return {};
}

// The members that are so: is_so(share, fair).
template <typename IsSo>
std::uint32_t set_of(const Shares& shares, IsSo is_so) noexcept {
  const double mean = mean_utilisation(shares);
  std::uint32_t set = 0;
  for (std::size_t m = 0; m < kMembersMax; ++m)
    if (shares[m].capacity != 0 && is_so(shares[m], mean * shares[m].capacity)) set |= std::uint32_t{1} << m;
  return set;
}

}  // namespace

double mean_utilisation(const Shares& shares) noexcept {
  double load = 0;
  double capacity = 0;
  for (const Share& share : shares) {
    if (share.capacity == 0) continue;
    load += share.load;
    capacity += share.capacity;
  }
  return load / capacity;
}

std::uint32_t overloaded(const Shares& shares, double percent) noexcept {
  double capacity = 0;
  double variance = 0;
  for (const Share& share : shares) {
    capacity += share.capacity;
    variance += share.variance;
  }
  return set_of(shares, [=](const Share& share, double fair) {
    // What is above the share is (1 - part) of the member's load less `part` of what the others have.
    const double part = share.capacity / capacity;
    const double own = (1 - part) * (1 - part) * share.variance;
    const double scatter = kDeviations * std::sqrt(own + part * part * (variance - share.variance));
    return share.load - fair > fair * percent / 100 + std::min(scatter, fair * kScatterMax);
  });
}

std::uint32_t idling(const Shares& shares) noexcept {
  return set_of(shares, [](const Share& share, double fair) { return share.load < fair / 2; });
}

std::uint32_t above_share(const Shares& shares, double percent) noexcept {
  return set_of(shares, [percent](const Share& share, double fair) {
    return share.load - fair > fair * percent / 100;
  });
}

std::size_t busiest(const Shares& shares, std::uint32_t set) noexcept {
  std::size_t most = kMembersMax;
  for (std::size_t m = 0; m < kMembersMax; ++m)
    if (contains(set, m) && (most == kMembersMax || shares[m].utilisation() > shares[most].utilisation()))
      most = m;
  return most;
}

LaneMoves moves_from(const Lanes& lanes, const Shares& shares, std::size_t from, const MoveLimits& limits) {
  const Taker taker = roomiest(shares, from);
  for (const std::size_t lane : lanes.by_rate) {
    if (lanes.rate[lane] < limits.smallest) break;
    if (lanes.map[lane] == from && lanes.rate[lane] <= taker.room) return {{lane, taker.member}};
  }
  // The members that could take most come first.
  std::vector<std::size_t> takers;
  for (std::size_t m = 0; m < kMembersMax; ++m)
    if (shares[m].capacity != 0 && shares[m].utilisation() < shares[from].utilisation()) takers.push_back(m);
  std::ranges::sort(takers, [&shares, from](std::size_t a, std::size_t b) {
    const double of_a = level_of(shares[from], shares[a]);
    const double of_b = level_of(shares[from], shares[b]);
    return of_a != of_b ? of_a > of_b : a < b;
  });
  for (const std::size_t to : takers) {
    LaneMoves moves = exchange(lanes, shares, from, to, limits);
    if (!moves.empty()) return moves;
  }
  return {};
}

double largest_room(const Shares& shares, std::size_t from) noexcept {
  return roomiest(shares, from).room;
}

void apply(const LaneMoves& moves, std::span<const double> rate, std::span<std::uint8_t> map,
           Shares& shares) noexcept {
  for (const LaneMove& move : moves) {
    shares[map[move.lane]].load -= rate[move.lane];
    shares[move.to].load += rate[move.lane];
    map[move.lane] = static_cast<std::uint8_t>(move.to);
  }
}

void sort_by_rate(std::span<std::uint16_t> lanes, std::span<const double> rate) noexcept {
  // stable_sort would ask for heap, by a function that clang calls deprecated.
  std::ranges::sort(
      lanes, [rate](std::size_t a, std::size_t b) { return rate[a] != rate[b] ? rate[a] > rate[b] : a < b; });
}

}  // namespace lagoon::balance
