// The rates of lanes, conversations and members, and which member should carry each.
#include <algorithm>

#include "balance/rebalancer.hpp"

namespace lagoon::balance {
namespace {

// Intervals in a row without a word of a conversation after which it is forgotten.
constexpr std::uint32_t kMissedMax = 3;
// Intervals after which a member whose pins changed shows what it carries now.
constexpr std::uint32_t kSteady = 6;
// After so many intervals in a row without octets a bucket goes back to its member of the base map.
constexpr std::uint32_t kIdleIntervals = 10;
// A member is full from this part of its capacity on (frames take more of a link than their octets), and
// others have room below this mean. More would send lanes to and fro where all are nearly full.
constexpr double kFull = 0.95;
constexpr double kRoom = 0.85;
constexpr double kHidden = 1.25;
constexpr double kOctetsPerMegabit = 1e6 / 8;

}  // namespace

void Rebalancer::update_conversations(const RebalancerInput& input, double seconds) {
  for (auto& [hash, conversation] : conversations_) {
    conversation.sample = 0;
    ++conversation.missed;
  }
  const auto found = [this](std::uint32_t hash, std::uint8_t member, double sample) {
    Conversation& conversation = conversations_[hash];
    conversation.member = member;
    conversation.sample = sample;
    conversation.missed = 0;
  };
  for (const HeavyHitter& hitter : input.hitters)
    found(hitter.hash, hitter.member.value(), static_cast<double>(hitter.octets) / seconds);
  // What a pin's lane counted is exact; a pin is remembered also while it is silent.
  for (std::size_t pin = 0; pin < dist::kPins; ++pin) {
    if (!pins_[pin].used) continue;
    const std::size_t lane = dist::kBuckets + pin;
    const double counted = rates_.sample()[lane];
    found(pins_[pin].hash, input.carried_by[lane],
          counted > 0 ? counted : conversations_[pins_[pin].hash].sample);
  }
  for (auto& [hash, conversation] : conversations_) {
    conversation.load.measured(conversation.sample, is_steady(conversation.member));
    ++conversation.seen;
  }
  std::erase_if(conversations_, [](const auto& entry) { return entry.second.missed > kMissedMax; });
}

bool Rebalancer::is_steady(std::size_t member) const noexcept {
  return member < kMembersMax && steady_[member] >= kSteady;
}

// A pin that was moved as soon as it was decided was where it is now for nearly all of the interval. Where
// that took longer, what it sent is partly the one member's, partly the other's: both are left as they are
// for once.
void Rebalancer::update_members(const RebalancerInput& input, double seconds) {
  std::uint32_t unclear = 0;
  std::array<double, kMembersMax> by_pins{};
  for (std::size_t pin = 0; pin < dist::kPins; ++pin) {
    if (!pins_[pin].used) continue;
    const std::size_t lane = dist::kBuckets + pin;
    const std::uint8_t now = input.carried_by[lane];
    const std::uint8_t before = carried_before_[lane];
    if (now < kMembersMax) by_pins[now] += conversations_[pins_[pin].hash].sample;
    if (now == before) continue;
    if (now < kMembersMax) steady_[now] = 0;
    if (before < kMembersMax) steady_[before] = 0;
    if (cool_[lane] == options_.cool_down) continue;
    if (now < kMembersMax) unclear |= std::uint32_t{1} << now;
    if (before < kMembersMax) unclear |= std::uint32_t{1} << before;
  }
  for (std::size_t m = 0; m < kMembersMax; ++m) {
    ++steady_[m];
    const std::uint64_t octets = input.member_octets[m];
    const std::uint64_t last = last_member_octets_[m];
    sent_[m] = static_cast<double>(octets >= last ? octets - last : octets) / seconds;
    if ((unclear >> m & 1U) == 0) rest_[m].measured(std::max(0.0, sent_[m] - by_pins[m]), is_steady(m));
  }
}

// A member that sends all it can hides what it is offered. While others have room, a little more is assumed
// than what is seen, so that it is relieved in a few steps.
void Rebalancer::find_full() {
  hidden_.fill(1);
  Shares share{};
  for (std::size_t m = 0; m < kMembersMax; ++m)
    if ((distributing_ >> m & 1U) != 0)
      share[m] = {.capacity = capacity_[m] * kOctetsPerMegabit, .load = sent_[m]};
  if (mean_utilisation(share) > kRoom) return;
  for (std::size_t m = 0; m < kMembersMax; ++m)
    if (share[m].capacity != 0 && share[m].utilisation() >= kFull) hidden_[m] = kHidden;
}

void Rebalancer::place_lanes(const RebalancerInput& input) {
  rate_.assign(rates_.rate().begin(), rates_.rate().end());
  for (std::size_t lane = 0; lane < dist::kLanes; ++lane) variance_[lane] = rates_.variance(lane);
  place_.assign(input.carried_by.begin(), input.carried_by.end());
  for (std::size_t bucket = 0; bucket < dist::kBuckets; ++bucket)
    if (overrides_[bucket] != kNone) place_[bucket] = overrides_[bucket];
  for (std::size_t pin = 0; pin < dist::kPins; ++pin) {
    place_[dist::kBuckets + pin] = pin_members_[pin];
    if (!by_member_ || !pins_[pin].used) continue;
    const SmoothedRate& load = conversations_[pins_[pin].hash].load;
    rate_[dist::kBuckets + pin] = load.rate();
    variance_[dist::kBuckets + pin] = load.variance();
  }
  hashes_.clear();
  if (by_member_) place_conversations();
  find_full();
  for (std::size_t lane = 0; lane < rate_.size(); ++lane)
    if (place_[lane] < kMembersMax) rate_[lane] *= hidden_[place_[lane]];
}

// Those that may get a pin.
void Rebalancer::place_conversations() {
  for (const auto& [hash, conversation] : conversations_) {
    if (conversation.seen < 2 || conversation.missed > 0 || is_pinned(hash)) continue;
    hashes_.push_back(hash);
    rate_.push_back(conversation.load.rate());
    place_.push_back(conversation.member);
  }
}

Shares Rebalancer::shares() const {
  Shares share{};
  for (std::size_t m = 0; m < kMembersMax; ++m) {
    if ((distributing_ >> m & 1U) != 0) share[m].capacity = capacity_[m];
    if (by_member_) {
      share[m].load = rest_[m].rate() * hidden_[m];
      share[m].variance = rest_[m].variance();
    }
  }
  for (std::size_t lane = by_member_ ? dist::kBuckets : 0; lane < dist::kLanes; ++lane) {
    if (place_[lane] >= kMembersMax) continue;
    share[place_[lane]].load += rate_[lane];
    share[place_[lane]].variance += variance_[lane];
  }
  return share;
}

void Rebalancer::age_lanes() {
  for (std::uint32_t& left : cool_) left -= left > 0 ? 1 : 0;
  if (!rates_.seeded()) return;
  for (std::size_t bucket = 0; bucket < dist::kBuckets; ++bucket) {
    quiet_[bucket] = rates_.sample()[bucket] > 0 ? 0 : quiet_[bucket] + 1;
    if (quiet_[bucket] >= kIdleIntervals) overrides_[bucket] = kNone;
  }
}

double Rebalancer::member_rate(MemberIndex member) const noexcept {
  return place_.empty() ? 0 : shares()[member.value()].load;
}

}  // namespace lagoon::balance
