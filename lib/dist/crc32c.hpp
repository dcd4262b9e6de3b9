// CRC-32C (Castagnoli) steps as SSE 4.2 has them, with a portable twin that gives the same values. Not a
// checksum here: the first, cheap round of the flow hash.
#pragma once

#include <array>
#include <cstdint>

#ifdef __SSE4_2__
#include <nmmintrin.h>
#endif

namespace lagoon::dist {

namespace portable {

inline constexpr std::array<std::uint32_t, 256> kCrc32cTable = [] {
  std::array<std::uint32_t, 256> table{};
  constexpr std::uint32_t kPolynomialReflected = 0x82f63b78;
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? kPolynomialReflected : 0U);
    table[i] = crc;
  }
  return table;
}();

[[nodiscard]] constexpr std::uint32_t crc32c(std::uint32_t crc, std::uint64_t value, int octets) noexcept {
  for (int i = 0; i < octets; ++i, value >>= 8) crc = (crc >> 8) ^ kCrc32cTable[(crc ^ value) & 0xffU];
  return crc;
}

}  // namespace portable

[[nodiscard]] inline std::uint32_t crc32c(std::uint32_t crc, std::uint64_t value) noexcept {
#ifdef __SSE4_2__
  return static_cast<std::uint32_t>(_mm_crc32_u64(crc, value));
#else
  return portable::crc32c(crc, value, 8);
#endif
}
[[nodiscard]] inline std::uint32_t crc32c(std::uint32_t crc, std::uint32_t value) noexcept {
#ifdef __SSE4_2__
  return _mm_crc32_u32(crc, value);
#else
  return portable::crc32c(crc, value, 4);
#endif
}

}  // namespace lagoon::dist
