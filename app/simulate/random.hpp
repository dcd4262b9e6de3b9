// Random numbers that are the same on every machine for one seed.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lagoon::simulate {

/// xorshift64* (Vigna, 2016).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_{seed * 0x9e37'79b9'7f4a'7c15U + 0x1234'5678'9abc'def1U} {}
  [[nodiscard]] std::uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545'f491'4f6c'dd1dU;
  }
  /// 0 .. limit - 1
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return (next() >> 32) * limit >> 32; }
  /// 0 <= x < 1
  [[nodiscard]] double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// Of mean 1.
  [[nodiscard]] double exponential() { return -std::log(1 - unit()); }

 private:
  std::uint64_t state_;
};

/// Draws indices with given chances, in constant time (Walker, 1977; Vose, 1991).
class Chances {
 public:
  explicit Chances(const std::vector<double>& weights);
  [[nodiscard]] std::uint32_t draw(Random& random) const {
    const auto i = static_cast<std::uint32_t>(random.below(keep_.size()));
    return random.unit() < keep_[i] ? i : other_[i];
  }

 private:
  std::vector<double> keep_;
  std::vector<std::uint32_t> other_;
};

}  // namespace lagoon::simulate
