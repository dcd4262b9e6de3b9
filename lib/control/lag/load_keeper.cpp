#include "control/lag/load_keeper.hpp"

#include <algorithm>
#include <limits>

#include "options/load_options.hpp"

namespace lagoon::control {

namespace {

// Loads are measured that often in a window.
constexpr int kInWindow = 4;
// Conversations that were silent for long enough are forgotten within a quarter of that time more.
constexpr std::uint64_t kSweepsInIdle = 4;
// Workers tell the time in ticks of 2^19 ns, about half a millisecond.
constexpr unsigned kTickBits = 19;

[[nodiscard]] Duration interval_of(const WeightedOptions& options) noexcept {
  return std::max<Duration>(options.window / kInWindow, 1ms);
}

[[nodiscard]] std::uint32_t sweep_rate(std::size_t conversation_lines, Duration idle) noexcept {
  const std::uint64_t idle_ticks = static_cast<std::uint64_t>(idle.count()) >> kTickBits;
  const std::uint64_t rate =
      ((std::uint64_t{conversation_lines} << 16) * kSweepsInIdle) / std::max<std::uint64_t>(idle_ticks, 1) +
      1;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(rate, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

LoadKeeper::LoadKeeper(const LagOptions& options, Instant now)
    : distribution_{distribution_of(options)},
      weighted_{options.weighted},
      rebalance_{rebalancer_options(options)},
      groups_{options.adaptive.load, now},
      member_load_{load_options(options)},
      rebalancer_{rebalance_, now},
      next_{now} {}

void LoadKeeper::set_options(const LagOptions& options, Instant now) {
  distribution_ = distribution_of(options);
  weighted_ = options.weighted;
  rebalance_ = rebalancer_options(options);
  groups_.set_options(options.adaptive.load, now);
  member_load_.set_options(load_options(options));
  rebalancer_.set_options(rebalance_, now);
  next_ = std::min(next_, now + interval_of(weighted_));
}

void LoadKeeper::members_changed(const Capacities& capacity, MemberSet distributing, Instant now) {
  balance::MemberLoad::Capacities speeds{};
  for (std::size_t m = 0; m < kMembersMax; ++m) speeds[m] = mbps(capacity[m]);
  member_load_.set_capacities(speeds);
  if (distribution_ == table::Distribution::adaptive) groups_.set_members(capacity, distributing, now);
  // (the rebalancer begins anew with other members)
  if (capacity_ == capacity && distributing_ == distributing) return;
  capacity_ = capacity;
  distributing_ = distributing;
  rebalancer_.members_changed(capacity, distributing, now);
}

std::optional<Instant> LoadKeeper::lane_deadline(bool moving) const noexcept {
  const auto rebalance = moving ? std::nullopt : rebalancer_.deadline();
  if (!weighted()) return rebalance;
  return rebalance ? std::min(*rebalance, next_) : next_;
}

void LoadKeeper::measured(const Measurement& counts, const TableMaker& tables, Instant now) {
  if (const auto due = groups_.deadline(); due && now >= *due) groups_.measured(counts.group_octets, now);
  if (weighted() && now >= next_) measure_members(counts, now);
  if (const auto due = rebalancer_.deadline(); due && now >= *due && !tables.moving()) {
    rebalancer_.measured({.lane_octets = counts.lane_octets,
                          .member_octets = counts.tx_octets,
                          .carried_by = tables.lanes(),
                          .hitters = counts.hitters,
                          .buckets_may_move = distribution_ == table::Distribution::flow_hash},
                         now);
  }
}

void LoadKeeper::measure_members(const Measurement& counts, Instant now) {
  std::uint64_t live = 0;
  for (const std::uint64_t on_member : counts.live) live += on_member;
  member_load_.measured(counts.tx_octets, live, now);
  ++measurements_;
  next_ = now + interval_of(weighted_);
  sweep_rate_ = sweep_rate(counts.conversation_lines, weighted_.idle);
  find_crowded();
}

// Whose use is above all members' by what rebalancing begins at, until it is within what it ends at.
void LoadKeeper::find_crowded() {
  const auto bits = [&](MemberIndex m) { return static_cast<double>(member_load_.load(m).value()); };
  const auto room = [&](MemberIndex m) { return static_cast<double>(capacity_[m.value()]) * 1e6; };
  double load = 0;
  double capacities = 0;
  for_each(distributing_, [&](MemberIndex m) {
    load += bits(m);
    capacities += room(m);
  });
  MemberSet crowded = 0;
  if (rebalance_.enabled && load > 0)
    for_each(distributing_, [&](MemberIndex m) {
      const double above = contains(crowded_, m) ? rebalance_.stop_percent : rebalance_.start_percent;
      if (bits(m) / room(m) > load / capacities * (1 + above / 100)) crowded |= set_of(m);
    });
  crowded_ = crowded;
}

LaneWishes LoadKeeper::wishes() const {
  return {
      .member = rebalancer_.overrides(), .pins = rebalancer_.pins(), .pin_member = rebalancer_.pin_members()};
}

void LoadKeeper::add_to(TableInput& in) const {
  if (distribution_ == table::Distribution::adaptive && in.distributing != 0) in.groups = groups_.map();
  if (rebalancer_.deadline()) {
    in.counts_lanes = true;
    in.wishes = wishes();
  }
  if (weighted()) add_weights(in.weights);
}

void LoadKeeper::add_weights(table::Weights& w) const {
  w.by = weighted_.by;
  w.measurement = measurements_;
  w.keep = member_load_.charge_left();
  w.estimate =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(member_load_.conversation_rate().value() / 1000));
  w.crowded = crowded_;
  w.idle_ticks = static_cast<std::uint16_t>(weighted_.idle.count() >> kTickBits);
  w.sweep_rate = sweep_rate_;
  for (std::size_t m = 0; m < kMembersMax; ++m) {
    if (capacity_[m] == 0) continue;
    const std::uint64_t kbps = std::uint64_t{capacity_[m]} * 1000;
    const MemberIndex member{static_cast<std::uint8_t>(m)};
    w.load[m] = static_cast<std::int64_t>(member_load_.load(member).value() / 1000);
    w.capacity[m] = static_cast<std::int64_t>(kbps);
    w.inverse[m] = (std::uint64_t{1} << 40) / kbps;
  }
}

void LoadKeeper::add_to(LagStatus& s) const {
  s.distribution = std::string{name_of(distribution_)};
  s.rebalancing.enabled = rebalance_.enabled;
  s.rebalancing.counters = rebalancer_.counters();
  for (const dist::Pin& pin : rebalancer_.pins()) s.rebalancing.pins += pin.used ? 1U : 0U;
}

void LoadKeeper::add_to(MemberStatus& s, MemberIndex member) const {
  s.capacity_mbps = capacity_[member.value()];
  constexpr double kOne = std::uint64_t{1} << balance::kWeightBits;
  s.weight.whole = static_cast<double>(member_load_.original_weight(member).value()) / kOne;
  s.weight.left = static_cast<double>(member_load_.current_weight(member).value()) / kOne;
  if (distribution_ == table::Distribution::adaptive)
    s.load_octets_s = groups_.load(member);
  else if (weighted())
    s.load_octets_s = member_load_.load(member).value() / 8;
  else if (rebalance_.enabled)
    s.load_octets_s = static_cast<std::uint64_t>(rebalancer_.member_rate(member));
}

}  // namespace lagoon::control
