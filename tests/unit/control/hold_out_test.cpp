// One member with hostile LACPDUs, and what the others see of it: nothing, under every policy.
#include <cstring>
#include <string>
#include <vector>

#include "control/lag/lag.hpp"
#include "control/links/hold_out.hpp"
#include "control/status/reasons.hpp"
#include "pair.hpp"
#include "solo.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"
#include "wire/slow_frame.hpp"

namespace hold_out_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

namespace {

constexpr MemberSet kOthers = 0b110;
constexpr std::uint8_t kCarrying = 0b0011'1111;  // active, short timeout, aggregates, in sync, both ways

wire::ControlFrame frame_of(const wire::Lacpdu& pdu) {
  return wire::ControlFrame{wire::emit_slow_frame(MacAddress{{2, 0, 0, 0, 0, 0x66}}, pdu)};
}

// A LAG of three members whose first, and best by Port ID, is the hostile one.
class Attacked {
 public:
  explicit Attacked(lacp::SelectPolicy policy, LacpExtras extras = {})
      : pair_{3, [](LagSettings& s) {
                for (std::size_t m = 0; m < 3; ++m)
                  s.members[m].lacp.port_priority = static_cast<std::uint16_t>(100 + m);
              }} {
    LagOptions options = near().options();
    options.lacp.select = policy;
    options.lacp_extras = extras;
    REQUIRE(near().change(options, pair_.now));
    pair_.all_links(true);
    pair_.advance(10s);
    REQUIRE(near().distributing() == 0b111);
  }
  [[nodiscard]] Lag& near() { return *pair_.ends[0]; }
  [[nodiscard]] MemberStatus status() { return near().status(pair_.now).members[0]; }
  [[nodiscard]] lacp::PortView port(std::size_t m) { return near().status(pair_.now).members[m].lacp; }
  void hear(const wire::Lacpdu& pdu) {
    near().frame_received(at(0), frame_of(pdu).octets(), pair_.now);
    pair_.exchange();
    look();
  }
  void advance(Duration by) {
    for (Duration passed{}; passed < by; passed += 10ms) {
      pair_.advance(10ms);
      look();
    }
  }
  /// The first look at which one of the others did not carry; 0: none.
  std::int64_t lost_at = 0;
  Pair pair_;

 private:
  void look() {
    if (lost_at == 0 && (near().distributing() & kOthers) != kOthers)
      lost_at = pair_.now.time_since_epoch() / 1ms;
  }
};

wire::Lacpdu forged(std::uint32_t number) {
  wire::Lacpdu pdu;
  pdu.actor = {.system_priority = 1,
               .system = {{2, 0, 0x66, 0, 0, 0}},
               .key = 7,
               .port_priority = 1,
               .port_number = 1,
               .state = kCarrying};
  pdu.actor.system.octets[4] = static_cast<std::uint8_t>(number >> 8);
  pdu.actor.system.octets[5] = static_cast<std::uint8_t>(number);
  return pdu;
}

constexpr std::array kPolicies{lacp::SelectPolicy::stable, lacp::SelectPolicy::bandwidth,
                               lacp::SelectPolicy::count, lacp::SelectPolicy::port_priority};

}  // namespace

// Under port-priority the group of the best port got the LAG with its first forged LACPDU.
TEST_CASE("Forged LACPDUs on the best port move no other member", "[control][hold-out]") {
  for (const lacp::SelectPolicy policy : kPolicies)
    for (const bool names_us : {false, true}) {
      CAPTURE(name_of(policy), names_us);
      Attacked lag{policy};
      const wire::LacpInfo ours = lag.port(0).actor;
      for (std::uint32_t i = 0; i < 600; ++i) {
        wire::Lacpdu pdu = forged(i);
        if (names_us) pdu.partner = ours;
        lag.hear(pdu);
        lag.advance(100ms);
      }
      CHECK(lag.lost_at == 0);
      CHECK(lag.status().hold_out.held_for.has_value());
      CHECK(lag.status().hold_out.times >= 4);
      CHECK(lag.status().lacp.reason == lacp::UnselectedReason::held_out);
      // It comes back by itself, within the longest hold.
      lag.advance(70s);
      CHECK(lag.near().distributing() == 0b111);
      CHECK(lag.lost_at == 0);
    }
}

TEST_CASE("Another System that does not hear us gets the LAG from nobody", "[control][hold-out]") {
  for (const lacp::SelectPolicy policy : kPolicies) {
    CAPTURE(name_of(policy));
    Attacked lag{policy};
    lag.pair_.link(0, false);
    lag.pair_.ends[1]->leave_member(at(0), lag.pair_.now);  // the other end of the cable is elsewhere now
    lag.near().link_changed(at(0), {.up = true, .speed = mbps(100'000)}, lag.pair_.now);
    for (std::uint32_t i = 0; i < 60; ++i) {
      lag.hear(forged(1));
      lag.advance(1s);
    }
    CHECK(lag.lost_at == 0);
    CHECK_FALSE(lag.status().hold_out.held_for.has_value());
  }
}

TEST_CASE("The Partner's own LACPDU, played back on one member, disturbs no other", "[control][hold-out]") {
  for (const lacp::SelectPolicy policy : kPolicies)
    for (const std::size_t of_member : {0U, 1U}) {
      CAPTURE(name_of(policy), of_member);
      Attacked lag{policy};
      wire::Lacpdu recorded{.actor = lag.port(of_member).partner, .partner = lag.port(of_member).actor};
      for (std::uint32_t i = 0; i < 600; ++i) {
        lag.hear(recorded);
        lag.advance(100ms);
      }
      CHECK(lag.lost_at == 0);
    }
}

TEST_CASE("A flood holds the member out at once, for a time that doubles and is bounded",
          "[control][hold-out]") {
  Attacked lag{lacp::SelectPolicy::port_priority, {.hold_out = 8s}};
  std::vector<std::int64_t> holds;
  std::uint64_t before = 0;
  for (unsigned second = 0; second < 40; ++second) {
    lag.near().lacpdus_dropped(at(0), 150'000, lag.pair_.now);
    CHECK(lag.status().hold_out.flooded);
    REQUIRE(lag.status().hold_out.held_for.has_value());
    if (lag.status().hold_out.times != before) holds.push_back(*lag.status().hold_out.held_for / 1s);
    before = lag.status().hold_out.times;
    lag.advance(1s);
  }
  CHECK(holds == std::vector<std::int64_t>{2, 4, 8, 8, 8, 8, 8});
  CHECK(lag.status().hold_out.lacpdus_dropped == 40 * 150'000);
  CHECK(lag.lost_at == 0);
  lag.near().lacpdus_dropped(at(0), 0, lag.pair_.now);
  CHECK_FALSE(lag.status().hold_out.flooded);
  // (the hold lasts, and so does its reason)
  const LagStatus status = lag.near().status(lag.pair_.now);
  CHECK(why_out(status, status.members[0]) == "held out for 6 s: LACPDUs flood it");
  lag.advance(12s);
  CHECK(lag.near().distributing() == 0b111);
  const Journal& journal = lag.near().journal();
  std::vector<std::string> told;
  for (std::size_t i = 0; i < journal.size(); ++i)
    if (journal[i].kind == "flood") told.push_back(std::string{journal[i].to} + ": " + journal[i].evidence);
  CHECK(told == std::vector<std::string>{
                    "flooded: 150000 LACPDUs in a second above the 10 that may pass were dropped",
                    "over: 6000000 LACPDUs were dropped in all"});
}

TEST_CASE("With hold-out off, and in modes without LACP, a flood is told of and nobody is held out",
          "[control][hold-out]") {
  Attacked lag{lacp::SelectPolicy::stable, {.hold_out = 0s}};
  lag.near().lacpdus_dropped(at(0), 500, lag.pair_.now);
  for (std::uint32_t i = 0; i < 100; ++i) lag.hear(forged(i));
  CHECK(lag.status().hold_out.flooded);
  CHECK(lag.status().hold_out.times == 0);

  Solo solo{Mode::balance_xor, 2};
  solo.all_links(true);
  solo.lag->lacpdus_dropped(at(0), 500, solo.now);
  solo.advance(1s);
  CHECK(solo.lag->distributing() == 0b11);
  CHECK(solo.lag->status(solo.now).members[0].hold_out.flooded);
  CHECK(solo.lag->status(solo.now).members[0].hold_out.times == 0);
}

TEST_CASE("A Partner that is merely hasty is told of, and keeps its link", "[control][hold-out]") {
  Attacked lag{lacp::SelectPolicy::stable};
  for (unsigned second = 0; second < 30; ++second) {
    lag.near().lacpdus_dropped(at(0), 89, lag.pair_.now);
    lag.advance(1s);
    CHECK(lag.near().distributing() == 0b111);
  }
  CHECK(lag.status().hold_out.flooded);
  CHECK(lag.status().hold_out.times == 0);
  lag.near().lacpdus_dropped(at(0), 90, lag.pair_.now);
  CHECK(lag.status().hold_out.times == 1);
}

// A Partner that is restarted, or takes itself out a few times, has a reason.
TEST_CASE("A Partner that changes now and then is not held out", "[control][hold-out]") {
  Attacked lag{lacp::SelectPolicy::bandwidth};
  for (unsigned i = 0; i < 20; ++i) {
    REQUIRE(lag.pair_.ends[1]->administrate(at(0), Administration::disabled, lag.pair_.now));
    lag.advance(2s);
    REQUIRE(lag.pair_.ends[1]->administrate(at(0), Administration::enabled, lag.pair_.now));
    lag.advance(4s);
  }
  CHECK(lag.status().hold_out.times == 0);
  CHECK(lag.status().lacp.counters.partner_reversals >= 20);
  CHECK(lag.near().distributing() == 0b111);
}

TEST_CASE("A member in the place of one that was held out and removed starts afresh", "[control][hold-out]") {
  HoldOut hold_out{LacpExtras{}, true};
  const Instant now{1s};
  REQUIRE(hold_out.dropped(at(0), 90, now));
  REQUIRE(hold_out.held() == 0b1);
  hold_out.forget(at(0));
  hold_out.expire(now + 100ms);
  CHECK(hold_out.held() == 0);
  CHECK(hold_out.flooded() == 0);
  CHECK(hold_out.deadline() == std::nullopt);
}

}  // namespace hold_out_test
