#include "wire/arp.hpp"

#include <vector>

#include "control_frame_builders.hpp"
#include "support/catch.hpp"
#include "wire/learning.hpp"

namespace arp_test {

using namespace lagoon;
using namespace lagoon::wire;

namespace {

constexpr MacAddress kUs{{0x02, 0x4c, 0x41, 0, 0, 1}};
constexpr MacAddress kAll{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
constexpr Ipv4Address kTarget{{10, 0, 0, 9}};

}  // namespace

TEST_CASE("What is emitted as ARP is parsed to the same value", "[wire][arp]") {
  const std::uint64_t seed = test::seed_from_environment().value_or(826);
  CAPTURE(seed);
  test::Prng prng{seed};
  for (int i = 0; i < 5000; ++i) {
    const ArpFrame arp = test::random_arp(prng);
    const ControlFrame frame = emit_arp(arp);
    REQUIRE(frame.size() == 60);
    REQUIRE(parse_arp(frame) == arp);
  }
}

TEST_CASE("An ARP frame that is cut off anywhere is none, and its padding may be missing", "[wire][arp]") {
  for (const auto vlan : {std::optional<std::uint16_t>{}, std::optional<std::uint16_t>{5}}) {
    const ArpFrame arp = arp_probe(kUs, kTarget, vlan);
    const ControlFrame frame = emit_arp(arp);
    const std::size_t whole = vlan ? 46 : 42;
    for (std::size_t size = 0; size < whole; ++size) {
      CAPTURE(size);
      CHECK_FALSE(parse_arp(frame.octets().first(size)).has_value());
    }
    CHECK(parse_arp(frame.octets().first(whole)) == arp);
    std::vector<std::byte> longer = test::octets_of(frame);
    longer.resize(1514, std::byte{0xa5});
    CHECK(parse_arp(longer) == arp);
  }
}

TEST_CASE("What differs from ARP for IPv4 over Ethernet in one octet is no ARP", "[wire][arp]") {
  const std::vector<std::byte> frame = test::octets_of(emit_arp(arp_probe(kUs, kTarget, std::nullopt)));
  REQUIRE(parse_arp(frame).has_value());
  for (const std::size_t at : {12U, 13U, 14U, 15U, 16U, 17U, 18U, 19U, 20U, 21U}) {
    CAPTURE(at);
    std::vector<std::byte> spoilt = frame;
    spoilt[at] ^= std::byte{0x40};
    CHECK_FALSE(parse_arp(spoilt).has_value());
  }
  for (const int operation : {0, 3, 8}) {
    std::vector<std::byte> other = frame;
    other[21] = static_cast<std::byte>(operation);
    CHECK_FALSE(parse_arp(other).has_value());
  }
}

TEST_CASE("A tag of a service provider is read like a customer's, and a second tag not at all",
          "[wire][arp]") {
  std::vector<std::byte> frame = test::octets_of(emit_arp(arp_probe(kUs, kTarget, std::uint16_t{0x2005})));
  frame[12] = std::byte{0x88};
  frame[13] = std::byte{0xa8};
  REQUIRE(parse_arp(frame).has_value());
  CHECK(parse_arp(frame)->vlan_tci == 0x2005);
  const std::vector<std::byte> tag(frame.begin() + 12, frame.begin() + 16);
  frame.insert(frame.begin() + 12, tag.begin(), tag.end());
  CHECK_FALSE(parse_arp(frame).has_value());
}

TEST_CASE("An ARP probe names no sender, and an announcement the same address twice", "[wire][arp]") {
  const ArpFrame probe = arp_probe(kUs, kTarget, 7);
  CHECK(probe.destination == kAll);
  CHECK(probe.source == kUs);
  CHECK(probe.sender_mac == kUs);
  CHECK(probe.sender_ip.is_zero());
  CHECK(probe.target_mac.is_zero());
  CHECK(probe.target_ip == kTarget);
  CHECK(probe.operation == ArpOperation::request);
  CHECK(probe.vlan_tci == 7);
  CHECK_FALSE(probe.is_gratuitous());
  const ArpFrame announcement = arp_announcement(kUs, kTarget, std::nullopt);
  CHECK(announcement.destination == kAll);
  CHECK(announcement.operation == ArpOperation::request);
  CHECK(announcement.is_gratuitous());
  CHECK(announcement.sender_ip == kTarget);
}

TEST_CASE("A learning frame goes from an address to itself", "[wire][learning]") {
  const ControlFrame untagged = learning_frame(kUs, std::nullopt);
  std::vector<std::byte> expected;
  for (int i = 0; i < 2; ++i)
    for (const std::uint8_t octet : kUs.octets) expected.push_back(static_cast<std::byte>(octet));
  std::vector<std::byte> tagged = expected;
  expected.insert(expected.end(), {std::byte{0x90}, std::byte{0x00}});
  expected.resize(60);
  CHECK(test::octets_of(untagged) == expected);
  tagged.insert(tagged.end(),
                {std::byte{0x81}, std::byte{0}, std::byte{0x01}, std::byte{0x02}, std::byte{0x90}});
  tagged.resize(60);
  CHECK(test::octets_of(learning_frame(kUs, 0x102)) == tagged);
}

TEST_CASE("An announcing frame is a reverse ARP request to all, of an address about itself",
          "[wire][learning]") {
  const auto octets = [](std::initializer_list<unsigned> values) {
    std::vector<std::byte> made;
    for (const unsigned value : values) made.push_back(static_cast<std::byte>(value));
    return made;
  };
  const auto put = [](std::vector<std::byte>& out, std::initializer_list<unsigned> values) {
    for (const unsigned value : values) out.push_back(static_cast<std::byte>(value));
  };
  const auto put_us = [](std::vector<std::byte>& out) {
    for (const std::uint8_t octet : kUs.octets) out.push_back(static_cast<std::byte>(octet));
  };
  for (const std::optional<std::uint16_t> vlan : {std::optional<std::uint16_t>{}, {7}}) {
    std::vector<std::byte> expected = octets({0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
    put_us(expected);
    if (vlan) put(expected, {0x81, 0, 0, 7});
    put(expected, {0x80, 0x35, 0, 1, 8, 0, 6, 4, 0, 3});
    for (int i = 0; i < 2; ++i) {
      put_us(expected);
      put(expected, {0, 0, 0, 0});
    }
    expected.resize(60);
    CHECK(test::octets_of(announcing_frame(kUs, vlan)) == expected);
  }
}

}  // namespace arp_test
