#include "control/lag/slow_frames.hpp"

#include "support/catch.hpp"
#include "wire/slow_frame.hpp"

namespace slow_frames_test {

using namespace lagoon;
using namespace lagoon::control;

namespace {

constexpr MemberIndex kFirst{0};
constexpr MacAddress kOwn{{2, 0, 0, 0, 1, 0}};
constexpr MacAddress kPartner{{2, 0, 0, 0, 2, 0}};

struct Received {
  Received() { roster.add(kFirst, {.name = "a", .address = kOwn}); }
  std::uint64_t dropped(std::string_view name) const {
    LagStatus status;
    frames.add_to(status, 0);
    for (const NamedCount& drop : status.drops)
      if (drop.name == name) return drop.count;
    FAIL("no such name: " << name);
    return 0;
  }
  Roster roster{};
  OrderedMoves moves{1};
  Outbox outbox{};
  SlowFrames frames{roster, moves, outbox};
  Instant now{1s};
};

}  // namespace

TEST_CASE("A LACPDU is handed on as it was sent", "[control][slow_frames]") {
  Received r;
  const wire::Lacpdu sent{.actor = {.system = kPartner, .key = 7}};
  const auto frame = wire::emit_slow_frame(kPartner, sent);
  REQUIRE(SlowFrames::is_one(frame));
  const auto pdu = r.frames.receive(kFirst, frame, r.now);
  REQUIRE(pdu);
  CHECK(pdu->actor == sent.actor);
  CHECK(r.dropped("lacpdu_unwanted") == 0);
  r.frames.lacpdu_unwanted();
  CHECK(r.dropped("lacpdu_unwanted") == 1);
}

TEST_CASE("A Marker is answered from the member's own address", "[control][slow_frames]") {
  Received r;
  const wire::MarkerPdu marker{.requester_port = 3, .requester_system = kPartner, .transaction = 9};
  CHECK_FALSE(r.frames.receive(kFirst, wire::emit_slow_frame(kPartner, marker), r.now));
  const auto out = r.outbox.pop();
  REQUIRE(out);
  CHECK(out->member == kFirst);
  wire::MarkerPdu response = marker;
  response.kind = wire::MarkerKind::response;
  const auto expected = wire::emit_slow_frame(kOwn, response);
  CHECK(std::ranges::equal(out->frame.octets(), expected));
  // A response that nobody asked for is counted, and not answered.
  CHECK_FALSE(r.frames.receive(kFirst, wire::emit_slow_frame(kPartner, response), r.now));
  CHECK_FALSE(r.outbox.pop());
  CHECK(r.dropped("marker_response_unasked") == 1);
  MemberStatus status;
  r.frames.add_to(status, kFirst);
  CHECK(status.markers.received == 1);
  CHECK(status.markers.answered == 1);
}

TEST_CASE("What is neither is counted by name", "[control][slow_frames]") {
  Received r;
  const auto frame = wire::emit_slow_frame(kPartner, wire::Lacpdu{});
  CHECK_FALSE(r.frames.receive(kFirst, std::span{frame}.first(40), r.now));
  CHECK(r.dropped("slow_too_short") == 1);
  CHECK_FALSE(SlowFrames::is_one(std::span{frame}.first(13)));
}

TEST_CASE("Frames that find no room are counted", "[control][slow_frames]") {
  Received r;
  for (std::size_t i = 0; i <= Outbox::kFramesMax; ++i) r.outbox.push(kFirst, {});
  CHECK(r.dropped("control_queue_full") == 1);
}

}  // namespace slow_frames_test
