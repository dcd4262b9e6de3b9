#include "qos/classifier.hpp"

#include "support/catch.hpp"
#include "support/flow_frames.hpp"
#include "support/prng.hpp"

namespace lagoon::qos::classifier_test {
namespace {

using test::FlowFrame;

constexpr std::uint16_t kTag = 0x8100;

// voice: 0, video: 1, bulk: 2, rest: 3.
TrafficOptions options() {
  return {.classes = {{.name = "voice", .priority = 0, .pcp = {5}, .dscp = {46}},
                      {.name = "video", .priority = 1, .pcp = {4}, .dscp = {34}},
                      {.name = "bulk", .weight = 3, .dscp = {10}},
                      {.name = "rest"}}};
}

TrafficPolicy policy_of(const TrafficOptions& options) {
  auto policy = TrafficPolicy::from(options);
  REQUIRE(policy.has_value());
  return *std::move(policy);
}

FlowFrame with_dscp(unsigned dscp, int version, int tags = 0, unsigned pcp = 0) {
  FlowFrame frame;
  frame.macs();
  for (int i = 0; i < tags; ++i)
    frame.tag(i + 1 < tags ? 0x88a8 : kTag, static_cast<std::uint16_t>(i == 0 ? pcp << 13 | 7U : 9U));
  if (version == 4)
    return frame.be16(0x0800)
        .u8(0x45)
        .u8(dscp << 2 | 1U)
        .be16(28)
        .zeros(5)
        .u8(17)
        .be16(0)
        .be32(0x0a000001)
        .be32(0x0a000002)
        .udp(1, 2);
  frame.be16(0x86dd).be32(0x6000'0000U | dscp << 22 | 0x3000'00U).be16(8).u8(17).u8(64).zeros(32);
  return frame.udp(1, 2);
}

TEST_CASE("A DSCP decides the class, behind any number of tags, and a PCP where it says nothing", "[qos]") {
  const TrafficPolicy policy = policy_of(options());
  struct Row {
    unsigned dscp;
    unsigned pcp;
    ClassIndex untagged;
    ClassIndex tagged;
  };
  const Row row = GENERATE(Row{46, 0, 0, 0}, Row{34, 5, 1, 1}, Row{10, 4, 2, 2}, Row{0, 5, 3, 0},
                           Row{63, 4, 3, 1}, Row{1, 7, 3, 3});
  const int version = GENERATE(4, 6);
  CAPTURE(row.dscp, row.pcp, version);
  CHECK(class_of(policy, with_dscp(row.dscp, version).octets()) == row.untagged);
  for (const int tags : {1, 2, 4})
    CHECK(class_of(policy, with_dscp(row.dscp, version, tags, row.pcp).octets()) == row.tagged);
  // Behind more it is not looked for, but the outermost tag is there.
  const ClassIndex by_pcp = row.pcp == 5 ? 0 : row.pcp == 4 ? 1 : 3;
  CHECK(class_of(policy, with_dscp(row.dscp, version, 5, row.pcp).octets()) == by_pcp);
}

TEST_CASE("A frame that is cut off anywhere has a class by what is there", "[qos]") {
  TrafficOptions with_match = options();
  with_match.match.push_back({.protocol = 17, .destination_port = PortRange{2, 2}, .class_name = "bulk"});
  const TrafficPolicy plain = policy_of(options());
  const TrafficPolicy matching = policy_of(with_match);
  const FlowFrame frame = with_dscp(46, 4, 2, 4);
  for (std::size_t size = 0; size <= frame.octets().size(); ++size) {
    // (a buffer of exactly this size, for the address sanitizer)
    const std::vector<std::byte> cut(frame.octets().begin(),
                                     frame.octets().begin() + static_cast<std::ptrdiff_t>(size));
    CAPTURE(size);
    const ClassIndex expected = size < 16 ? 3 : size < 24 ? 1 : 0;
    CHECK(class_of(plain, cut) == expected);
    CHECK(class_of(matching, cut) == (size < 46 ? expected : 2));
  }
}

TEST_CASE("Any octets have a class", "[qos]") {
  TrafficOptions with_match = options();
  with_match.match.push_back({.protocol = 6, .class_name = "bulk"});
  const TrafficPolicy policy = policy_of(with_match);
  test::Prng random{3};
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::byte> octets(random.below(80));
    for (std::byte& octet : octets) octet = static_cast<std::byte>(random.u8());
    if (octets.size() > 20 && random.chance(0.7)) {
      octets[12] = std::byte{0x81};
      octets[13] = std::byte{0};
      octets[16] = std::byte{random.chance(0.5) ? std::uint8_t{0x08} : std::uint8_t{0x86}};
      octets[17] = std::byte{random.chance(0.5) ? std::uint8_t{0x00} : std::uint8_t{0xdd}};
    }
    CHECK(class_of(policy, octets) < 4);
  }
}

Prefix prefix(const char* address, std::uint8_t length) {
  return {parse_ip_address(address).value(), length};
}

TEST_CASE("A configured match wins over code points, the first that fits", "[qos]") {
  struct Row {
    MatchOptions match;
    FlowFrame frame;
    bool fits;
  };
  const auto v4 = [](std::uint16_t from, std::uint16_t to) {
    FlowFrame frame;
    return frame.macs().ipv4({}).udp(from, to);  // 10.0.0.1 to 10.0.0.2
  };
  const auto v6 = [] {
    FlowFrame frame;
    return frame.macs().tag(kTag, 7).ipv6({}).udp(1, 5060);  // 2001:db8::1 to 2001:db8::2
  };
  FlowFrame fragment;
  fragment.macs().ipv4({.flags_and_offset = FlowFrame::kMoreFragments}).udp(1, 5060);
  FlowFrame arp;
  arp.macs().be16(0x0806).zeros(46);
  const std::vector<Row> rows{
      {{.ether_type = std::uint16_t{0x0806}}, arp, true},
      {{.ether_type = std::uint16_t{0x0806}}, v4(1, 2), false},
      {{.ether_type = std::uint16_t{0x86dd}}, v6(), true},
      {{.vlan = std::uint16_t{7}}, v6(), true},
      {{.vlan = std::uint16_t{8}}, v6(), false},
      {{.protocol = std::uint8_t{17}}, v4(1, 2), true},
      {{.protocol = std::uint8_t{6}}, v4(1, 2), false},
      {{.protocol = std::uint8_t{0}}, arp, false},
      {{.source = prefix("10.0.0.0", 31)}, v4(1, 2), true},
      {{.source = prefix("10.0.0.0", 32)}, v4(1, 2), false},
      {{.source = prefix("10.0.0.255", 24)}, v4(1, 2), true},
      {{.source = prefix("0.0.0.0", 0)}, v6(), false},
      {{.destination = prefix("10.0.0.2", 32)}, v4(1, 2), true},
      {{.destination = prefix("2001:db8::", 64)}, v6(), true},
      {{.destination = prefix("2001:db8::3", 127)}, v6(), true},
      {{.destination = prefix("2001:db8::3", 128)}, v6(), false},
      {{.destination = prefix("2001:db8::", 32)}, v4(1, 2), false},
      {{.destination_port = PortRange{5060, 5061}}, v4(1, 5061), true},
      {{.destination_port = PortRange{5060, 5061}}, v4(5060, 5062), false},
      {{.source_port = PortRange{0, 1023}}, v4(1023, 9), true},
      {{.source_port = PortRange{0, 1023}}, v4(1024, 9), false},
      {{.destination_port = PortRange{5060, 5060}}, v6(), true},
      {{.destination_port = PortRange{0, 0xffff}}, fragment, false},
      {{.protocol = std::uint8_t{17}}, fragment, false},
      {{.source = prefix("10.0.0.1", 32)}, fragment, true},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TrafficOptions with_match = options();
    with_match.match = {rows[i].match, {.vlan = std::uint16_t{4000}, .class_name = "voice"}};
    with_match.match[0].class_name = "bulk";
    CAPTURE(i);
    CHECK(class_of(policy_of(with_match), rows[i].frame.octets()) == (rows[i].fits ? 2 : 3));
  }
}

}  // namespace
}  // namespace lagoon::qos::classifier_test
