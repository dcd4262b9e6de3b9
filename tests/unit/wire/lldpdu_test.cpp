#include "wire/lldp/lldpdu.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/prng.hpp"

namespace lldpdu_test {

using namespace lagoon;
using namespace lagoon::wire;
using test::Prng;

namespace {

std::vector<std::byte> octets_of(std::initializer_list<unsigned> values) {
  std::vector<std::byte> octets;
  for (const unsigned value : values) octets.push_back(static_cast<std::byte>(value));
  return octets;
}

std::vector<std::byte> octets_of(const Lldpdu& pdu) {
  std::vector<std::byte> octets(1500);
  octets.resize(emit_lldpdu(pdu, octets));
  return octets;
}

LldpValue any_value(Prng& random, std::size_t least = 0) {
  LldpValue value;
  for (std::size_t left = random.between(least, kLldpValueMax); left > 0; --left)
    value.push_back(static_cast<std::byte>(random.below(256)));
  return value;
}

Lldpdu any_pdu(Prng& random) {
  Lldpdu pdu;
  pdu.chassis = {.subtype = static_cast<std::uint8_t>(random.below(8)), .value = any_value(random, 1)};
  pdu.port = {.subtype = static_cast<std::uint8_t>(random.below(8)), .value = any_value(random, 1)};
  pdu.ttl_s = random.u16();
  if (random.chance(0.5)) pdu.port_description = any_value(random);
  if (random.chance(0.5)) pdu.system_name = any_value(random);
  if (random.chance(0.5)) pdu.system_description = any_value(random);
  if (random.chance(0.5))
    pdu.capabilities = LldpCapabilities{.supported = random.u16(), .enabled = random.u16()};
  if (random.chance(0.5)) {
    pdu.management.emplace();
    pdu.management->family = static_cast<std::uint8_t>(random.below(256));
    for (std::size_t left = random.between(1, 31); left > 0; --left)
      pdu.management->address.push_back(static_cast<std::byte>(random.below(256)));
    pdu.management->interface_number = random.u32();
  }
  if (random.chance(0.5))
    pdu.aggregation = LldpAggregation{
        .capable = random.chance(0.5), .aggregated = random.chance(0.5), .port = random.u32()};
  if (random.chance(0.5)) pdu.frame_size = random.u16();
  if (random.chance(0.5)) pdu.vlan = random.u16();
  if (random.chance(0.5))
    pdu.lagoon = LldpLagoon{.bfd = random.chance(0.5), .node = static_cast<std::uint8_t>(random.below(256))};
  return pdu;
}

// Chassis 02:00:00:00:00:01, port "e1", 120 s.
const std::vector<std::byte> kLeast = octets_of({0x02, 0x07, 0x04, 0x02, 0,    0,    0,    0,    0x01, 0x04,
                                                 0x03, 0x05, 'e',  '1',  0x06, 0x02, 0x00, 0x78, 0x00, 0x00});

std::vector<std::byte> least_and(std::initializer_list<unsigned> more) {
  std::vector<std::byte> octets(kLeast.begin(), kLeast.end() - 2);
  for (const std::byte octet : octets_of(more)) octets.push_back(octet);
  octets.resize(octets.size() + 2);
  return octets;
}

}  // namespace

TEST_CASE("An LLDPDU has its TLVs where 802.1AB-2016 8.4 and 8.5 put them", "[wire][lldp]") {
  Lldpdu pdu;
  pdu.chassis = {.subtype = kChassisMacAddress, .value = {}};
  for (const unsigned octet : {0x02U, 0U, 0U, 0U, 0U, 0x01U})
    pdu.chassis.value.push_back(static_cast<std::byte>(octet));
  pdu.port = {.subtype = kPortInterfaceName, .value = lldp_value("e1")};
  pdu.ttl_s = 120;
  CHECK(octets_of(pdu) == kLeast);
  CHECK(parse_lldpdu(kLeast) == pdu);
  CHECK(text_of_chassis(pdu.chassis) == "02:00:00:00:00:01");
  CHECK(text_of_port(pdu.port) == "e1");

  pdu.aggregation = LldpAggregation{.capable = true, .aggregated = true, .port = 7};
  CHECK(octets_of(pdu) == least_and({0xfe, 0x09, 0x00, 0x80, 0xc2, 7, 0x03, 0, 0, 0, 7,  //
                                     0xfe, 0x09, 0x00, 0x12, 0x0f, 3, 0x03, 0, 0, 0, 7}));
}

TEST_CASE("What is emitted as LLDPDU is parsed to the same value", "[wire][lldp]") {
  Prng random{test::seed_from_environment().value_or(20161001)};
  for (int round = 0; round < 3000; ++round) {
    const Lldpdu pdu = any_pdu(random);
    const auto octets = octets_of(pdu);
    REQUIRE(!octets.empty());
    const auto parsed = parse_lldpdu(octets);
    REQUIRE(parsed.has_value());
    REQUIRE(*parsed == pdu);
    // Cut anywhere it is refused by name, or says less: never something else.
    const auto cut = parse_lldpdu(std::span{octets}.first(random.below(octets.size())));
    if (cut) REQUIRE((cut->chassis == pdu.chassis && cut->port == pdu.port && cut->ttl_s == pdu.ttl_s));
    // Where there is no room nothing is written.
    std::vector<std::byte> small(random.below(octets.size()));
    REQUIRE(emit_lldpdu(pdu, small) == 0);
  }
}

TEST_CASE("What is not the first three TLVs in their order is refused", "[wire][lldp]") {
  CHECK(parse_lldpdu({}) == std::unexpected{LldpError::too_short});
  CHECK(parse_lldpdu(std::span{kLeast}.first(9)) == std::unexpected{LldpError::too_short});
  CHECK(parse_lldpdu(std::span{kLeast}.first(17)) == std::unexpected{LldpError::too_short});
  CHECK(parse_lldpdu(std::span{kLeast}.first(18)).has_value());  // without its End
  CHECK(parse_lldpdu(std::span{kLeast}.subspan(9)) == std::unexpected{LldpError::bad_order});
  CHECK(parse_lldpdu(octets_of({0, 0})) == std::unexpected{LldpError::bad_order});
  CHECK(parse_lldpdu(least_and({0x06, 0x02, 0, 1})) ==
        std::unexpected{LldpError::bad_order});  // a second TTL
  CHECK(parse_lldpdu(least_and({0x02, 0x02, 7, 1})) ==
        std::unexpected{LldpError::bad_order});  // and Chassis ID
}

TEST_CASE("A TLV of a wrong length is refused, and one that nobody knows is skipped", "[wire][lldp]") {
  CHECK(parse_lldpdu(octets_of({0x02, 0x01, 0x04})) == std::unexpected{LldpError::bad_length});
  CHECK(parse_lldpdu(least_and({0x0e, 0x03, 0, 4, 0})) ==
        std::unexpected{LldpError::bad_length});  // capabilities
  CHECK(parse_lldpdu(least_and({0x10, 0x02, 9, 1})) == std::unexpected{LldpError::no_end_of_address});
  CHECK(parse_lldpdu(least_and({0x10, 0x01, 1})) == std::unexpected{LldpError::no_end_of_address});
  std::vector<std::byte> named = least_and({0x0b, 0x00});  // a system name of 256 octets
  named.resize(named.size() + 256);
  CHECK(parse_lldpdu(named) == std::unexpected{LldpError::bad_length});
  for (const auto& unknown :
       {least_and({0x20, 0x01, 9}), least_and({0xfe, 0x03, 1, 2, 3}),
        least_and({0xfe, 0x04, 0x00, 0x80, 0xc2, 99}), least_and({0xfe, 0x05, 0x00, 0x12, 0x0f, 4, 1})}) {
    const auto parsed = parse_lldpdu(unknown);
    REQUIRE(parsed.has_value());
    CHECK(octets_of(*parsed) == kLeast);
  }
}

TEST_CASE("Of two aggregation TLVs 802.1AX's counts, in whatever order", "[wire][lldp]") {
  const auto first = parse_lldpdu(least_and({0xfe, 0x09, 0x00, 0x80, 0xc2, 7, 0x03, 0, 0, 0, 7,  //
                                             0xfe, 0x09, 0x00, 0x12, 0x0f, 3, 0x01, 0, 0, 0, 9}));
  const auto second = parse_lldpdu(least_and({0xfe, 0x09, 0x00, 0x12, 0x0f, 3, 0x01, 0, 0, 0, 9,  //
                                              0xfe, 0x09, 0x00, 0x80, 0xc2, 7, 0x03, 0, 0, 0, 7}));
  REQUIRE((first && second));
  CHECK(first->aggregation->port == 7);
  CHECK(second->aggregation->port == 7);
  const auto old = parse_lldpdu(least_and({0xfe, 0x09, 0x00, 0x12, 0x0f, 3, 0x01, 0, 0, 0, 9}));
  REQUIRE(old);
  CHECK(old->aggregation == LldpAggregation{.capable = true, .aggregated = false, .port = 9});
}

TEST_CASE("Identities are shown as what they are, and never with control characters", "[wire][lldp]") {
  LldpId id{.subtype = kPortNetworkAddress, .value = {}};
  for (const unsigned octet : {1U, 192U, 0U, 2U, 1U}) id.value.push_back(static_cast<std::byte>(octet));
  CHECK(text_of_port(id) == "192.0.2.1");
  CHECK(text_of_port({.subtype = 7, .value = lldp_value("Eth1/7\x1b[2J\xff")}) == "Eth1/7?[2J?");
  CHECK(text_of_chassis({.subtype = kChassisMacAddress, .value = lldp_value("abc")}) == "abc");
  CHECK(lldp_value(std::string(300, 'x')).size() == kLldpValueMax);
}

}  // namespace lldpdu_test
