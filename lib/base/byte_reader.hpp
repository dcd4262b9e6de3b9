// Bounds-checked cursor over octets of the network. Reading past the end yields zeros and sets a flag that
// never clears, so a codec reads straight through and asks once at the end.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/mac_address.hpp"

namespace lagoon {

class ByteReader {
 public:
  constexpr explicit ByteReader(std::span<const std::byte> octets) noexcept : octets_{octets} {}

  [[nodiscard]] constexpr std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(big_endian<1>()); }
  [[nodiscard]] constexpr std::uint16_t be16() noexcept {
    return static_cast<std::uint16_t>(big_endian<2>());
  }
  [[nodiscard]] constexpr std::uint32_t be32() noexcept {
    return static_cast<std::uint32_t>(big_endian<4>());
  }
  [[nodiscard]] constexpr std::uint64_t be64() noexcept { return big_endian<8>(); }
  [[nodiscard]] constexpr MacAddress mac() noexcept {
    MacAddress mac;
    for (std::uint8_t& octet : mac.octets) octet = u8();
    return mac;
  }
  /// The next `count` octets as they lie there; nothing (and failed) where there are fewer.
  [[nodiscard]] constexpr std::span<const std::byte> octets(std::size_t count) noexcept {
    const std::size_t from = at_;
    const bool there = count <= remaining();
    skip(count);
    return there ? octets_.subspan(from, count) : std::span<const std::byte>{};
  }
  constexpr void skip(std::size_t count) noexcept {
    if (count > remaining()) failed_ = true;
    at_ += std::min(count, remaining());
  }
  [[nodiscard]] constexpr std::size_t remaining() const noexcept { return octets_.size() - at_; }
  /// True once anything was read past the end.
  [[nodiscard]] constexpr bool failed() const noexcept { return failed_; }

 private:
  template <std::size_t N>
  [[nodiscard]] constexpr std::uint64_t big_endian() noexcept {
    if (remaining() < N) {
      failed_ = true;
      at_ = octets_.size();
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < N; ++i)
      value = (value << 8) | std::to_integer<std::uint64_t>(octets_[at_ + i]);
    at_ += N;
    return value;
  }

  std::span<const std::byte> octets_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace lagoon
