// What a LAG's tables had no room for is in its status.
#include <algorithm>

#include "solo.hpp"
#include "support/catch.hpp"

namespace losses_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

namespace {

wire::ControlFrame reply_to(const MacAddress& lag, std::size_t client) {
  return wire::emit_arp({.destination = {{2, 0, 0, 0, 9, 9}},
                         .source = lag,
                         .operation = wire::ArpOperation::reply,
                         .sender_mac = lag,
                         .sender_ip = Ipv4Address{{10, 0, 0, 1}},
                         .target_mac = {{2, 0, 0, 0, 9, 9}},
                         .target_ip = Ipv4Address{{10, 1, static_cast<std::uint8_t>(client >> 8),
                                                   static_cast<std::uint8_t>(client)}}});
}

}  // namespace

TEST_CASE("Clients of balance-alb that find no room are counted", "[status]") {
  Solo solo{Mode::balance_alb, 2};
  solo.all_links(true);
  const MacAddress lag = solo.lag->status(solo.now).address;
  for (std::size_t i = 0; i < balance::ReceiveBalancer::kClientsMax + 3; ++i) {
    solo.lag->frame_to_send(reply_to(lag, i), solo.now);
    solo.advance(1ms);
  }
  const LagStatus status = solo.lag->status(solo.now);
  CHECK(status.clients.size() == balance::ReceiveBalancer::kClientsMax);
  CHECK(status.refused.clients == 3);
}

TEST_CASE("ARP that can't be sent for want of members is a drop by name", "[status]") {
  Solo solo{Mode::balance_alb, 2};
  const MacAddress lag = solo.lag->status(solo.now).address;
  solo.lag->frame_to_send(reply_to(lag, 1), solo.now);
  const LagStatus status = solo.lag->status(solo.now);
  const auto found = std::ranges::find(status.drops, "alb_not_sent", &NamedCount::name);
  REQUIRE(found != status.drops.end());
  CHECK(found->count == 1);
}

}  // namespace losses_test
