// Race: contestants take turns of a few microseconds each, in an order that is drawn anew for each round, so
// that what disturbs the machine disturbs them alike; turns of one round are compared. A turn that the gate
// does not pass is tried again a few times, and left out then.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "measure/gate.hpp"

namespace lagoon::bench {

/// Who takes part. `turn` is timed; `arm` comes before it and `disarm` after it.
struct Contestant {
  std::function<void()> turn;
  std::function<void()> arm = [] {};
  std::function<void()> disarm = [] {};
};

class Race {
 public:
  struct Lane {
    std::string name;
    Contestant contestant;
    std::vector<double> cycles{};  // for one packet; by round, NaN where the gate was shut
  };

  /// `packets`: of a turn.
  explicit Race(std::size_t packets) : packets_{packets} {}
  void add(std::string name, Contestant contestant) {
    lanes_.push_back({.name = std::move(name), .contestant = std::move(contestant)});
  }
  /// One iteration is one round.
  void run(benchmark::State& state, const Gate& gate);

  /// Medians over the rounds in which all that is asked for was measured; NaN: there was none.
  [[nodiscard]] double ratio(const std::string& of, const std::string& to) const;
  [[nodiscard]] double cycles_per_packet(const std::string& of) const;
  [[nodiscard]] std::size_t rounds() const { return rounds_; }
  /// Of one turn, for a packet; NaN: not to be had.
  [[nodiscard]] double instructions_per_packet(const std::string& of) const;
  /// Rounds in which the gate passed that contestant.
  [[nodiscard]] std::size_t measured(const std::string& of) const;

 private:
  [[nodiscard]] const Lane* find(const std::string& name) const;
  [[nodiscard]] double timed(Lane& lane, const Gate& gate) const;
  std::size_t packets_;
  std::vector<Lane> lanes_;
  std::size_t rounds_ = 0;
};

}  // namespace lagoon::bench
