// LoadBalancer: gives load groups to members so that their load follows their speed (Linux's balance-tlb with
// tlb_dynamic_lb). Starts from shares by capacity, then moves groups from members with more load than their
// share to those with less, when it pays.
//
// Sans-IO, deterministic. Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

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
  /// Who may carry load, and how much in any common unit. Groups of members that are gone go to others at
  /// once. Without a measurement so far (or dynamic off), the map is a pure function of this input.
  void set_members(const std::array<std::uint32_t, kMembersMax>& capacity, std::uint32_t distributing,
                   Instant now);
  /// Octets of each group since the start, summed over workers. To be called when due.
  void measured(const dist::GroupOctets& octets, Instant now);
  /// When the next measurement is wanted; nothing: never (dynamic is off, or nobody distributes).
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;

  /// Precondition: a member distributes. Names distributing members only.
  [[nodiscard]] const dist::GroupMap& map() const noexcept { return map_; }
  /// Groups that measurements moved, since the start.
  [[nodiscard]] std::uint64_t moves() const noexcept { return moves_; }
  /// Smoothed octets a second of what the member carries now.
  [[nodiscard]] std::uint64_t load(MemberIndex member) const noexcept;

 private:
  // What a member carries, and how far the estimate may be off by chance, in octets a second.
  struct Share {
    double capacity = 0;  // 0: does not distribute
    double load = 0;
    double variance = 0;
    [[nodiscard]] double utilisation() const noexcept { return load / capacity; }
  };
  using Shares = std::array<Share, kMembersMax>;
  struct Move {
    std::size_t group = 0;
    std::size_t to = 0;
  };
  using Moves = std::vector<Move>;

  void forget_rates();
  void update_rates(const dist::GroupOctets& octets, Duration since_last);
  void place_groups();
  [[nodiscard]] Shares shares() const;
  [[nodiscard]] static double mean_utilisation(const Shares& shares);
  [[nodiscard]] std::uint32_t overloaded(const Shares& shares) const;
  [[nodiscard]] Moves moves_from(const Shares& shares, std::size_t from, std::size_t moves_max) const;
  [[nodiscard]] Moves exchange(const Shares& shares, std::size_t from, std::size_t to, double level,
                               std::size_t moves_max) const;
  [[nodiscard]] double smallest_of_use(double fair) const;
  void sort_by_rate();
  void rebalance();

  LoadBalancerOptions options_;
  std::array<std::uint32_t, kMembersMax> capacity_{};
  std::uint32_t distributing_ = 0;
  dist::GroupPlan plan_{};
  dist::GroupMap map_{};
  dist::GroupOctets last_{};
  std::array<double, dist::kLoadGroups> rate_{};           // smoothed octets a second; 0: idle
  std::array<double, dist::kLoadGroups> variance_{};       // of single measurements around it
  std::array<std::uint8_t, dist::kLoadGroups> by_rate_{};  // the groups, busiest first
  std::optional<Instant> last_measured_{};
  bool seeded_ = false;  // rate_ holds at least one measurement
  std::optional<Instant> next_{};
  std::uint64_t moves_ = 0;
};

}  // namespace lagoon::balance
