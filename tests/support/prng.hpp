// Prng: random numbers that are the same on every machine for one seed (the standard's distributions are
// not).
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "base/mac_address.hpp"

namespace lagoon::test {

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
class Prng {
 public:
  explicit constexpr Prng(std::uint64_t seed) noexcept : state_{seed} {}

  constexpr std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// 0 .. limit-1. The bias for small limits is below 2^-32, which no test sees.
  constexpr std::uint64_t below(std::uint64_t limit) noexcept { return (next() >> 32) * limit >> 32; }
  constexpr std::uint64_t between(std::uint64_t low, std::uint64_t high) noexcept {
    return low + below(high - low + 1);
  }
  constexpr bool chance(double probability) noexcept {
    return static_cast<double>(next() >> 11) < probability * 0x1p53;
  }
  constexpr std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(next() >> 56); }
  constexpr std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(next() >> 48); }
  constexpr std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(next() >> 32); }
  /// Any six octets; individual or group.
  constexpr MacAddress mac() noexcept {
    MacAddress mac;
    for (std::uint8_t& octet : mac.octets) octet = u8();
    return mac;
  }

 private:
  std::uint64_t state_;
};

/// LAGOON_SEED, to replay what a failed run printed.
[[nodiscard]] inline std::optional<std::uint64_t> seed_from_environment() {
  const char* const text = std::getenv("LAGOON_SEED");
  if (text == nullptr) return std::nullopt;
  return std::strtoull(text, nullptr, 0);
}

}  // namespace lagoon::test
