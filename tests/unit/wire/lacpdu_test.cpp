#include "wire/lacpdu.hpp"

#include <array>
#include <cstddef>
#include <vector>

#include "slow_pdu_builders.hpp"
#include "support/catch.hpp"

namespace lacpdu_test {

using namespace lagoon;
using namespace lagoon::wire;

namespace {

constexpr Lacpdu kExample{.version = 1,
                          .actor = {0x8001, {{0x02, 1, 2, 3, 4, 5}}, 0x0191, 0x00ff, 7, 0x3d},
                          .partner = {0x1234, {{0x02, 9, 8, 7, 6, 5}}, 0x3291, 0x8000, 0x0102, 0x45},
                          .collector_max_delay = 0x1f40};

std::vector<std::byte> octets_of(const Lacpdu& pdu, std::size_t size = 110) {
  std::vector<std::byte> payload(110);
  emit_lacpdu(pdu, payload);
  payload.resize(size);
  return payload;
}

}  // namespace

TEST_CASE("A LACPDU has its fields where 802.1AX-2014 6.4.2.3 puts them", "[wire][lacpdu]") {
  std::array<std::byte, 110> expected{};
  const std::array<unsigned, 62> start{
      1, 1,  // subtype, version
      1, 20, 0x80, 0x01, 0x02, 1, 2, 3, 4, 5, 0x01, 0x91, 0x00, 0xff, 0, 7, 0x3d, 0, 0, 0,  // actor
      2, 20, 0x12, 0x34, 0x02, 9, 8, 7, 6, 5, 0x32, 0x91, 0x80, 0x00, 1, 2, 0x45, 0, 0, 0,  // partner
      3, 16, 0x1f, 0x40, 0,    0, 0, 0, 0, 0, 0,    0,    0,    0,    0, 0,                 // collector
      0, 0,  0,    0};                                                                      // terminator
  for (std::size_t i = 0; i < start.size(); ++i) expected[i] = static_cast<std::byte>(start[i]);
  std::array<std::byte, 110> octets;
  octets.fill(std::byte{0xee});
  emit_lacpdu(kExample, octets);
  CHECK(octets == expected);
}

TEST_CASE("What is emitted as LACPDU is parsed to the same value", "[wire][lacpdu]") {
  const std::uint64_t seed = test::seed_from_environment().value_or(20141001);
  CAPTURE(seed);
  test::Prng prng{seed};
  for (int i = 0; i < 5000; ++i) {
    const Lacpdu pdu = test::random_lacpdu(prng);
    const auto parsed = parse_lacpdu(octets_of(pdu));
    REQUIRE(parsed.has_value());
    REQUIRE(*parsed == pdu);
  }
}

TEST_CASE("A receiver looks neither at TLV types nor at reserved octets nor at the terminator",
          "[wire][lacpdu]") {
  std::vector<std::byte> octets = octets_of(kExample);
  const auto spoil = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) octets[i] = std::byte{0xa5};
  };
  spoil(2, 3);
  spoil(22, 23);
  spoil(42, 43);
  spoil(19, 22);
  spoil(39, 42);
  spoil(46, 110);
  CHECK(parse_lacpdu(octets) == kExample);
}

TEST_CASE("Any version of LACPDU is read as version 1", "[wire][lacpdu]") {
  for (unsigned version = 0; version < 256; ++version) {
    std::vector<std::byte> octets = octets_of(kExample);
    octets[1] = static_cast<std::byte>(version);
    const auto parsed = parse_lacpdu(octets);
    REQUIRE(parsed.has_value());
    CHECK(parsed->version == version);
    CHECK(parsed->actor == kExample.actor);
    CHECK(parsed->partner == kExample.partner);
  }
}

TEST_CASE("The lengths of all three TLVs of a LACPDU are checked", "[wire][lacpdu]") {
  for (const std::size_t at : {3UZ, 23UZ, 43UZ}) {
    for (unsigned length = 0; length < 256; ++length) {
      std::vector<std::byte> octets = octets_of(kExample);
      const bool right = static_cast<std::byte>(length) == octets[at];
      octets[at] = static_cast<std::byte>(length);
      CAPTURE(at, length);
      if (right)
        CHECK(parse_lacpdu(octets) == kExample);
      else
        CHECK(parse_lacpdu(octets) == std::unexpected{SlowFrameError::bad_tlv_length});
    }
  }
}

TEST_CASE("A LACPDU has 110 octets at least, and at most what its version may have", "[wire][lacpdu]") {
  Lacpdu second = kExample;
  second.version = 2;
  struct Row {
    const Lacpdu& pdu;
    std::size_t size;
    std::optional<SlowFrameError> error;
  };
  const std::array rows{Row{kExample, 0, SlowFrameError::too_short},
                        Row{kExample, 109, SlowFrameError::too_short},
                        Row{kExample, 110, std::nullopt},
                        Row{kExample, 114, std::nullopt},
                        Row{kExample, 115, SlowFrameError::too_long},
                        Row{second, 109, SlowFrameError::too_short},
                        Row{second, 115, std::nullopt},
                        Row{second, 1500, std::nullopt},
                        Row{second, 1501, SlowFrameError::too_long}};
  for (const Row& row : rows) {
    const auto parsed = parse_lacpdu(octets_of(row.pdu, row.size));
    CAPTURE(row.size, row.pdu.version);
    if (row.error)
      CHECK(parsed == std::unexpected{*row.error});
    else
      CHECK(parsed == row.pdu);
  }
}

TEST_CASE("Retry counts stand behind the Collector TLV of version 0xf1, and of no other", "[wire][lacpdu]") {
  Lacpdu counted = kExample;
  counted.version = kRetryCountVersion;
  counted.retry = {.actor = 5, .partner = 3};
  const std::vector<std::byte> octets = octets_of(counted);
  const std::array<unsigned, 10> tlvs{0x80, 4, 5, 0, 0x81, 4, 3, 0, 0, 0};
  for (std::size_t i = 0; i < tlvs.size(); ++i) CHECK(octets[58 + i] == static_cast<std::byte>(tlvs[i]));
  CHECK(parse_lacpdu(octets) == counted);
  for (const std::size_t at : {58UZ, 59UZ, 62UZ, 63UZ}) {
    std::vector<std::byte> spoilt = octets;
    spoilt[at] = std::byte{7};
    CAPTURE(at);
    Lacpdu without = counted;
    without.retry.reset();
    CHECK(parse_lacpdu(spoilt) == without);
  }
  std::vector<std::byte> second = octets;
  second[1] = std::byte{2};
  CHECK_FALSE(parse_lacpdu(second)->retry);
}

TEST_CASE("Octets of another slow protocol are not taken for a LACPDU", "[wire][lacpdu]") {
  std::vector<std::byte> octets = octets_of(kExample);
  octets[0] = std::byte{3};
  CHECK(parse_lacpdu(octets) == std::unexpected{SlowFrameError::unknown_subtype});
}

}  // namespace lacpdu_test
