// What a Lag makes of the load that its workers measure: weights for new conversations, and where lanes are
// better off.
#include <algorithm>
#include <limits>

#include "control/lag/lag.hpp"
#include "options/load_options.hpp"

namespace lagoon::control {

namespace {

// Loads are measured that often in a window.
constexpr int kInWindow = 4;
// Conversations that were silent for long enough are forgotten within a quarter of that time more.
constexpr std::uint64_t kSweepsInIdle = 4;

}  // namespace

bool Lag::rebalances() const noexcept {
  const bool may =
      distribution() == table::Distribution::weighted ||
      (distribution() == table::Distribution::flow_hash && row().choice != Choice::active_backup);
  return may && options_.rebalances.value_or(distribution() == table::Distribution::weighted);
}

balance::RebalancerOptions Lag::rebalancer_options() const noexcept {
  balance::RebalancerOptions options = options_.rebalance;
  options.enabled = rebalances();
  return options;
}

Duration Lag::load_interval() const noexcept {
  return std::max<Duration>(options_.weighted.window / kInWindow, 1ms);
}

bool Lag::load_due(Instant now) const noexcept {
  const auto due = load_deadline();
  return due && now >= *due;
}

std::optional<Instant> Lag::load_deadline() const noexcept {
  // (what moves is let arrive before something else is moved)
  const auto rebalance = tables_.moving() ? std::nullopt : rebalancer_.deadline();
  if (distribution() != table::Distribution::weighted) return rebalance;
  return rebalance ? std::min(*rebalance, next_load_) : next_load_;
}

void Lag::load_measured(const Measurement& counts, Instant now) {
  if (distribution() == table::Distribution::weighted && now >= next_load_) {
    std::uint64_t live = 0;
    for (const std::uint64_t on_member : counts.live) live += on_member;
    member_load_.measured(counts.tx_octets, live, now);
    ++load_measurements_;
    next_load_ = now + load_interval();
    const auto idle_ticks = static_cast<std::uint64_t>(options_.weighted.idle.count()) >> 19;
    sweep_rate_ = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(((std::uint64_t{counts.conversation_lines} << 16) * kSweepsInIdle) /
                                        std::max<std::uint64_t>(idle_ticks, 1) +
                                    1,
                                std::numeric_limits<std::uint32_t>::max()));
    find_crowded();
  }
  if (const auto due = rebalancer_.deadline(); due && now >= *due && !tables_.moving()) {
    dist::LaneMap carried{};
    for (std::size_t lane = 0; lane < dist::kLanes; ++lane) carried[lane] = tables_.lane(lane).member;
    rebalancer_.measured({.lane_octets = counts.lane_octets,
                          .member_octets = counts.tx_octets,
                          .carried_by = carried,
                          .hitters = counts.hitters,
                          .buckets_may_move = distribution() == table::Distribution::flow_hash},
                         now);
  }
}

// Whose use is above all members' by what rebalancing begins at, until it is within what it ends at.
void Lag::find_crowded() {
  double load = 0;
  double capacities = 0;
  for_each(outcome_.distributing, [&](MemberIndex m) {
    load += static_cast<double>(member_load_.load(m).value());
    capacities += static_cast<double>(capacity(m)) * 1e6;
  });
  MemberSet crowded = 0;
  if (rebalances() && load > 0)
    for_each(outcome_.distributing, [&](MemberIndex m) {
      const auto& options = options_.rebalance;
      const double above = contains(crowded_, m) ? options.stop_percent : options.start_percent;
      const double use =
          static_cast<double>(member_load_.load(m).value()) / (static_cast<double>(capacity(m)) * 1e6);
      if (use > load / capacities * (1 + above / 100)) crowded |= set_of(m);
    });
  crowded_ = crowded;
}

void Lag::tell_rebalancer(Instant now) {
  balance::Rebalancer::Capacities capacities{};
  balance::MemberLoad::Capacities speeds{};
  for (const MemberIndex m : order_) {
    capacities[m.value()] = capacity(m);
    speeds[m.value()] = mbps(capacity(m));
  }
  member_load_.set_capacities(speeds);
  // (it is asked after every input, and begins anew with other members)
  if (told_capacities_ == capacities && told_distributing_ == outcome_.distributing) return;
  told_capacities_ = capacities;
  told_distributing_ = outcome_.distributing;
  rebalancer_.members_changed(capacities, outcome_.distributing, now);
}

void Lag::add_load(TableInput& in) const {
  if (rebalancer_.deadline()) {
    in.counts_lanes = true;
    LaneWishes wishes{.member = rebalancer_.overrides(), .pins = rebalancer_.pins(), .pin_member = {}};
    wishes.pin_member = rebalancer_.pin_members();
    in.wishes = wishes;
  }
  if (distribution() != table::Distribution::weighted) return;
  table::Weights& w = in.weights;
  w.by = options_.weighted.by;
  w.measurement = load_measurements_;
  w.keep = member_load_.charge_left();
  w.estimate =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(member_load_.conversation_rate().value() / 1000));
  w.crowded = crowded_;
  w.idle_ticks = static_cast<std::uint16_t>(options_.weighted.idle.count() >> 19);
  w.sweep_rate = sweep_rate_;
  for (const MemberIndex m : order_) {
    const std::uint64_t kbps = std::uint64_t{capacity(m)} * 1000;
    w.load[m.value()] = static_cast<std::int64_t>(member_load_.load(m).value() / 1000);
    w.capacity[m.value()] = static_cast<std::int64_t>(kbps);
    w.inverse[m.value()] = (std::uint64_t{1} << 40) / kbps;
  }
}

void Lag::add_load_status(LagStatus& s) const {
  s.distribution = std::string{name_of(distribution())};
  s.moving = tables_.moving();
  s.moves = tables_.moves();
  s.markers = requester_.counters();
  s.rebalances = rebalances();
  s.rebalanced = rebalancer_.counters();
  for (const dist::Pin& pin : rebalancer_.pins()) s.pins += pin.used ? 1U : 0U;
}

}  // namespace lagoon::control
