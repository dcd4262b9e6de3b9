#include "base/ip_address.hpp"

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/prng.hpp"

namespace ip_address_test {

using namespace lagoon;

TEST_CASE("An IPv4 address prints as it parses", "[base][ip]") {
  for (const char* const text : {"0.0.0.0", "10.0.0.1", "255.255.255.255", "192.0.2.100"}) {
    CAPTURE(text);
    const auto address = parse_ipv4_address(text);
    REQUIRE(address.has_value());
    CHECK(to_string(*address) == text);
  }
  CHECK(parse_ipv4_address("1.2.3.4") == Ipv4Address{{1, 2, 3, 4}});
}

TEST_CASE("What is no IPv4 address does not parse", "[base][ip]") {
  for (const char* const text :
       {"",          ".",         "...",       "1.2.3",      "1.2.3.",     ".1.2.3",   "1.2.3.4.",
        "1.2.3.4.5", "1.2.3.256", "01.2.3.4",  "1.2.3.00",   "1.2.3.-4",   "1.2.3.+4", "1.2.3. 4",
        " 1.2.3.4",  "1.2.3.4 ",  "0x1.2.3.4", "1.2.3.4/24", "1.2.3.1000", "a.b.c.d"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ipv4_address(text).has_value());
  }
}

TEST_CASE("An IPv6 address prints as RFC 5952 says, in whichever form it was written", "[base][ip]") {
  struct Row {
    const char* text;
    const char* printed;
  };
  for (const Row& row :
       {Row{"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"2001:DB8::1", "2001:db8::1"},
        {"2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // 4.2.2: one group is not shortened
        {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},        // 4.2.3: the longest run
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},  // the first of equals
        {"0:0:1:0:0:0:0:0", "0:0:1::"},
        {"0:1:2:3:4:5:0:0", "0:1:2:3:4:5::"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {"::ffff:c000:0201", "::ffff:192.0.2.1"},
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        {"1:2:3:4:5:6:7.8.9.10", "1:2:3:4:5:6:708:90a"},
        {"::1.2.3.4", "::102:304"},
        {"fe80::4cff:fe41:1", "fe80::4cff:fe41:1"}}) {
    CAPTURE(row.text);
    const auto address = parse_ipv6_address(row.text);
    REQUIRE(address.has_value());
    CHECK(to_string(*address) == row.printed);
  }
}

TEST_CASE("What is no IPv6 address does not parse", "[base][ip]") {
  for (const char* const text : {"",
                                 ":",
                                 ":::",
                                 "1",
                                 "1:2:3:4:5:6:7",
                                 "1:2:3:4:5:6:7:8:9",
                                 "1:2:3:4:5:6:7:",
                                 ":1:2:3:4:5:6:7",
                                 "1::2::3",
                                 "1:2:3:4::5:6:7:8",
                                 "::1:2:3:4:5:6:7:8",
                                 "12345::",
                                 "g::",
                                 "::1%eth0",
                                 "::1/64",
                                 "[::1]",
                                 " ::1",
                                 "::1 ",
                                 "1:2:3:4:5:6:7:1.2.3.4",
                                 "1.2.3.4::",
                                 "::1.2.3.4:5",
                                 "::1.2.3",
                                 "::01.2.3.4",
                                 "::-1",
                                 "1:::2",
                                 "::0x1",
                                 "1:2:3:4:5:6:7:8::",
                                 ":::1",
                                 "1::2:"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ipv6_address(text).has_value());
  }
}

TEST_CASE("Any IPv6 address parses to itself from what it prints", "[base][ip]") {
  const std::uint64_t seed = test::seed_from_environment().value_or(5952);
  CAPTURE(seed);
  test::Prng prng{seed};
  for (int i = 0; i < 5000; ++i) {
    Ipv6Address address;
    for (std::uint8_t& octet : address.octets) octet = prng.chance(0.6) ? std::uint8_t{0} : prng.u8();
    const std::string text = to_string(address);
    CAPTURE(text);
    REQUIRE(parse_ipv6_address(text) == address);
    REQUIRE(parse_ip_address(text) == IpAddress{address});
  }
}

TEST_CASE("A host address is an address, and a VLAN behind an at sign", "[base][ip]") {
  for (const char* const text : {"10.0.0.1", "10.0.0.1@5", "2001:db8::1@4094", "fe80::1", "::@1"}) {
    CAPTURE(text);
    const auto host = parse_host_address(text);
    REQUIRE(host.has_value());
    CHECK(to_string(*host) == text);
  }
  CHECK(parse_host_address("10.0.0.1@5")->vlan == 5);
  CHECK_FALSE(parse_host_address("10.0.0.1")->vlan.has_value());
  for (const char* const text :
       {"", "@", "@5", "10.0.0.1@", "10.0.0.1@0", "10.0.0.1@4095", "10.0.0.1@05", "10.0.0.1@+5",
        "10.0.0.1@5@6", "10.0.0.1@ 5", "10.0.0.1@-1", "10.0.0.1@70000"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_host_address(text).has_value());
  }
}

TEST_CASE("The link-local address of a MAC address has ff:fe in the middle and the bit turned",
          "[base][ip]") {
  CHECK(to_string(link_local_address({{0x02, 0x4c, 0x41, 0x00, 0x00, 0x01}})) == "fe80::4c:41ff:fe00:1");
  CHECK(to_string(link_local_address({{0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde}})) == "fe80::3656:78ff:fe9a:bcde");
}

}  // namespace ip_address_test
