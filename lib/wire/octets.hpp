// Unaligned loads of octets, for the fast path, where ByteReader's check per field would be the larger part
// of the work. The caller has checked the length of the span.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace lagoon::wire {

static_assert(std::endian::native == std::endian::little, "masks of raw loads are written for little endian");

/// The octets at `at` as they lie in memory. Precondition: at + sizeof(T) <= octets.size().
template <typename T>
[[nodiscard]] inline T raw(std::span<const std::byte> octets, std::size_t at) noexcept {
  T value;
  std::memcpy(&value, octets.data() + at, sizeof(T));
  return value;
}

/// Big-endian integers. Same precondition.
[[nodiscard]] inline std::uint16_t be16_at(std::span<const std::byte> octets, std::size_t at) noexcept {
  return __builtin_bswap16(raw<std::uint16_t>(octets, at));
}
[[nodiscard]] inline std::uint32_t be32_at(std::span<const std::byte> octets, std::size_t at) noexcept {
  return __builtin_bswap32(raw<std::uint32_t>(octets, at));
}
[[nodiscard]] inline std::uint8_t u8_at(std::span<const std::byte> octets, std::size_t at) noexcept {
  return std::to_integer<std::uint8_t>(octets[at]);
}

}  // namespace lagoon::wire
