#include "wire/capture/describe.hpp"

#include "support/catch.hpp"

namespace describe_test {

using namespace lagoon;
using namespace lagoon::wire;

TEST_CASE("Each bit of the state octet has its letter", "[wire][describe]") {
  CHECK(describe_state(0x00) == "--------");
  CHECK(describe_state(0xff) == "ATGSCDFE");
  CHECK(describe_state(0x01) == "A-------");
  CHECK(describe_state(0x3d) == "A-GSCD--");
  CHECK(describe_state(0x80) == "-------E");
}

TEST_CASE("A LACPDU is described in one line", "[wire][describe]") {
  const SlowPdu pdu = Lacpdu{.version = 1,
                             .actor = {0x8000, {{2, 0x4c, 0x41, 0, 0, 1}}, 401, 0xff, 1, 0x3d},
                             .partner = {1, {{2, 0x4c, 0x41, 0, 0, 2}}, 12945, 0x8000, 3, 0x47},
                             .collector_max_delay = 5};
  CHECK(describe(pdu) ==
        "LACPv1 actor 8000,02:4c:41:00:00:01 key 401 port 00ff,1 A-GSCD-- "
        "partner 0001,02:4c:41:00:00:02 key 12945 port 8000,3 ATG---F- max-delay 5");
}

TEST_CASE("A Marker and its Response are described in one line", "[wire][describe]") {
  MarkerPdu pdu{.requester_port = 3, .requester_system = {{2, 0, 0, 0, 0, 9}}, .transaction = 4000000000};
  CHECK(describe(SlowPdu{pdu}) == "Marker v1 requester 02:00:00:00:00:09 port 3 transaction 4000000000");
  pdu.kind = MarkerKind::response;
  CHECK(describe(SlowPdu{pdu}) ==
        "Marker Response v1 requester 02:00:00:00:00:09 port 3 transaction 4000000000");
}

}  // namespace describe_test
