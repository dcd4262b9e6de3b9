#include "qos/dscp_marking.hpp"

#include <algorithm>
#include <vector>

#include "qos/classifier.hpp"
#include "support/catch.hpp"
#include "support/flow_frames.hpp"
#include "support/prng.hpp"
#include "wire/internet_checksum.hpp"

namespace lagoon::qos::dscp_marking_test {
namespace {

std::vector<std::byte> copy(const test::FlowFrame& frame) {
  return {frame.octets().begin(), frame.octets().end()};
}

TEST_CASE("Marking changes the DSCP alone, and IPv4's checksum is right as if made anew", "[qos]") {
  test::Prng random{11};
  for (int i = 0; i < 20'000; ++i) {
    test::FlowFrame frame;
    frame.macs().tag(0x8100, 5).ipv4(
        {.source = random.u32(), .destination = random.u32(), .id = random.u16()});
    frame.udp(1, 2);
    std::vector<std::byte> octets = copy(frame);
    const std::span header{octets.data() + 18, 20};
    header[1] = static_cast<std::byte>(random.u8());
    wire::put_checksum(header, 10, wire::InternetChecksum{}.add(header).value());
    const std::vector<std::byte> before = octets;
    const auto dscp = static_cast<std::uint8_t>(random.below(64));
    REQUIRE(mark_dscp(octets, dscp));
    REQUIRE(wire::InternetChecksum{}.add(header).value() == 0);
    REQUIRE(outer_headers(octets).dscp == dscp);
    REQUIRE((header[1] & std::byte{3}) == (before[19] & std::byte{3}));  // ECN
    for (std::size_t at = 0; at < octets.size(); ++at)
      if (at != 19 && at != 28 && at != 29) REQUIRE(octets[at] == before[at]);
  }
}

TEST_CASE("A wrong checksum stays wrong", "[qos]") {
  test::FlowFrame frame;
  frame.macs().ipv4({}).udp(1, 2);
  std::vector<std::byte> octets = copy(frame);
  const std::span header{octets.data() + 14, 20};
  wire::put_checksum(header, 10,
                     static_cast<std::uint16_t>(wire::InternetChecksum{}.add(header).value() + 1));
  REQUIRE(mark_dscp(octets, 46));
  CHECK(wire::InternetChecksum{}.add(header).value() != 0);
}

TEST_CASE("IPv6's traffic class is marked, and its flow label stays", "[qos]") {
  test::FlowFrame frame;
  frame.macs().ipv6({.flow_label = 0xabcde}).udp(1, 2);
  std::vector<std::byte> octets = copy(frame);
  const std::vector<std::byte> before = octets;
  REQUIRE(mark_dscp(octets, 46));
  CHECK(outer_headers(octets).dscp == 46);
  CHECK(octets[14] == std::byte{0x6b});
  CHECK(octets[15] == std::byte{0x8a});
  CHECK(std::equal(octets.begin() + 16, octets.end(), before.begin() + 16));
}

TEST_CASE("What is not IP, or cut off, is not marked and not changed", "[qos]") {
  test::FlowFrame arp;
  arp.macs().be16(0x0806).zeros(46);
  test::FlowFrame ip;
  ip.macs().ipv4({}).udp(1, 2);
  std::vector<std::byte> octets = copy(arp);
  CHECK_FALSE(mark_dscp(octets, 46));
  CHECK(octets == copy(arp));
  for (std::size_t size = 0; size < 34; ++size) {
    octets.assign(ip.octets().begin(), ip.octets().begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_FALSE(mark_dscp(octets, 46));
    CHECK(std::equal(octets.begin(), octets.end(), ip.octets().begin()));
  }
  CHECK_FALSE(mark_dscp({}, 46));
}

}  // namespace
}  // namespace lagoon::qos::dscp_marking_test
