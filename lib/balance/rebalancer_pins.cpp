// Pins: conversations that leave their bucket, because the bucket is too much for any other member. A pin is
// made where its bucket is, and given back where its bucket is, so neither moves anything by itself.
#include <algorithm>

#include "balance/rebalancer.hpp"

namespace lagoon::balance {
namespace {

// At once: of one bucket, and in one interval. More follow if they are needed.
constexpr std::size_t kPinsOfBucket = 4;
constexpr std::size_t kPinsOfInterval = 16;
// Intervals in a row for which a conversation must be small, or silent, before its pin is given back.
constexpr std::uint32_t kQuietIntervals = 5;

}  // namespace

bool Rebalancer::is_pinned(std::uint32_t hash) const noexcept {
  return std::ranges::any_of(pins_, [hash](const dist::Pin& pin) { return pin.used && pin.hash == hash; });
}

std::size_t Rebalancer::free_pins() const noexcept {
  return static_cast<std::size_t>(std::ranges::count(pins_, false, &dist::Pin::used));
}

// Precondition: a pin is free.
void Rebalancer::make_pin(std::uint32_t hash, std::uint8_t member) {
  const auto pin =
      static_cast<std::size_t>(std::ranges::find(pins_, false, &dist::Pin::used) - pins_.begin());
  const std::size_t lane = dist::kBuckets + pin;
  const double rate = conversations_[hash].load.rate();
  pins_[pin] = {.hash = hash, .used = true};
  pin_members_[pin] = member;
  cool_[lane] = 0;
  quiet_[lane] = 0;
  carried_before_[lane] = member;
  if (by_member_)
    rest_[member].add(-rate);
  else
    rates_.split(dist::bucket_of(hash), lane, rate);
  ++counters_.pins_made;
}

void Rebalancer::drop_pin(std::size_t pin) {
  const std::uint32_t hash = pins_[pin].hash;
  const std::uint8_t member = pin_members_[pin];
  if (by_member_)
    rest_[member].add(conversations_[hash].load.rate());
  else
    rates_.merge(dist::kBuckets + pin, dist::bucket_of(hash));
  pins_[pin] = {};
  pin_members_[pin] = kNone;
  ++counters_.pins_released;
}

// Says whether pins were made. What to do with them is decided at the next measurement, when workers know
// them.
bool Rebalancer::split_buckets(const Shares& share, std::size_t from, std::size_t large_min, double smallest,
                               double smallest_pin) {
  if (!options_.pins || by_member_) return false;
  const double fair = mean_utilisation(share) * share[from].capacity;
  const double room = largest_room(share, from);
  double wanted = share[from].load - fair;
  const std::size_t free_before = free_pins();
  for (const std::size_t lane : candidates_) {
    if (rate_[lane] <= std::max(room, smallest) || wanted <= 0) break;
    if (lane >= dist::kBuckets || place_[lane] != from) continue;
    wanted -= split_bucket(lane, large_min, smallest, smallest_pin);
    if (free_pins() == 0 || free_before - free_pins() >= kPinsOfInterval) break;
  }
  return free_pins() != free_before;
}

// The largest conversations of the bucket. What remains in it must be worth a move, else the last of them
// remains.
double Rebalancer::split_bucket(std::size_t bucket, std::size_t large_min, double smallest,
                                double smallest_pin) {
  std::vector<std::pair<double, std::uint32_t>> large;
  for (const auto& [hash, conversation] : conversations_)
    if (dist::bucket_of(hash) == bucket && conversation.seen > 1 && conversation.missed == 0 &&
        conversation.load.rate() >= smallest_pin && !is_pinned(hash))
      large.emplace_back(conversation.load.rate(), hash);
  if (large.size() < large_min) return 0;
  std::ranges::sort(large, std::ranges::greater{});
  if (large.size() > kPinsOfBucket) large.resize(kPinsOfBucket);
  double remains = rate_[bucket];
  for (const auto& [rate, hash] : large) remains -= rate;
  if (!large.empty() && remains < smallest) large.pop_back();

  double pinned = 0;
  for (const auto& [rate, hash] : large) {
    if (free_pins() == 0) break;
    make_pin(hash, place_[bucket]);
    pinned += rate;
  }
  return pinned;
}

void Rebalancer::release_pins(const RebalancerInput& input, double small) {
  for (std::size_t pin = 0; pin < dist::kPins; ++pin) {
    if (!pins_[pin].used) continue;
    const std::size_t lane = dist::kBuckets + pin;
    // Where the conversation would go without a pin is not known here if it has an entry in a table: then
    // only a silent one is given back.
    const bool quiet = by_member_ ? conversations_[pins_[pin].hash].sample == 0 : rate_[lane] < small;
    quiet_[lane] = quiet ? quiet_[lane] + 1 : 0;
    if (quiet_[lane] >= kQuietIntervals || (!by_member_ && !(options_.enabled && options_.pins)))
      release_pin(input, pin);
  }
}

// First to where the bucket is; when all of it has arrived there, the pin is not needed.
void Rebalancer::release_pin(const RebalancerInput& input, std::size_t pin) {
  if (by_member_) {
    drop_pin(pin);
    return;
  }
  const std::size_t lane = dist::kBuckets + pin;
  const std::size_t bucket = dist::bucket_of(pins_[pin].hash);
  const std::uint8_t home = place_[bucket];
  if (input.carried_by[lane] == home && input.carried_by[bucket] == home && pin_members_[pin] == home) {
    drop_pin(pin);
  } else if (home < kMembersMax && pin_members_[pin] != home) {
    pin_members_[pin] = home;
    ++counters_.pin_moves;
  }
}

}  // namespace lagoon::balance
