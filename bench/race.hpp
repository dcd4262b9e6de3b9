// Race: contestants take turns of a few microseconds each, so that what disturbs the machine disturbs them
// alike, and turns that follow each other are compared as a pair.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace lagoon::bench {

/// Packets in one turn.
inline constexpr std::size_t kTurn = 2048;

class Race {
 public:
  struct Lane {
    std::string name;
    std::function<void()> turn;    // kTurn packets
    std::vector<double> cycles{};  // of the TSC, one value for each turn
  };

  explicit Race(std::string title) : title_{std::move(title)} {}
  void add(std::string name, std::function<void()> turn) {
    lanes_.push_back({std::move(name), std::move(turn)});
  }
  /// One iteration is one timed turn of each.
  void run(benchmark::State& state);

  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] const std::vector<Lane>& lanes() const { return lanes_; }
  /// The median over all pairs of turns; NaN when one of them is not in this race.
  [[nodiscard]] double ratio(const std::string& of, const std::string& to) const;
  /// Nanoseconds for a packet: the lower quartile, for others on the machine only ever add.
  [[nodiscard]] double ns_per_packet(const std::string& of) const;

 private:
  [[nodiscard]] const Lane* find(const std::string& name) const;
  std::string title_;
  std::vector<Lane> lanes_;
};

}  // namespace lagoon::bench
