// Who gets how much: priorities, weights, conversations, and the shaper that makes them count.
#include <cmath>
#include <map>

#include "egress_rig.hpp"
#include "support/prng.hpp"

namespace lagoon::fast::egress_shares_test {
namespace {

using test::EgressRig;
using test::kMember;
using test::TestPacket;

TEST_CASE("A class of higher priority goes first, always", "[egress][shares]") {
  EgressRig rig{{.classes = {{.name = "c", .priority = 2, .dscp = {30}},
                             {.name = "a", .priority = 0, .dscp = {10}},
                             {.name = "b", .priority = 1, .dscp = {20}},
                             {.name = "rest"}}}};
  for (std::uint32_t i = 0; i < 400; ++i) rig.enqueue(static_cast<std::uint8_t>(i % 4 * 10), i);
  std::uint8_t last = 10;
  for (const TestPacket* packet : rig.serve(300)) {
    const auto dscp = static_cast<std::uint8_t>(packet->octets[15]) >> 2;
    CHECK(dscp >= last);
    last = static_cast<std::uint8_t>(dscp);
  }
  CHECK(last == 30);
}

TEST_CASE("Classes of one priority share octets by weight, whatever their frames' sizes",
          "[egress][shares]") {
  struct Row {
    std::array<std::uint8_t, 3> weight;
    std::array<std::size_t, 3> size;
  };
  const Row row = GENERATE(Row{{1, 1, 1}, {64, 1514, 500}}, Row{{3, 2, 1}, {1514, 64, 700}},
                           Row{{100, 50, 25}, {200, 200, 1514}}, Row{{7, 1, 2}, {9000, 300, 60}});
  CAPTURE(row.weight[0], row.size[0]);
  EgressRig rig{{.classes = {{.name = "a", .weight = row.weight[0], .limit = 5000, .dscp = {0}},
                             {.name = "b", .weight = row.weight[1], .limit = 5000, .dscp = {10}},
                             {.name = "c", .weight = row.weight[2], .limit = 5000, .dscp = {20}}}}};
  std::array<double, 3> octets{};
  for (int round = 0; round < 6000; ++round) {
    for (std::uint32_t i = 0; i < 3; ++i)
      while (rig.of(i).depth_packets.read() < 400)
        rig.enqueue(static_cast<std::uint8_t>(i * 10), static_cast<std::uint32_t>(round) % 5, row.size[i]);
    for (const TestPacket* packet : rig.serve(20))
      octets[static_cast<std::size_t>(packet->octets[15]) / 40] += static_cast<double>(packet->octets.size());
  }
  const double all = octets[0] + octets[1] + octets[2];
  const double weights = row.weight[0] + row.weight[1] + row.weight[2];
  for (std::size_t i = 0; i < 3; ++i) {
    const double share = octets[i] / all * weights / row.weight[i];
    CAPTURE(i, share);
    CHECK(std::abs(share - 1) < 0.02);
  }
}

TEST_CASE("A class that was idle has saved up nothing", "[egress][shares]") {
  EgressRig rig{{.classes = {{.name = "a", .dscp = {10}}, {.name = "b"}}}};
  for (std::uint32_t i = 0; i < 500; ++i) rig.enqueue(0, i, 1514);
  rig.serve(400);
  for (std::uint32_t i = 0; i < 200; ++i) rig.enqueue(10, i, 1514);
  std::size_t a = 0;
  for (const TestPacket* packet : rig.serve(100)) a += packet->octets[15] != std::byte{0} ? 1 : 0;
  CHECK(a >= 16);  // (up to 64 frames were taken out before)
  CHECK(a <= 52);
}

// Two greedy conversations and 100 small ones, together twice what the port takes; the small ones want less
// than an even share, and, in the other row, more.
TEST_CASE("Small conversations get what they want, or an even share, beside greedy ones",
          "[egress][shares]") {
  const double wanted = GENERATE(0.6, 1.6);  // of an even share
  constexpr std::uint32_t kSmall = 100;
  constexpr std::uint32_t kAll = kSmall + 2;
  constexpr double kOctetsPerRound = 1514 * 8;
  EgressRig rig{{.classes = {{.name = "all", .limit = 2000}}}};
  test::Prng random{9};
  std::array<double, kAll> sent{};
  std::array<double, kAll> debt{};
  const double small = wanted * kOctetsPerRound / kAll;
  const double greedy = (2 * kOctetsPerRound - kSmall * small) / 2;
  double room = 0;
  constexpr int kRounds = 20'000;
  for (int round = 0; round < kRounds; ++round) {
    for (std::uint32_t i = 0; i < kAll; ++i) {
      debt[i] += i < 2 ? greedy : small * 2 * static_cast<double>(random.below(1000)) / 1000;
      for (const std::size_t size = i < 2 ? 1514 : 500; debt[i] >= static_cast<double>(size);
           debt[i] -= static_cast<double>(size))
        rig.enqueue(0, i, size);
    }
    for (room += kOctetsPerRound; room > 0;) {
      const auto out = rig.serve(1);
      if (out.empty()) break;
      room -= static_cast<double>(out[0]->octets.size());
      if (round > 1000) sent[out[0]->conversation] += static_cast<double>(out[0]->octets.size());
    }
  }
  const double share = kOctetsPerRound / kAll;
  const double rounds = kRounds - 1001;
  const double fair = wanted < 1 ? small : share;
  for (std::uint32_t i = 2; i < kAll; ++i) {
    CAPTURE(i, sent[i] / rounds / fair);
    CHECK(std::abs(sent[i] / rounds / fair - 1) < 0.1);
  }
  const double rest = wanted < 1 ? (kOctetsPerRound - kSmall * small) / 2 : share;
  for (std::uint32_t i = 0; i < 2; ++i) CHECK(std::abs(sent[i] / rounds / rest - 1) < 0.1);
}

TEST_CASE("The shaper keeps its speed and its burst", "[egress][shaper]") {
  const std::uint64_t megabits = GENERATE(1U, 100U, 1000U, 10'000U, 400'000U);
  Shaper shaper;
  shaper.set(mbps(megabits), 0);
  Instant now = instant_from_ns(77);
  const double burst = shaper.burst();
  CHECK(burst == std::max(6152.0, std::floor(static_cast<double>(megabits) * 50 / 8)));
  double octets = 0;
  const auto drain = [&] {
    while (shaper.may_send()) {
      shaper.took(1000);
      octets += 1000 + kWireOverhead;
    }
  };
  drain();
  CHECK(octets >= burst);
  CHECK(octets <= burst + 1024);
  octets = 0;
  test::Prng random{4};
  const auto step = static_cast<std::int64_t>(burst * 8000 / static_cast<double>(megabits));  // fills it
  Duration all{};
  for (int i = 0; i < 100'000; ++i) {
    const Duration d{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(step)))};
    all += d;
    shaper.advance(now += d);
    drain();
  }
  const double expected = static_cast<double>(megabits) / 8000 * static_cast<double>(all.count());
  CHECK(std::abs(octets / expected - 1) < 0.001);
  octets = 0;
  shaper.advance(now += 3600s);  // an hour's rest gives no more than a burst
  drain();
  CHECK(octets <= burst + 1024);
}

TEST_CASE("Without a speed the shaper lets all pass, and a new one counts from then on", "[egress][shaper]") {
  Shaper shaper;
  for (int i = 0; i < 1000; ++i) shaper.took(1'000'000);
  CHECK(shaper.may_send());
  shaper.set(mbps(100), 9000);
  CHECK(shaper.burst() == 9000);
  for (int i = 0; i < 9; ++i) shaper.took(1000);
  CHECK_FALSE(shaper.may_send());
  shaper.set(mbps(10), 0);
  CHECK_FALSE(shaper.may_send());  // what is owed stays owed
  shaper.set(BitsPerSecond{}, 0);
  CHECK(shaper.may_send());
}

TEST_CASE("Frames beyond the speed wait, and leave at it", "[egress][shaper]") {
  EgressRig rig{{.classes = {{.name = "all"}}, .shape = true}};
  rig.egress.set_speed(mbps(100));
  for (std::uint32_t i = 0; i < 100; ++i) rig.enqueue(0, i, 1000 - kWireOverhead);
  CHECK(rig.egress.serve(kMember, rig.tx, rig.now) == 7);  // the burst of 6152
  for (int i = 1; i <= 10; ++i) {
    rig.now += 80us;  // a frame's time
    CHECK(rig.egress.serve(kMember, rig.tx, rig.now) == 1);
  }
}

}  // namespace
}  // namespace lagoon::fast::egress_shares_test
