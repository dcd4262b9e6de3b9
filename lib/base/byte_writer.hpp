// The counterpart of ByteReader. Writing past the end writes nothing and sets a flag that never clears.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/mac_address.hpp"

namespace lagoon {

class ByteWriter {
 public:
  constexpr explicit ByteWriter(std::span<std::byte> octets) noexcept : octets_{octets} {}

  constexpr void u8(std::uint8_t value) noexcept { big_endian<1>(value); }
  constexpr void be16(std::uint16_t value) noexcept { big_endian<2>(value); }
  constexpr void be32(std::uint32_t value) noexcept { big_endian<4>(value); }
  constexpr void be64(std::uint64_t value) noexcept { big_endian<8>(value); }
  constexpr void mac(const MacAddress& mac) noexcept {
    for (const std::uint8_t octet : mac.octets) u8(octet);
  }
  constexpr void octets(std::span<const std::byte> values) noexcept {
    for (const std::byte value : values) u8(std::to_integer<std::uint8_t>(value));
  }
  constexpr void zeros(std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) u8(0);
  }
  [[nodiscard]] constexpr std::size_t written() const noexcept { return at_; }
  [[nodiscard]] constexpr bool failed() const noexcept { return failed_; }

 private:
  template <std::size_t N>
  constexpr void big_endian(std::uint64_t value) noexcept {
    if (octets_.size() - at_ < N) {
      failed_ = true;
      return;
    }
    for (std::size_t i = 0; i < N; ++i)
      octets_[at_ + i] = static_cast<std::byte>((value >> (8 * (N - 1 - i))) & 0xff);
    at_ += N;
  }

  std::span<std::byte> octets_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace lagoon
