#include "traffic.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "support/catch.hpp"

namespace lagoon::test {
namespace {

// Of mean 0 and variance 1 (Box and Muller).
double normal(Prng& random) {
  const double a = (static_cast<double>(random.next() >> 11) + 1) * 0x1p-53;
  const double b = static_cast<double>(random.next() >> 11) * 0x1p-53;
  return std::sqrt(-2 * std::log(a)) * std::cos(2 * std::numbers::pi * b);
}

}  // namespace

std::vector<Conversation> zipf(std::size_t count, double exponent, double total, Prng& random) {
  std::vector<Conversation> all(count);
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    all[i] = {random.u32(), 1 / std::pow(static_cast<double>(i + 1), exponent), 0};
    sum += all[i].rate;
  }
  for (Conversation& one : all) one.rate *= total / sum;
  return all;
}

Traffic::Traffic(const TrafficOptions& traffic, const balance::RebalancerOptions& options, std::uint64_t seed)
    : random{seed}, rebalancer{options, now}, options_{traffic} {
  came_from_.fill(balance::Rebalancer::kNone);
  carried_by_.fill(balance::Rebalancer::kNone);
  members((std::uint32_t{1} << traffic.capacity.size()) - 1);
}

void Traffic::members(std::uint32_t distributing) {
  balance::Rebalancer::Capacities capacity{};
  for (std::size_t m = 0; m < options_.capacity.size(); ++m)
    capacity[m] = static_cast<std::uint32_t>(options_.capacity[m] * 8 / 1e6);
  distributing_ = distributing;
  preferences_.map({capacity, distributing}, base);
  rebalancer.members_changed(capacity, distributing, now);
  for (Conversation& one : conversations)
    if ((distributing >> one.member & 1U) == 0) one.member = base[dist::bucket_of(one.hash)];
  carry_out();
}

std::size_t Traffic::lane_of(const Conversation& conversation) const {
  const auto pin = pin_of_.find(conversation.hash);
  return pin != pin_of_.end() ? dist::kBuckets + pin->second : dist::bucket_of(conversation.hash);
}

std::uint8_t Traffic::member_of(const Conversation& conversation) const {
  const std::size_t lane = lane_of(conversation);
  return options_.table && lane < dist::kBuckets ? conversation.member : carried_by_[lane];
}

void Traffic::send(double seconds) {
  std::vector<double> sent(conversations.size());
  std::vector<std::uint8_t> member(conversations.size());
  std::array<double, kMembersMax> offered{};
  for (std::size_t i = 0; i < conversations.size(); ++i) {
    const double clumps = conversations[i].rate * seconds / options_.clump;
    sent[i] = std::max(0.0, clumps + std::sqrt(clumps) * normal(random)) * options_.clump;
    member[i] = member_of(conversations[i]);
    offered[member[i]] += sent[i];
  }
  for (std::size_t i = 0; i < conversations.size(); ++i) {
    const double room = options_.capacity[member[i]] * seconds;
    if (offered[member[i]] > room) sent[i] *= room / offered[member[i]];
    const auto octets = static_cast<std::uint64_t>(sent[i]);
    member_octets_[member[i]] += octets;
    // With a table of conversations there are no counters of lanes.
    if (!options_.table) lane_octets_[lane_of(conversations[i])] += octets;
  }
  find_large(sent);
}

// Every sample stands for as many octets.
void Traffic::find_large(const std::vector<double>& sent) {
  std::vector<double> sum(sent.size());
  std::partial_sum(sent.begin(), sent.end(), sum.begin());
  hitters_.clear();
  if (sum.empty() || sum.back() <= 0) return;
  const auto octets = static_cast<std::uint32_t>(sum.back() / static_cast<double>(options_.samples));
  for (std::size_t i = 0; i < options_.samples; ++i) {
    const double at = static_cast<double>(random.next() >> 11) * 0x1p-53 * sum.back();
    const auto which = static_cast<std::size_t>(std::ranges::upper_bound(sum, at) - sum.begin());
    finder_->note(conversations[which].hash, MemberIndex{member_of(conversations[which])}, octets);
  }
  finder_->each([this](const fast::HeavyHitters::Entry& entry) {
    std::uint64_t& before = found_before_[entry.hash];
    const std::uint64_t fresh = entry.octets >= before ? entry.octets - before : entry.octets;
    before = entry.octets;
    if (fresh != 0) hitters_.push_back({entry.hash, entry.member, fresh});
  });
  finder_->next_epoch();
}

void Traffic::interval() {
  const auto due = rebalancer.deadline();
  const Instant next = due ? *due : now + 1s;
  send(std::chrono::duration<double>{next - now}.count());
  now = next;
  if (due)
    rebalancer.measured({.lane_octets = lane_octets_,
                         .member_octets = member_octets_,
                         .carried_by = carried_by_,
                         .hitters = hitters_,
                         .buckets_may_move = !options_.table},
                        now);
  carry_out();
}

bool Traffic::is_alive(std::uint8_t member) const {
  return member < kMembersMax && (distributing_ >> member & 1U) != 0;
}

void Traffic::carry(std::size_t lane, std::uint8_t member) {
  if (carried_by_[lane] == member) {
    waiting_[lane] = 0;
    return;
  }
  const bool alive = is_alive(carried_by_[lane]);
  if (alive && waiting_[lane]++ < options_.delay) return;
  waiting_[lane] = 0;
  if (alive && came_from_[lane] == member) ++returns;
  came_from_[lane] = carried_by_[lane];
  carried_by_[lane] = member;
}

// A pin begins, and must end, where its bucket is.
void Traffic::carry_out() {
  for (std::size_t b = 0; b < dist::kBuckets; ++b) {
    const std::uint8_t own = rebalancer.overrides()[b];
    carry(b, own == balance::Rebalancer::kNone ? base[b] : own);
  }
  pin_of_.clear();
  for (std::size_t pin = 0; pin < dist::kPins; ++pin) {
    const std::size_t lane = dist::kBuckets + pin;
    const dist::Pin& wanted = rebalancer.pins()[pin];
    if (wanted != pins_[pin]) {
      const std::size_t bucket = dist::bucket_of(wanted.used ? wanted.hash : pins_[pin].hash);
      if (!options_.table && is_alive(carried_by_[lane]) && !wanted.used)
        REQUIRE(carried_by_[lane] == carried_by_[bucket]);
      pins_[pin] = wanted;
      if (wanted.used) {
        carried_by_[lane] = options_.table ? rebalancer.pin_members()[pin] : carried_by_[bucket];
        came_from_[lane] = balance::Rebalancer::kNone;
        REQUIRE(carried_by_[lane] == rebalancer.pin_members()[pin]);
      }
    }
    if (wanted.used) carry(lane, rebalancer.pin_members()[pin]);
    if (wanted.used) pin_of_[wanted.hash] = pin;
    REQUIRE((rebalancer.pin_members()[pin] == balance::Rebalancer::kNone) == !wanted.used);
  }
}

std::vector<double> Traffic::utilisation() const {
  std::vector<double> of(options_.capacity.size(), 0);
  for (const Conversation& one : conversations) of[member_of(one)] += one.rate;
  for (std::size_t m = 0; m < of.size(); ++m) of[m] /= options_.capacity[m];
  return of;
}

double Traffic::imbalance() const {
  const std::vector<double> of = utilisation();
  double load = 0, capacity = 0, most = 0;
  for (std::size_t m = 0; m < of.size(); ++m) {
    if ((distributing_ >> m & 1U) == 0) continue;
    load += of[m] * options_.capacity[m];
    capacity += options_.capacity[m];
    most = std::max(most, of[m]);
  }
  return most / (load / capacity);
}

std::size_t Traffic::overridden() const {
  return dist::kBuckets -
         static_cast<std::size_t>(std::ranges::count(rebalancer.overrides(), balance::Rebalancer::kNone));
}

std::size_t Traffic::pinned() const {
  return static_cast<std::size_t>(std::ranges::count(rebalancer.pins(), true, &dist::Pin::used));
}

}  // namespace lagoon::test
