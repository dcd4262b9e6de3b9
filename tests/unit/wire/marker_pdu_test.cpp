#include "wire/marker_pdu.hpp"

#include <array>
#include <cstddef>
#include <vector>

#include "slow_pdu_builders.hpp"
#include "support/catch.hpp"

namespace marker_pdu_test {

using namespace lagoon;
using namespace lagoon::wire;

namespace {

constexpr MarkerPdu kExample{.version = 1,
                             .kind = MarkerKind::response,
                             .requester_port = 0x0102,
                             .requester_system = {{0x02, 1, 2, 3, 4, 5}},
                             .transaction = 0xdeadbeef};

std::vector<std::byte> octets_of(const MarkerPdu& pdu, std::size_t size = 110) {
  std::vector<std::byte> payload(110);
  emit_marker_pdu(pdu, payload);
  payload.resize(size);
  return payload;
}

}  // namespace

TEST_CASE("A Marker PDU has its fields where 802.1AX-2014 6.5.3.3 puts them", "[wire][marker]") {
  std::array<std::byte, 110> expected{};
  const std::array<unsigned, 16> start{2, 1, 2, 16, 1, 2, 0x02, 1, 2, 3, 4, 5, 0xde, 0xad, 0xbe, 0xef};
  for (std::size_t i = 0; i < start.size(); ++i) expected[i] = static_cast<std::byte>(start[i]);
  std::array<std::byte, 110> octets;
  octets.fill(std::byte{0xee});
  emit_marker_pdu(kExample, octets);
  CHECK(octets == expected);
}

TEST_CASE("What is emitted as Marker PDU is parsed to the same value", "[wire][marker]") {
  const std::uint64_t seed = test::seed_from_environment().value_or(20141002);
  CAPTURE(seed);
  test::Prng prng{seed};
  for (int i = 0; i < 5000; ++i) {
    const MarkerPdu pdu = test::random_marker(prng);
    const auto parsed = parse_marker_pdu(octets_of(pdu));
    REQUIRE(parsed.has_value());
    REQUIRE(*parsed == pdu);
  }
}

TEST_CASE("A Marker PDU is accepted at the Ethernet minimum, as long as its TLV is whole", "[wire][marker]") {
  CHECK(parse_marker_pdu(octets_of(kExample, 46)) == kExample);
  CHECK(parse_marker_pdu(octets_of(kExample, 18)) == kExample);
  CHECK(parse_marker_pdu(octets_of(kExample, 17)) == std::unexpected{SlowFrameError::too_short});
  CHECK(parse_marker_pdu(octets_of(kExample, 0)) == std::unexpected{SlowFrameError::too_short});
  CHECK(parse_marker_pdu(octets_of(kExample, 114)) == kExample);
  CHECK(parse_marker_pdu(octets_of(kExample, 115)) == std::unexpected{SlowFrameError::too_long});
}

TEST_CASE("A Marker TLV is Information or Response, and of 16 octets", "[wire][marker]") {
  for (unsigned type = 0; type < 256; ++type) {
    std::vector<std::byte> octets = octets_of(kExample);
    octets[2] = static_cast<std::byte>(type);
    CAPTURE(type);
    const auto parsed = parse_marker_pdu(octets);
    if (type == 1)
      CHECK(parsed.value().kind == MarkerKind::information);
    else if (type == 2)
      CHECK(parsed.value().kind == MarkerKind::response);
    else
      CHECK(parsed == std::unexpected{SlowFrameError::bad_marker});
  }
  for (const unsigned length : {0U, 15U, 17U, 255U}) {
    std::vector<std::byte> octets = octets_of(kExample);
    octets[3] = static_cast<std::byte>(length);
    CHECK(parse_marker_pdu(octets) == std::unexpected{SlowFrameError::bad_tlv_length});
  }
}

TEST_CASE("Octets of another slow protocol are not taken for a Marker PDU", "[wire][marker]") {
  std::vector<std::byte> octets = octets_of(kExample);
  octets[0] = std::byte{1};
  CHECK(parse_marker_pdu(octets) == std::unexpected{SlowFrameError::unknown_subtype});
}

}  // namespace marker_pdu_test
