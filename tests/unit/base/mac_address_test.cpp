#include "base/mac_address.hpp"

#include "support/catch.hpp"

namespace mac_address_test {

using namespace lagoon;

TEST_CASE("A MAC address prints as it parses", "[base]") {
  const auto mac = parse_mac_address("02:4c:41:00:fe:0A");
  REQUIRE(mac.has_value());
  CHECK(to_string(*mac) == "02:4c:41:00:fe:0a");
  CHECK(parse_mac_address("02-4c-41-00-fe-0a") == mac);
}

TEST_CASE("What is no MAC address does not parse", "[base]") {
  for (const char* text : {"", "02:4c:41:00:fe", "02:4c:41:00:fe:0", "02:4c:41:00:fe:0g",
                           "02:4c:41:00:fe:0a:", "02:4c-41:00:fe:0a", "02 4c 41 00 fe 0a",
                           "0x:4c:41:00:fe:0a", "-2:4c:41:00:fe:0a"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_mac_address(text).has_value());
  }
}

TEST_CASE("MAC addresses order by the most significant octet first", "[base]") {
  CHECK(*parse_mac_address("00:ff:ff:ff:ff:ff") < *parse_mac_address("01:00:00:00:00:00"));
  CHECK(parse_mac_address("01:80:c2:00:00:02")->is_group());
  CHECK_FALSE(parse_mac_address("02:00:00:00:00:01")->is_group());
}

}  // namespace mac_address_test
