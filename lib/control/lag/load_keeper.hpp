// LoadKeeper: what a LAG makes of the load that its workers measure: groups for members by their load
// (adaptive modes), weights for new conversations (weighted), and where lanes are better off (rebalancing).
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "balance/load_balancer.hpp"
#include "balance/member_load.hpp"
#include "balance/rebalancer.hpp"
#include "base/ids.hpp"
#include "base/member_set.hpp"
#include "base/time.hpp"
#include "control/lag/measurement.hpp"
#include "control/status/status.hpp"
#include "control/table/table_maker.hpp"
#include "options/lag_options.hpp"

namespace lagoon::control {

/// Of each member, in Mbit/s; 0: no member.
using Capacities = std::array<std::uint32_t, kMembersMax>;

class LoadKeeper {
 public:
  LoadKeeper(const LagOptions& options, Instant now);

  void set_options(const LagOptions& options, Instant now);
  /// May be told after every input: it does nothing where nothing is news.
  void members_changed(const Capacities& capacity, MemberSet distributing, Instant now);
  /// The index is free for another member.
  void forget(MemberIndex member) noexcept { member_load_.forget(member); }
  /// Takes what is due of it. `tables`: where lanes are, and whether a move is under way; what moves is let
  /// arrive before something else is moved.
  void measured(const Measurement& counts, const TableMaker& tables, Instant now);
  /// When measured() is next wanted for the load of groups.
  [[nodiscard]] std::optional<Instant> group_deadline() const noexcept { return groups_.deadline(); }
  /// When it is next wanted for the load of members, lanes and conversations.
  [[nodiscard]] std::optional<Instant> lane_deadline(bool moving) const noexcept;

  /// Where rebalancing has put lanes.
  [[nodiscard]] LaneWishes wishes() const;
  /// As another process had put them. Those on members that do not distribute are left out.
  void restore(const LaneWishes& wishes, Instant now) {
    rebalancer_.restore(wishes.member, wishes.pins, wishes.pin_member, now);
  }

  [[nodiscard]] const Capacities& capacities() const noexcept { return capacity_; }
  /// Adds what follows from loads: groups, weights, wishes.
  void add_to(TableInput& in) const;
  void add_to(LagStatus& status) const;
  /// Capacity, weights and load of one member.
  void add_to(MemberStatus& status, MemberIndex member) const;

 private:
  [[nodiscard]] bool weighted() const noexcept { return distribution_ == table::Distribution::weighted; }
  void measure_members(const Measurement& counts, Instant now);
  void find_crowded();
  void add_weights(table::Weights& weights) const;

  table::Distribution distribution_;
  WeightedOptions weighted_;
  balance::RebalancerOptions rebalance_;
  balance::LoadBalancer groups_;
  balance::MemberLoad member_load_;
  balance::Rebalancer rebalancer_;
  Capacities capacity_{};  // as told last
  MemberSet distributing_ = 0;
  MemberSet crowded_ = 0;  // conversations may leave them
  std::uint64_t measurements_ = 0;
  std::uint32_t sweep_rate_ = 0;
  Instant next_{};  // measurement of what members send, when weighted
};

}  // namespace lagoon::control
