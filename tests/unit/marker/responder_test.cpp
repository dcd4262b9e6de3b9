#include "marker/responder.hpp"

#include <deque>

#include "support/catch.hpp"

namespace responder_test {

using namespace lagoon;
using marker::Responder;

namespace {
const wire::MarkerPdu kMarker{.kind = wire::MarkerKind::information,
                              .requester_port = 17,
                              .requester_system = MacAddress{{0x02, 0, 0, 0, 0, 0x99}},
                              .transaction = 0xdeadbeef};
}

TEST_CASE("A Marker is answered with its own port, System and transaction", "[marker]") {
  Responder responder;
  const auto response = responder.receive(kMarker, Instant{1s});
  REQUIRE(response.has_value());
  wire::MarkerPdu expected = kMarker;
  expected.kind = wire::MarkerKind::response;
  CHECK((*response == expected));
  CHECK(responder.markers_received() == 1);
  CHECK(responder.responses_sent() == 1);
}

TEST_CASE("A Marker of a later version is answered in the version we speak", "[marker]") {
  Responder responder;
  wire::MarkerPdu later = kMarker;
  later.version = 7;
  CHECK(responder.receive(later, Instant{1s})->version == 1);
}

TEST_CASE("A Marker Response is counted and not answered", "[marker]") {
  Responder responder;
  wire::MarkerPdu response = kMarker;
  response.kind = wire::MarkerKind::response;
  CHECK_FALSE(responder.receive(response, Instant{1s}));
  CHECK(responder.responses_ignored() == 1);
  CHECK(responder.markers_received() == 0);
  CHECK(responder.responses_sent() == 0);
}

TEST_CASE("A flood of Markers is answered 10 times in any second, and what is not is counted", "[marker]") {
  Responder responder;
  std::deque<Instant> window;
  for (int i = 0; i < 5'000; ++i) {
    const Instant now = Instant{1s} + i * 1ms;
    if (!responder.receive(kMarker, now)) continue;
    window.push_back(now);
    while (now - window.front() > 1s) window.pop_front();
    CHECK(window.size() <= 10);
  }
  CHECK(responder.markers_received() == 5'000);
  CHECK(responder.responses_sent() == 50);
  CHECK(responder.dropped_by_limit() == 4'950);
}

TEST_CASE("10 Markers in a second are all answered", "[marker]") {
  Responder responder;
  for (int i = 0; i < 40; ++i) CHECK(responder.receive(kMarker, Instant{1s} + i * 101ms));
  CHECK(responder.dropped_by_limit() == 0);
}

}  // namespace responder_test
