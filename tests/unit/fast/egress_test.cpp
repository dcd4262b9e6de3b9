// What the queues do to single frames: order, conservation, limits, refusal, marks, barriers.
#include "fast/egress/egress.hpp"

#include <map>
#include <set>

#include "egress_rig.hpp"
#include "support/prng.hpp"
#include "support/sanitized.hpp"

namespace lagoon::fast::egress_test {
namespace {

using test::EgressRig;
using test::kMember;
using test::TestPacket;

// critical (DSCP 46) before all; gold (10) and silver (20) three to one; the rest as silver.
qos::TrafficOptions four_classes() {
  return {.classes = {{.name = "silver", .limit = 60, .dscp = {20}},
                      {.name = "critical", .priority = 0, .limit = 50, .dscp = {46}},
                      {.name = "gold", .weight = 3, .limit = 70, .limit_octets = 40'000, .dscp = {10}},
                      {.name = "rest", .limit = 40}}};
}

TEST_CASE("Frames are conserved and conversations keep their order, whatever the port does", "[egress]") {
  EgressRig rig{four_classes()};
  test::Prng random{GENERATE(1U, 2U, 3U)};
  constexpr std::array<std::uint8_t, 4> kDscp{46, 10, 20, 0};
  std::map<std::pair<std::uint8_t, std::uint32_t>, std::uint32_t> last;
  std::size_t gone = 0;
  const auto check = [&](const std::vector<TestPacket*>& sent) {
    for (const TestPacket* packet : sent) {
      const auto dscp = static_cast<std::uint8_t>(packet->octets[15]);
      const auto [at, is_new] = last.try_emplace({dscp, packet->conversation}, packet->number);
      if (!is_new) REQUIRE(packet->number > std::exchange(at->second, packet->number));
    }
    gone += sent.size();
    rig.tx.clear();
  };
  constexpr int kRounds = lagoon::test::kSanitized ? 4'000 : 20'000;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<TestPacket*> burst;
    std::vector<std::uint32_t> hashes;
    for (std::size_t i = random.below(20); i > 0; --i) {
      // Few conversations of many, so that sets of queues fill and empty (all in two sets).
      const auto conversation = static_cast<std::uint32_t>(random.below(30));
      burst.push_back(rig.make(kDscp[random.below(4)], conversation, 60 + random.below(1400)));
      hashes.push_back((conversation % 2) << 31 | conversation);
    }
    rig.egress.enqueue(burst, hashes, rig.now, rig.sink);
    rig.tx.room[kMember.value()] = random.below(12);
    rig.egress.serve(kMember, rig.tx, rig.now, random.below(20));
    check(rig.tx.sent[kMember.value()]);
    if (random.below(50) == 0) {
      std::array<TestPacket*, 10> out;
      const std::size_t count = rig.egress.take(out);
      check({out.begin(), out.begin() + static_cast<std::ptrdiff_t>(count)});
    }
    if (random.below(500) == 0) check(rig.serve(1000));
  }
  rig.check_conserved();
  check(rig.serve(1000));
  CHECK(rig.egress.empty());
  CHECK(rig.egress.size() == 0);
  CHECK(rig.packets.size() == gone + rig.sink.freed.size());
  CHECK(std::set(rig.sink.freed.begin(), rig.sink.freed.end()).size() == rig.sink.freed.size());
  for (std::size_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    CHECK(rig.of(i).spilled.read() > 0);
    CHECK((rig.of(i).of(EgressDrop::queue_full).read() > 0) ==
          (i > 0));  // (the first class is served before all)
    CHECK(rig.of(i).depth_bytes.read() == 0);
  }
}

TEST_CASE("A conversation that shared a queue does not overtake itself when one of its own is free",
          "[egress]") {
  EgressRig rig{{.classes = {{.name = "all"}}}};
  const auto enqueue = [&](std::uint32_t hash) {
    const std::array<TestPacket*, 1> burst{rig.make(0, hash)};
    rig.egress.enqueue(burst, std::array{hash}, rig.now, rig.sink);
  };
  for (std::uint32_t conversation = 0; conversation < 8; ++conversation) enqueue(conversation);
  for (int i = 0; i < 100; ++i) enqueue(8);  // the ninth of its set
  CHECK(rig.of(0).spilled.read() == 100);
  std::vector<TestPacket*> sent = rig.serve(20);  // the first eight are through, and their queues free
  for (int i = 0; i < 30; ++i) enqueue(8);
  CHECK(rig.of(0).spilled.read() == 130);
  for (TestPacket* packet : rig.serve(1000)) sent.push_back(packet);
  std::uint32_t last = 0;
  for (const TestPacket* packet : sent) {
    if (packet->conversation != 8) continue;
    CHECK(packet->number > last);
    last = packet->number;
  }
  enqueue(8);
  CHECK(rig.of(0).spilled.read() == 130);  // nobody shares any more
  CHECK(rig.serve(1).size() == 1);
}

TEST_CASE("What a port refuses is sent first, before what came after it", "[egress]") {
  EgressRig rig{four_classes()};
  for (std::uint32_t i = 0; i < 10; ++i) rig.enqueue(20, 1);
  rig.tx.room[kMember.value()] = 4;
  CHECK(rig.egress.serve(kMember, rig.tx, rig.now) == 4);
  rig.tx.room[kMember.value()] = 0;
  CHECK(rig.egress.serve(kMember, rig.tx, rig.now) == 0);
  CHECK(rig.egress.size() == 6);
  CHECK(rig.of(1).out_packets.read() == 4);
  rig.enqueue(46, 2);  // more urgent, but the six are on their way
  rig.tx.room[kMember.value()] = 100;
  CHECK(rig.egress.serve(kMember, rig.tx, rig.now) == 7);
  const auto& sent = rig.tx.sent[kMember.value()];
  REQUIRE(sent.size() == 11);
  for (std::uint32_t i = 0; i < 11; ++i) CHECK(sent[i]->number == i);
}

TEST_CASE("A full class loses from its longest conversation, the oldest frame, and no other class does",
          "[egress]") {
  EgressRig rig{four_classes()};
  for (std::uint32_t i = 0; i < 30; ++i) rig.enqueue(46, i);        // critical: one each
  for (std::uint32_t i = 0; i < 20; ++i) rig.enqueue(20, 100 + i);  // silver: one each
  const std::uint32_t greedy = rig.next_number;
  for (std::uint32_t i = 0; i < 100; ++i) rig.enqueue(20, 7);  // and a greedy one: 40 find room
  CHECK(rig.of(2).depth_packets.read() == 0);
  REQUIRE(rig.sink.freed.size() == 60);
  for (std::uint32_t i = 0; i < 60; ++i) CHECK(rig.sink.freed[i]->number == greedy + i);
  const std::size_t silver = rig.policy.of_dscp(20);
  CHECK(rig.of(silver).of(EgressDrop::queue_full).read() == 60);
  CHECK(rig.of(silver).depth_packets.read() == 60);
  CHECK(rig.of(silver).highest_packets.read() == 60);
  CHECK(rig.of(0).of(EgressDrop::queue_full).read() == 0);
  CHECK(rig.of(0).depth_packets.read() == 30);
  rig.check_conserved();
}

TEST_CASE("A class is limited in octets as well", "[egress]") {
  EgressRig rig{four_classes()};
  for (std::uint32_t i = 0; i < 50; ++i) rig.enqueue(10, i, 1000);
  const std::size_t gold = rig.policy.of_dscp(10);
  CHECK(rig.of(gold).depth_packets.read() == 40);
  CHECK(rig.of(gold).depth_bytes.read() == 40'000);
  CHECK(rig.of(gold).highest_bytes.read() == 40'000);
  EgressRig tiny{{.classes = {{.name = "all", .limit_octets = 100}}}};
  tiny.enqueue(0, 1, 101);  // fits never
  CHECK(tiny.egress.empty());
  CHECK(tiny.of(0).of(EgressDrop::queue_full).read() == 1);
}

TEST_CASE("A rate limit passes, marks or drops by colour", "[egress]") {
  const qos::ColourAction mark{qos::ColourAction::Kind::mark, 12};
  const qos::ColourAction drop{qos::ColourAction::Kind::drop, 0};
  EgressRig rig{
      {.classes = {
           {.name = "limited",
            .rate = qos::RateLimit{.cir = mbps(8), .cbs = 600, .ebs = 300, .action = {{{}, mark, drop}}},
            .dscp = {10}},
           {.name = "rest"}}}};
  rig.now = Instant{};
  std::vector<TestPacket*> made;
  for (int i = 0; i < 20; ++i) made.push_back(rig.make(10, 1));
  made[10]->references = 2;  // another member has it, too
  for (TestPacket* packet : made) rig.enqueue(packet);
  const ClassCounters& limited = rig.of(0);
  CHECK(limited.colour[0].read() == 10);
  CHECK(limited.colour[1].read() == 5);
  CHECK(limited.colour[2].read() == 5);
  CHECK(limited.marked.read() == 4);
  CHECK(limited.mark_missed.read() == 1);
  CHECK(limited.of(EgressDrop::rate_exceeded).read() == 5);
  CHECK(rig.sink.freed == std::vector<TestPacket*>(made.begin() + 15, made.end()));
  for (std::size_t i = 0; i < 15; ++i)
    CHECK(made[i]->octets[15] == static_cast<std::byte>((i > 10 ? 12 : 10) << 2));
  rig.now += 60us;
  rig.enqueue(10, 1);
  CHECK(limited.colour[0].read() == 11);
  rig.check_conserved();
}

TEST_CASE("A barrier is passed when what waited has left, and not before", "[egress][barrier]") {
  EgressRig rig{four_classes()};
  CHECK(rig.egress.has_passed(rig.egress.barrier()));  // nothing waits
  for (std::uint32_t i = 0; i < 10; ++i) rig.enqueue(20, i);
  const BarrierTicket first = rig.egress.barrier();
  for (std::uint32_t i = 0; i < 10; ++i) rig.enqueue(46, i);  // these overtake
  const BarrierTicket second = rig.egress.barrier();
  CHECK(rig.serve(10).size() == 10);
  CHECK_FALSE(rig.egress.has_passed(first));
  CHECK_FALSE(rig.egress.has_passed(second));
  CHECK(rig.serve(9).size() == 9);
  rig.enqueue(46, 1);
  CHECK_FALSE(rig.egress.has_passed(first));
  CHECK(rig.serve(1)[0]->number < 10);  // (taken out already, and refused)
  CHECK(rig.egress.has_passed(first));
  CHECK(rig.egress.has_passed(second));
  CHECK(rig.egress.size() == 1);
}

TEST_CASE("Frames that are dropped or handed back let a barrier pass", "[egress][barrier]") {
  EgressRig rig{four_classes()};
  rig.enqueue(20, 1);
  const BarrierTicket dropped = rig.egress.barrier();
  for (int i = 0; i < 60; ++i) rig.enqueue(20, 1);
  CHECK(rig.egress.has_passed(dropped));
  const BarrierTicket taken = rig.egress.barrier();
  std::array<TestPacket*, 64> out;
  CHECK(rig.egress.take(out) == 60);
  CHECK(rig.egress.has_passed(taken));
}

TEST_CASE("More barriers than it can tell apart wait longer, and pass", "[egress][barrier]") {
  EgressRig rig{four_classes()};
  std::vector<BarrierTicket> tickets;
  for (std::uint32_t i = 0; i < 40; ++i) {
    rig.enqueue(20, 1);
    tickets.push_back(rig.egress.barrier());
  }
  for (std::size_t i = 0; i < 40; ++i) {
    CHECK_FALSE(rig.egress.has_passed(tickets[i]));
    REQUIRE(rig.serve(1).size() == 1);
    if (i < 14) CHECK(rig.egress.has_passed(tickets[i]));
  }
  for (const BarrierTicket& ticket : tickets) CHECK(rig.egress.has_passed(ticket));
}

// Ends in the middle: another takes the queues over while the port has the burst.
struct Ending {
  EgressRig& rig;
  std::size_t missing = 0;
  std::size_t send(MemberIndex, std::span<TestPacket*>) noexcept {
    missing = rig.egress.abandon(rig.sink);
    return 0;
  }
};

TEST_CASE("Of a worker that ended, what surely waits is freed, and all is counted", "[egress][killed]") {
  EgressRig rig{four_classes()};
  for (std::uint32_t i = 0; i < 100; ++i) rig.enqueue(i % 2 == 0 ? 46 : 20, i);
  SECTION("between bursts: all, also what a port has refused") {
    rig.tx.room[kMember.value()] = 3;
    rig.egress.serve(kMember, rig.tx, rig.now);
    rig.tx.sent[kMember.value()].clear();
    CHECK(rig.egress.abandon(rig.sink) == 97);
    CHECK(rig.sink.freed.size() == 97);
  }
  SECTION("while it sent: not what the port may have") {
    Ending tx{rig};
    CHECK(rig.egress.serve(kMember, tx, rig.now) == 0);
    CHECK(tx.missing == 100);
    CHECK(rig.sink.freed.size() == 100 - kBurstMax);
  }
  CHECK(rig.egress.empty());
  CHECK(rig.of(0).of(EgressDrop::user_died).read() + rig.of(1).of(EgressDrop::user_died).read() +
            rig.of(2).of(EgressDrop::user_died).read() + rig.of(3).of(EgressDrop::user_died).read() >=
        97);
  rig.check_conserved();
  for (std::uint32_t i = 0; i < 50; ++i) rig.enqueue(46, 1);
  const auto out = rig.serve(100);
  CHECK(out.size() == 50);
  for (std::size_t i = 1; i < out.size(); ++i) CHECK(out[i]->number == out[i - 1]->number + 1);
  rig.check_conserved();
}

TEST_CASE("What waits for a lost member is counted by name", "[egress]") {
  EgressRig rig{four_classes()};
  for (std::uint32_t i = 0; i < 100; ++i) rig.enqueue(i % 2 == 0 ? 46 : 20, i);
  rig.tx.room[kMember.value()] = 3;
  rig.egress.serve(kMember, rig.tx, rig.now);
  rig.egress.discard(rig.sink);
  CHECK(rig.egress.empty());
  CHECK(rig.sink.freed.size() == 97);
  CHECK(rig.of(0).of(EgressDrop::member_lost).read() == 47);
  rig.check_conserved();
}

}  // namespace
}  // namespace lagoon::fast::egress_test
