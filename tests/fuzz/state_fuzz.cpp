// Any octets as a state file: refused, or read to a State that survives being written again. The checksum is
// made right first, so that what lies behind it is reached.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/check.hpp"
#include "dist/crc32c.hpp"
#include "state/codec.hpp"

using namespace lagoon;

namespace {

void put(std::vector<std::byte>& octets, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) octets[at + i] = static_cast<std::byte>((value >> (24 - 8 * i)) & 0xff);
}

void check(std::span<const std::byte> octets) {
  const auto state = state::decode(octets);
  if (!state) return;
  const auto again = state::decode(state::encode(*state));
  LAGOON_CHECK(again && *again == *state);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span octets = std::as_bytes(std::span{data, size});
  check(octets);
  constexpr std::array<char, 8> kMagic{'L', 'A', 'G', 'O', 'O', 'N', 'S', 'T'};
  constexpr std::size_t kHead = 18;
  if (size < kHead) return 0;
  std::vector<std::byte> mended(octets.begin(), octets.end());
  std::memcpy(mended.data(), kMagic.data(), kMagic.size());
  mended[8] = std::byte{0};
  mended[9] = std::byte{2};
  std::uint32_t crc = ~0U;
  for (const std::byte octet : octets.subspan(kHead))
    crc = dist::portable::crc32c(crc, std::to_integer<std::uint64_t>(octet), 1);
  put(mended, 10, static_cast<std::uint32_t>(size - kHead));
  put(mended, 14, ~crc);
  check(mended);
  return 0;
}
