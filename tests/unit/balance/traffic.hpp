// Traffic over a LAG in virtual time: conversations with a size each, members with a capacity, and a
// Rebalancer whose decisions are carried out. What is sent is counted as workers count it, large
// conversations by the workers' own finder.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "balance/rebalancer.hpp"
#include "dist/bucket_map.hpp"
#include "fast/conversations/heavy_hitters.hpp"
#include "support/prng.hpp"

namespace lagoon::test {

struct Conversation {
  std::uint32_t hash = 0;
  double rate = 0;          // octets a second that it wants to send
  std::uint8_t member = 0;  // in a table of conversations, where there is one
};

/// Octets a second in all, dealt to `count` conversations by Zipf's law, the largest first. 0: equal ones.
std::vector<Conversation> zipf(std::size_t count, double exponent, double total, Prng& random);

struct TrafficOptions {
  std::vector<double> capacity{};  // octets a second of each member
  bool table = false;              // conversations have a table of their own: buckets may not move
  double clump = 3000;             // octets that come together: the scatter is that of a Poisson process
  std::uint32_t delay = 0;         // intervals until an ordered move is made
  std::size_t samples = 4000;      // frames an interval that the finder looks at
};

class Traffic {
 public:
  Traffic(const TrafficOptions& traffic, const balance::RebalancerOptions& options, std::uint64_t seed);

  void members(std::uint32_t distributing);
  /// Sends for one interval, measures, and carries out what was decided.
  void interval();
  void intervals(int count) {
    for (int i = 0; i < count; ++i) interval();
  }

  /// Of what the members were offered in the last interval, without chance.
  [[nodiscard]] std::vector<double> utilisation() const;
  /// Utilisation of the busiest / mean.
  [[nodiscard]] double imbalance() const;
  [[nodiscard]] std::size_t lane_of(const Conversation& conversation) const;
  [[nodiscard]] std::uint8_t member_of(const Conversation& conversation) const;
  [[nodiscard]] std::size_t overridden() const;
  [[nodiscard]] std::size_t pinned() const;

  std::vector<Conversation> conversations{};
  Prng random;
  Instant now = instant_from_ns(1'000'000'000);
  balance::Rebalancer rebalancer;
  dist::BucketMap base{};
  std::uint64_t returns = 0;  // lanes that moved back to where they were before

 private:
  void send(double seconds);
  void find_large(const std::vector<double>& sent);
  void carry_out();
  [[nodiscard]] bool is_alive(std::uint8_t member) const;
  void carry(std::size_t lane, std::uint8_t member);

  TrafficOptions options_;
  dist::BucketPreferences preferences_{};
  std::uint32_t distributing_ = 0;
  dist::LaneMap carried_by_{};
  dist::LaneMap came_from_{};
  std::array<std::uint32_t, dist::kLanes> waiting_{};
  dist::Pins pins_{};                                        // as workers know them
  std::unordered_map<std::uint32_t, std::size_t> pin_of_{};  // the same by hash
  std::array<std::uint64_t, dist::kLanes> lane_octets_{};
  balance::MemberOctets member_octets_{};
  std::unique_ptr<fast::HeavyHitters> finder_ = std::make_unique<fast::HeavyHitters>();
  std::vector<balance::HeavyHitter> hitters_{};
  std::map<std::uint32_t, std::uint64_t> found_before_{};
};

}  // namespace lagoon::test
