// Rebalancer: adaptive rebalancing of the Frame Distributor. Measures what each lane carries, and says which
// buckets should leave the base map, and which conversations should have entries of their own (pins), so that
// members are utilised alike. docs/rebalancing.md says why it decides as it does.
//
// It decides where lanes should be. The caller makes the moves, in order, and says where lanes are.
// Use: members_changed() at first and whenever they do; measured() when deadline() says so; then
// base map + overrides() and pins() + pin_members() are what should be.
//
// Sans-IO, deterministic. Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "balance/evening.hpp"
#include "balance/rate_estimator.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "dist/lanes.hpp"

namespace lagoon::balance {

struct RebalancerOptions {
  bool enabled = false;
  Duration interval = 1s;            // between measurements; 100 ms .. 60 s
  std::uint32_t start_percent = 10;  // above its share a member is overloaded; 1 .. 100
  std::uint32_t stop_percent = 5;    // and is relieved until it stays within this; 0 .. start_percent
  // Of the giver's fair share, in hundredths of a percent: lanes below it do not move; 0 .. 10000.
  std::uint32_t gain_min_basis_points = 2;
  std::uint32_t moves_max = 128;  // lanes moved in one interval; 1 .. 4096
  std::uint32_t cool_down = 10;   // intervals for which a lane that moved stays; 0 .. 1000
  std::uint32_t hold_off = 3;     // intervals from the end of one relief to the start of the next; 0 .. 1000
  bool pins = true;               // conversations may get entries of their own
  friend constexpr bool operator==(const RebalancerOptions&, const RebalancerOptions&) noexcept = default;
};

/// A large conversation as workers found it, summed over them.
struct HeavyHitter {
  std::uint32_t hash = 0;
  MemberIndex member{};      // that carries it
  std::uint64_t octets = 0;  // since the last measurement
};

using MemberOctets = std::array<std::uint64_t, kMembersMax>;

struct RebalancerInput {
  /// Octets of each lane and of each member since the start, summed over workers. A pin's lane may stay at
  /// 0 where workers do not count it: its conversation among the hitters then tells what it carries.
  std::span<const std::uint64_t, dist::kLanes> lane_octets;
  std::span<const std::uint64_t, kMembersMax> member_octets;
  /// The member that carries each lane now; any value for a pin that is not used.
  const dist::LaneMap& carried_by;
  std::span<const HeavyHitter> hitters{};
  /// False where conversations have a table of their own (weighted-dynamic): only pins move then, and what
  /// members carry is told by their octets. The same for the whole life of a Rebalancer.
  bool buckets_may_move = true;
};

struct RebalancerCounters {
  std::uint64_t bucket_moves = 0;
  std::uint64_t pin_moves = 0;
  std::uint64_t pins_made = 0;
  std::uint64_t pins_released = 0;
  std::uint64_t intervals_unbalanced = 0;  // in which a member was overloaded
  double imbalance = 1;                    // utilisation of the busiest member / mean, as measured last
};

class Rebalancer {
 public:
  static constexpr std::uint8_t kNone = 0xff;
  using Overrides = std::array<std::uint8_t, dist::kBuckets>;  // MemberIndex or kNone: as the base map says
  using PinMembers = std::array<std::uint8_t, dist::kPins>;    // MemberIndex, or kNone for no pin
  using Capacities = std::array<std::uint32_t, kMembersMax>;   // Mbit/s; 0: no member

  Rebalancer(const RebalancerOptions& options, Instant now);

  /// Off: all overrides go at once. Pins follow their buckets and go as soon as they are where the bucket is,
  /// so measured() is still wanted until then; where buckets may not move they go when they are silent.
  void set_options(const RebalancerOptions& options, Instant now);
  /// Overrides and pins to members that do not distribute go at once. Nothing moves to one that returns.
  void members_changed(const Capacities& capacity, std::uint32_t distributing, Instant now);
  void measured(const RebalancerInput& input, Instant now);
  /// Goes on from where another one had put lanes. Precondition: nothing was measured.
  void restore(const Overrides& overrides, const dist::Pins& pins, const PinMembers& pin_members,
               Instant now);
  /// When the next measurement is wanted. Empty: none is.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept { return next_; }

  [[nodiscard]] const Overrides& overrides() const noexcept { return overrides_; }
  [[nodiscard]] const dist::Pins& pins() const noexcept { return pins_; }
  [[nodiscard]] const PinMembers& pin_members() const noexcept { return pin_members_; }
  [[nodiscard]] const RebalancerCounters& counters() const noexcept { return counters_; }
  /// Smoothed octets a second that a member will carry when all moves are made.
  [[nodiscard]] double member_rate(MemberIndex member) const noexcept;

 private:
  struct Conversation {
    std::uint8_t member = kNone;  // that carries it
    SmoothedRate load{};
    double sample = 0;         // octets a second in this interval
    std::uint32_t seen = 0;    // intervals
    std::uint32_t missed = 0;  // intervals in a row
  };
  using Conversations = std::map<std::uint32_t, Conversation>;  // by hash

  void schedule(Instant now);
  void forget_measurements();
  // rebalancer_rates.cpp: what is carried, and by whom it should be
  void update_conversations(const RebalancerInput& input, double seconds);
  void update_members(const RebalancerInput& input, double seconds);
  [[nodiscard]] bool is_steady(std::size_t member) const noexcept;
  void find_full();
  void place_lanes(const RebalancerInput& input);
  void place_conversations();
  [[nodiscard]] Shares shares() const;
  void age_lanes();
  // rebalancer.cpp: what should move
  void judge(const Shares& share);
  void choose_candidates(const RebalancerInput& input, double smallest_pin);
  void relieve(Shares share, double smallest_pin);
  void end_relief(std::uint32_t relieved);
  void carry_out(const LaneMoves& moves);
  [[nodiscard]] MoveLimits limits_for(const Shares& share, std::size_t from, std::size_t left) const;
  // rebalancer_pins.cpp: conversations with entries of their own
  void make_pin(std::uint32_t hash, std::uint8_t member);
  void drop_pin(std::size_t pin);
  [[nodiscard]] bool is_pinned(std::uint32_t hash) const noexcept;
  [[nodiscard]] std::size_t free_pins() const noexcept;
  [[nodiscard]] bool split_buckets(const Shares& share, std::size_t from, std::size_t large_min,
                                   double smallest, double smallest_pin);
  [[nodiscard]] double split_bucket(std::size_t bucket, std::size_t large_min, double smallest,
                                    double smallest_pin);
  void release_pins(const RebalancerInput& input, double small);
  void release_pin(const RebalancerInput& input, std::size_t pin);

  RebalancerOptions options_;
  Capacities capacity_{};
  std::uint32_t distributing_ = 0;
  std::optional<Instant> next_{};

  Overrides overrides_{};
  dist::Pins pins_{};
  PinMembers pin_members_{};
  RebalancerCounters counters_{};

  // What was measured.
  RateEstimator rates_;  // of lanes
  Conversations conversations_{};
  MemberOctets last_member_octets_{};
  std::array<SmoothedRate, kMembersMax> rest_{};  // of members, without pins
  std::array<double, kMembersMax> sent_{};        // octets a second of members in the last interval
  std::array<double, kMembersMax> hidden_{};      // what a member is offered, as a multiple of what it sends
  std::array<std::uint32_t, kMembersMax> steady_{};  // intervals since a pin came or went
  std::optional<Instant> last_measured_{};
  bool by_member_ = false;  // what members carry is told by rest_, as buckets may not move
  dist::LaneMap carried_before_{};

  // Of lanes, and behind them of conversations that may become pins where buckets may not move.
  std::vector<double> rate_{};
  std::array<double, dist::kLanes> variance_{};
  std::vector<std::uint8_t> place_{};
  std::vector<std::uint32_t> hashes_{};              // of the conversations behind the lanes
  std::vector<std::uint16_t> candidates_{};          // that may move, busiest first
  std::array<std::uint32_t, dist::kLanes> cool_{};   // intervals for which the lane stays
  std::array<std::uint32_t, dist::kLanes> quiet_{};  // intervals in a row: a bucket idle, a pin small

  std::uint32_t relieving_ = 0;                       // bit set of members
  std::array<std::uint32_t, kMembersMax> settled_{};  // intervals in a row without anything to do for it
  std::uint32_t hold_off_left_ = 0;
};

}  // namespace lagoon::balance
