// RateEstimator: smoothed rates of what counters count, and how far single measurements scatter around them.
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.hpp"

namespace lagoon::balance {

class RateEstimator {
 public:
  /// Weight of the newest measurement. After a step, 4 measurements bring two thirds of it.
  static constexpr double kNewest = 0.25;
  /// Below this a rate is none: less than one smallest frame a second.
  static constexpr double kIdle = 64;

  /// `since`: when all counters were 0. Without it the first measurement is a baseline.
  RateEstimator(std::size_t counters, std::optional<Instant> since);

  /// Takes in counters that grow; one that went back was started anew. Says whether there are rates now.
  bool measured(std::span<const std::uint64_t> octets, Instant now);
  void forget();

  [[nodiscard]] bool seeded() const noexcept { return seeded_; }
  /// Octets a second; 0: idle.
  [[nodiscard]] std::span<const double> rate() const noexcept { return rate_; }
  /// How far the rate may be off by chance, squared.
  [[nodiscard]] double variance(std::size_t counter) const noexcept;
  /// Octets a second in the last measurement alone.
  [[nodiscard]] std::span<const double> sample() const noexcept { return sample_; }

  /// Part of what `from` counted is counted by `to` from now on, which starts anew.
  void split(std::size_t from, std::size_t to, double rate) noexcept;
  /// All that `from` counted is counted by `to` from now on.
  void merge(std::size_t from, std::size_t to) noexcept;

 private:
  void smooth(std::size_t counter, double sample) noexcept;

  std::vector<double> rate_;
  std::vector<double> variance_;  // of single measurements around the rate
  std::vector<double> sample_;
  std::vector<std::uint64_t> last_;
  std::optional<Instant> last_measured_;
  bool seeded_ = false;  // rate_ holds at least one measurement
};

/// The same for a quantity that is not counted but computed.
class SmoothedRate {
 public:
  /// Of few counters that sum up many conversations, more is known at once.
  static constexpr double kNewest = 0.5;

  /// Not steady: a step is expected, so how far the sample is off says nothing about chance.
  void measured(double sample, bool steady) noexcept;
  [[nodiscard]] double rate() const noexcept { return rate_; }
  [[nodiscard]] double variance() const noexcept;
  /// Less or more is counted from now on.
  void add(double rate) noexcept;

 private:
  double rate_ = 0;
  double variance_ = 0;
  bool seeded_ = false;
};

}  // namespace lagoon::balance
