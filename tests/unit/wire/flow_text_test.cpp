#include "wire/flow/flow_text.hpp"

#include <string>

#include "base/ip_address.hpp"
#include "support/catch.hpp"
#include "wire/flow/flow_headers.hpp"

namespace lagoon::wire::flow_text_test {
namespace {

std::string hex_of(std::span<const std::byte> octets) {
  std::string text;
  for (const std::byte octet : octets) {
    text += "0123456789abcdef"[std::to_integer<unsigned>(octet) >> 4];
    text += "0123456789abcdef"[std::to_integer<unsigned>(octet) & 0xf];
  }
  return text;
}

std::vector<std::byte> frame(std::string_view text) {
  auto octets = parse_flow(text);
  CAPTURE(text);
  REQUIRE(octets);
  return *std::move(octets);
}

TEST_CASE("Words make the frame that they say", "[flow_text]") {
  CHECK(hex_of(frame("udp 10.0.0.1:1000 10.0.0.2:2000")) ==
        "020000000002020000000001"  // to, from
        "0800"
        "4500001c00000000401100000a0000010a000002"
        "03e807d000000000"
        "000000000000000000000000000000000000");
  CHECK(hex_of(frame("  tcp [2001:db8::1]:80   [2001:db8::2]:443 ")) ==
        "02000000000202000000000186dd"
        "60000000001406"
        "40"
        "20010db8000000000000000000000001"
        "20010db8000000000000000000000002"
        "005001bb00000000000000000000000000000000");
  CHECK(hex_of(frame("icmp 10.0.0.1 10.0.0.2 vlan 7 to 02:00:00:00:00:77 from 02-00-00-00-00-66")) ==
        "020000000077020000000066"
        "810000070800"
        "4500001c00000000400100000a0000010a000002"
        "0000000000000000"
        "0000000000000000000000000000");
}

TEST_CASE("A frame from words has the headers that the hash looks at", "[flow_text]") {
  const FlowHeaders headers = walk_frame(frame("tcp [2001:db8::1]:80 [2001:db8::2]:443 vlan 4094"));
  CHECK(headers.vlan == 4094);
  CHECK(headers.ip == IpVersion::v6);
  CHECK(headers.protocol == kProtocolTcp);
  CHECK(headers.has_ports);
  CHECK_FALSE(headers.fragment);
  CHECK(walk_frame(frame("icmp fe80::1 fe80::2")).protocol == 58);
  CHECK_FALSE(walk_frame(frame("icmp 10.0.0.1 10.0.0.2")).has_ports);
  CHECK_FALSE(walk_frame(frame("udp 10.0.0.1:1 10.0.0.2:2")) ==
              walk_frame(frame("udp 10.0.0.1:2 10.0.0.2:2")));
}

TEST_CASE("Octets in hexadecimal are the frame itself", "[flow_text]") {
  const std::string octets = "0200000000020200000000010800" + std::string(92, '0');
  for (const std::string& text :
       {octets, "0x" + octets, "02:00:00:00:00:02 02:00:00:00:00:01 08 00" + std::string(92, '0'),
        "  " + octets + " "})
    CHECK(hex_of(frame(text)) == octets);
  CHECK(frame("AB" + octets.substr(2))[0] == std::byte{0xab});
  // Each frame from words is the same when its octets are given.
  const auto words = frame("udp 10.0.0.1:1000 10.0.0.2:2000 vlan 9");
  CHECK(frame(hex_of(words)) == words);
}

TEST_CASE("What is no flow is answered with what would be right", "[flow_text]") {
  struct Row {
    std::string text;
    std::string_view detail;
  };
  const Row row = GENERATE(
      Row{"", "'' is no flow; expected udp, tcp or icmp with two addresses"},
      Row{"sctp 10.0.0.1:1 10.0.0.2:2", "'sctp' is no flow; expected udp, tcp or icmp with two addresses"},
      Row{"0x02zz", "not only hexadecimal digits follow 0x; expected"},
      Row{"0x", "not only hexadecimal digits follow 0x; expected"},
      Row{"0200000000020200000000010", "the last octet has one digit"},
      Row{"020000000002", "the frame has 6 octets; expected at least 14"},
      Row{std::string(2 * kFlowOctetsMax + 2, '0'), "the frame is longer than 2048 octets"},
      Row{"udp", "udp has no address to go from; expected udp 10.0.0.1:1000"},
      Row{"icmp 10.0.0.1", "icmp has no address to go to; expected icmp 10.0.0.1 10.0.0.2"},
      Row{"udp 10.0.0.1 10.0.0.2:1", "'10.0.0.1' is not an address and a port; expected 10.0.0.1:1000, or"},
      Row{"udp 10.0.0.1:65536 10.0.0.2:1", "'10.0.0.1:65536' is not an address and a port"},
      Row{"udp 10.0.0.1: 10.0.0.2:1", "'10.0.0.1:' is not an address and a port"},
      Row{"tcp 2001:db8::1:80 [::1]:1", "'2001:db8::1:80' is not an address and a port"},
      Row{"tcp [10.0.0.1]:80 10.0.0.2:1", "'[10.0.0.1]:80' is not an address and a port"},
      Row{"icmp 10.0.0.1:5 10.0.0.2", "'10.0.0.1:5' is not an address; expected one like 10.0.0.1"},
      Row{"icmp 10.0.0.1 ::1", "one address is IPv4 and one is IPv6; expected two of one kind"},
      Row{"icmp 10.0.0.1 10.0.0.2 vlan", "vlan is ''; expected a number from 1 to 4094"},
      Row{"icmp 10.0.0.1 10.0.0.2 vlan 4095", "vlan is '4095'; expected a number from 1 to 4094"},
      Row{"icmp 10.0.0.1 10.0.0.2 vlan 1 vlan 2", "vlan is said twice; keep one"},
      Row{"icmp 10.0.0.1 10.0.0.2 to 02:00:00:00:00:01 to 02:00:00:00:00:01", "to is said twice; keep one"},
      Row{"icmp 10.0.0.1 10.0.0.2 from me", "from is 'me'; expected a MAC address like"},
      Row{"icmp 10.0.0.1 10.0.0.2 port 5", "'port' is not known here; expected vlan N, from MAC or to MAC"});
  CAPTURE(row.text);
  const auto octets = parse_flow(row.text);
  REQUIRE_FALSE(octets.has_value());
  CHECK(octets.error().code == Errc::invalid_argument);
  CAPTURE(octets.error().detail);
  CHECK(octets.error().detail.starts_with(row.detail));
}

}  // namespace
}  // namespace lagoon::wire::flow_text_test
