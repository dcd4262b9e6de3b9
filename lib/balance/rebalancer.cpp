// Of an interval: what is carried (rebalancer_rates.cpp), whether that is out of balance, and what to move.
// Loads are those that members will have once all moves so far are made, so no move is decided twice while
// the first is still being carried out.
#include "balance/rebalancer.hpp"

#include <algorithm>
#include <bit>

#include "base/member_set.hpp"

namespace lagoon::balance {
namespace {

// What an exchange must bring, as part of the fair share: it moves many lanes at once.
constexpr double kExchangeGain = 0.02;
// A conversation that carries less, as part of the smallest member's fair share, gets no pin.
constexpr double kPinMin = 0.02;
// And with this it is small again.
constexpr double kPinSmall = 0.01;
// Intervals in a row without anything to do for a member before its relief ends. Rates are smoothed, and what
// a full member held back shows only when it has room: what comes of the moves is known after so long.
constexpr std::uint32_t kSettled = 4;

// And of what all carry together: workers tell reliably only of conversations that are a part of all traffic
// (fast/conversations/heavy_hitters.hpp), and others would be moved by a wrong size.
constexpr double kPinMinOfAll = 0.01;

double sum_of_loads(const Shares& shares) noexcept {
  double sum = 0;
  for (const Share& share : shares) sum += share.load;
  return sum;
}

double smallest_capacity(const Shares& shares) noexcept {
  double least = 0;
  for (const Share& share : shares)
    if (share.capacity != 0 && (least == 0 || share.capacity < least)) least = share.capacity;
  return least;
}

}  // namespace

Rebalancer::Rebalancer(const RebalancerOptions& options, Instant now)
    : options_{options}, rates_{dist::kLanes, std::nullopt} {
  overrides_.fill(kNone);
  pin_members_.fill(kNone);
  schedule(now);
}

void Rebalancer::schedule(Instant now) {
  const bool wanted = distributing_ != 0 && (options_.enabled || free_pins() != dist::kPins);
  if (!wanted)
    next_.reset();
  else if (!next_)
    next_ = now + options_.interval;
}

void Rebalancer::forget_measurements() {
  rates_.forget();
  conversations_.clear();
  rest_.fill({});
  sent_.fill(0);
  last_measured_.reset();
  relieving_ = 0;
  hold_off_left_ = 0;
}

void Rebalancer::set_options(const RebalancerOptions& options, Instant now) {
  if (options == options_) return;
  const bool switched = options.enabled != options_.enabled;
  if (switched || options.interval != options_.interval) next_.reset();
  options_ = options;
  if (switched) {
    forget_measurements();
    overrides_.fill(kNone);
  }
  schedule(now);
}

void Rebalancer::members_changed(const Capacities& capacity, std::uint32_t distributing, Instant now) {
  capacity_ = capacity;
  // While no speed is known, all count alike.
  bool known = false;
  for (std::size_t m = 0; m < kMembersMax; ++m) known |= contains(distributing, m) && capacity[m] != 0;
  if (!known) capacity_.fill(1);

  for (std::size_t m = 0; m < kMembersMax; ++m)
    if (contains(distributing_ ^ distributing, m)) rest_[m] = {};
  distributing_ = distributing;
  static constexpr Overrides kNoOverrides = [] {
    Overrides none{};
    none.fill(kNone);
    return none;
  }();
  if (overrides_ != kNoOverrides)
    for (std::uint8_t& member : overrides_)
      if (!contains(distributing_, member)) member = kNone;
  for (std::size_t pin = 0; pin < dist::kPins; ++pin)
    if (pins_[pin].used && !contains(distributing_, pin_members_[pin])) drop_pin(pin);
  for (std::size_t m = 0; m < kMembersMax; ++m)
    if (!contains(distributing_, m) || capacity_[m] == 0) relieving_ &= ~(std::uint32_t{1} << m);
  hold_off_left_ = 0;
  schedule(now);
}

void Rebalancer::restore(const Overrides& overrides, const dist::Pins& pins, const PinMembers& pin_members,
                         Instant now) {
  if (!options_.enabled) return;
  overrides_ = overrides;
  pins_ = pins;
  pin_members_ = pin_members;
  members_changed(Capacities{capacity_}, distributing_, now);
}

void Rebalancer::measured(const RebalancerInput& input, Instant now) {
  if (!next_ || (last_measured_ && now <= *last_measured_)) return;
  by_member_ = !input.buckets_may_move;
  const bool seeded = rates_.measured(input.lane_octets, now);
  if (seeded) {
    const double seconds = std::chrono::duration<double>{now - *last_measured_}.count();
    update_conversations(input, seconds);
    update_members(input, seconds);
  }
  std::ranges::copy(input.member_octets, last_member_octets_.begin());
  last_measured_ = now;
  carried_before_ = input.carried_by;

  place_lanes(input);
  age_lanes();
  const Shares share = shares();
  const double small = mean_utilisation(share) * smallest_capacity(share);
  release_pins(input, small * kPinSmall);
  if (options_.enabled && seeded) {
    judge(share);
    if (relieving_ != 0) {
      const double smallest_pin = std::max(small * kPinMin, sum_of_loads(share) * kPinMinOfAll);
      choose_candidates(input, smallest_pin);
      relieve(share, smallest_pin);
    }
  }
  next_ = now + options_.interval;
  schedule(now);
}

// A member is relieved from when it is overloaded until nothing was left to do for it for a while.
void Rebalancer::judge(const Shares& share) {
  const double mean = mean_utilisation(share);
  std::uint32_t all = 0;
  for (std::size_t m = 0; m < kMembersMax; ++m)
    if (share[m].capacity != 0) all |= std::uint32_t{1} << m;
  counters_.imbalance = mean > 0 ? share[busiest(share, all)].utilisation() / mean : 1;
  const std::uint32_t over = overloaded(share, options_.start_percent);
  if (over != 0) ++counters_.intervals_unbalanced;

  if (hold_off_left_ > 0) --hold_off_left_;
  if (hold_off_left_ == 0) {
    for (std::size_t m = 0; m < kMembersMax; ++m)
      if (contains(over & ~relieving_, m)) settled_[m] = 0;
    relieving_ |= over;
  }
}

// What stands still, and where it should be. Where buckets may not move, the largest conversations of members
// that are relieved are candidates for the pins that are free.
void Rebalancer::choose_candidates(const RebalancerInput& input, double smallest_pin) {
  candidates_.clear();
  const std::size_t end = options_.pins ? dist::kLanes : dist::kBuckets;
  for (std::size_t lane = by_member_ ? dist::kBuckets : 0; lane < end; ++lane)
    if (rate_[lane] != 0 && cool_[lane] == 0 && contains(distributing_, place_[lane]) &&
        input.carried_by[lane] == place_[lane] && quiet_[lane] == 0)
      candidates_.push_back(static_cast<std::uint16_t>(lane));
  if (by_member_ && options_.pins) {
    std::vector<std::uint16_t> more;
    for (std::size_t lane = dist::kLanes; lane < rate_.size(); ++lane)
      if (contains(relieving_, place_[lane]) && rate_[lane] >= smallest_pin)
        more.push_back(static_cast<std::uint16_t>(lane));
    sort_by_rate(more, rate_);
    if (more.size() > free_pins()) more.resize(free_pins());
    candidates_.insert(candidates_.end(), more.begin(), more.end());
  }
  sort_by_rate(candidates_, rate_);
}

MoveLimits Rebalancer::limits_for(const Shares& share, std::size_t from, std::size_t left) const {
  const double fair = mean_utilisation(share) * share[from].capacity;
  const double gain = static_cast<double>(options_.gain_min_basis_points) / 10'000;
  return {std::max(RateEstimator::kIdle, fair * gain), std::max(kExchangeGain, gain), left};
}

void Rebalancer::relieve(Shares share, double smallest_pin) {
  const double mean = mean_utilisation(share);
  const double stop = static_cast<double>(options_.stop_percent) / 100;
  std::uint32_t givers = 0;
  for (std::size_t m = 0; m < kMembersMax; ++m)
    if (contains(relieving_, m) && share[m].utilisation() > mean * (1 + stop))
      givers |= std::uint32_t{1} << m;
  // What several large conversations have in common comes first: apart, they need fewer moves of others.
  std::uint32_t relieved = 0;
  for (std::size_t m = 0; m < kMembersMax; ++m)
    if (contains(givers, m) && split_buckets(share, m, 2, limits_for(share, m, 1).smallest, smallest_pin))
      relieved |= std::uint32_t{1} << m;
  givers &= ~relieved;
  for (std::size_t left = options_.moves_max; left > 0 && givers != 0;) {
    const std::size_t from = busiest(share, givers);
    const std::uint32_t bit = std::uint32_t{1} << from;
    LaneMoves moves;
    // Half of what is tolerated, so that chance does not start it again at once.
    if (share[from].utilisation() > mean * (1 + stop / 2)) {
      const MoveLimits limits = limits_for(share, from, left);
      moves = moves_from({rate_, place_, candidates_}, share, from, limits);
      if (!moves.empty() || split_buckets(share, from, 1, limits.smallest, smallest_pin)) relieved |= bit;
    }
    if (moves.empty()) givers &= ~bit;
    carry_out(moves);
    apply(moves, rate_, place_, share);
    left -= moves.size();
  }
  end_relief(relieved);
}

void Rebalancer::end_relief(std::uint32_t relieved) {
  for (std::size_t m = 0; m < kMembersMax; ++m) {
    if (!contains(relieving_, m)) continue;
    settled_[m] = contains(relieved, m) ? 0 : settled_[m] + 1;
    if (settled_[m] >= kSettled) relieving_ &= ~(std::uint32_t{1} << m);
  }
  if (relieving_ == 0) hold_off_left_ = options_.hold_off;
}

// A conversation without a pin gets one where it is; that moves next time, when all workers know it.
void Rebalancer::carry_out(const LaneMoves& moves) {
  for (const LaneMove& move : moves) {
    const auto to = static_cast<std::uint8_t>(move.to);
    if (move.lane < dist::kBuckets) {
      overrides_[move.lane] = to;
      ++counters_.bucket_moves;
    } else if (move.lane < dist::kLanes) {
      pin_members_[move.lane - dist::kBuckets] = to;
      ++counters_.pin_moves;
    } else {
      make_pin(hashes_[move.lane - dist::kLanes], place_[move.lane]);
      continue;
    }
    cool_[move.lane] = options_.cool_down;
  }
}

}  // namespace lagoon::balance
