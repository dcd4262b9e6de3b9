// LoadBalancer: gives load groups to members so that their load follows their speed (Linux's balance-tlb with
// tlb_dynamic_lb). Starts from shares by capacity, then moves groups from members with more load than their
// share to those with less, when it pays.
//
// Sans-IO, deterministic. Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "balance/evening.hpp"
#include "balance/rate_estimator.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "dist/load_group.hpp"

namespace lagoon::balance {

struct LoadBalancerOptions {
  bool dynamic = true;                 // tlb-dynamic-lb
  Duration interval = 1s;              // between measurements
  std::uint32_t moves_max = 16;        // groups moved in one interval
  std::uint32_t gain_min_percent = 5;  // of a member's fair share: smaller differences are left alone
  friend constexpr bool operator==(const LoadBalancerOptions&, const LoadBalancerOptions&) noexcept = default;
};

class LoadBalancer {
 public:
  explicit LoadBalancer(const LoadBalancerOptions& options, Instant now);

  void set_options(const LoadBalancerOptions& options, Instant now);
  /// The members that may carry load, and how much each, in any common unit. Groups of members that are gone
  /// go to others at once. Without a measurement so far (or dynamic off), the map is a pure function of this
  /// input.
  void set_members(const std::array<std::uint32_t, kMembersMax>& capacity, std::uint32_t distributing,
                   Instant now);
  /// Octets of each group since the start, summed over workers. To be called when due.
  void measured(const dist::GroupOctets& octets, Instant now);
  /// When the next measurement is wanted. Empty: none is, since dynamic is off, or no member distributes.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;

  /// Precondition: a member distributes. Names distributing members only.
  [[nodiscard]] const dist::GroupMap& map() const noexcept { return map_; }
  /// Groups that measurements moved, since the start.
  [[nodiscard]] std::uint64_t moves() const noexcept { return moves_; }
  /// Smoothed octets a second of what the member carries now.
  [[nodiscard]] std::uint64_t load(MemberIndex member) const noexcept;

 private:
  void place_groups();
  [[nodiscard]] Shares shares() const;
  void sort_groups();
  void rebalance();

  LoadBalancerOptions options_;
  std::array<std::uint32_t, kMembersMax> capacity_{};
  std::uint32_t distributing_ = 0;
  dist::GroupPreferences preferences_{};
  dist::GroupMap map_{};
  RateEstimator rates_;
  std::array<std::uint16_t, dist::kLoadGroups> by_rate_{};  // the groups, busiest first
  std::optional<Instant> next_{};
  std::uint64_t moves_ = 0;
};

}  // namespace lagoon::balance
