#include "wire/capture/pcapng.hpp"

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace lagoon::wire::pcapng_test {
namespace {

std::uint32_t word_at(const std::string& octets, std::size_t at) {
  std::uint32_t word = 0;
  REQUIRE(at + sizeof(word) <= octets.size());
  std::memcpy(&word, octets.data() + at, sizeof(word));
  return word;
}

// Both lengths of a block agree, and blocks end at multiples of four.
std::size_t blocks_of(const std::string& octets) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < octets.size(); ++count) {
    const std::uint32_t length = word_at(octets, at + 4);
    REQUIRE(length % 4 == 0);
    REQUIRE(length >= 12);
    REQUIRE(word_at(octets, at + length - 4) == length);
    at += length;
  }
  return count;
}

TEST_CASE("Blocks of a capture file have their length at both ends, whatever is in them", "[wire][pcapng]") {
  for (std::size_t length = 0; length < 9; ++length) {
    std::string out;
    add_section(out, std::string(length, 'p'));
    add_interface(out, std::string(length, 'i'));
    const std::vector<std::byte> octets(length, std::byte{0x5a});
    add_frame(out, {.interface = 1, .at_ns = 5, .length = 100, .octets = octets});
    CHECK(blocks_of(out) == 3);
  }
}

TEST_CASE("A frame has its time, its length as it was, and its direction", "[wire][pcapng]") {
  std::string out;
  const std::array<std::byte, 5> octets{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}, std::byte{5}};
  add_frame(out, {.interface = 3,
                  .at_ns = 0x0123456789abcdef,
                  .direction = CaptureDirection::out,
                  .length = 1500,
                  .octets = octets});
  CHECK(word_at(out, 0) == 6);
  CHECK(word_at(out, 8) == 3);
  CHECK(word_at(out, 12) == 0x01234567);
  CHECK(word_at(out, 16) == 0x89abcdef);
  CHECK(word_at(out, 20) == 5);
  CHECK(word_at(out, 24) == 1500);
  CHECK(std::memcmp(out.data() + 28, octets.data(), octets.size()) == 0);
  CHECK(word_at(out, 28 + 8) == (2U | 4U << 16));  // option flags, four octets
  CHECK(word_at(out, 28 + 12) == 2);               // outbound
}

}  // namespace
}  // namespace lagoon::wire::pcapng_test
