#include <algorithm>
#include <cmath>
#include <memory>

#include "fast/distribute/distributor.hpp"
#include "packets.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace round_robin_test {

using namespace lagoon;
using lagoon::test::FlowFrame;
using lagoon::test::packets_of;
using lagoon::test::pointers;
using lagoon::test::Prng;
using lagoon::test::TestPacket;
using lagoon::test::TestTx;

namespace {

std::unique_ptr<table::PortTable> table_of(std::uint32_t members, std::uint16_t packets) {
  auto table = std::make_unique<table::PortTable>();
  table->distribution = table::Distribution::round_robin;
  table->distributing = members;
  table->options.packets_per_member = packets;
  table->active = static_cast<std::uint8_t>(std::countr_zero(members));
  return table;
}

// Remembers to whom each frame was offered, in the order of the frames' numbers.
struct Offers {
  TestTx tx;
  std::vector<std::size_t> member_of;
  void note(std::span<TestPacket* const> burst) {
    for (const TestPacket* packet : burst)
      for (std::size_t m = 0; m < kMembersMax; ++m)
        if (std::ranges::count(tx.sent[m], packet) != 0) member_of.push_back(m);
  }
};

}  // namespace

TEST_CASE("N frames go to each distributing member in turn, by index, over bursts of any size",
          "[fast][round-robin]") {
  Prng random{1};
  for (const std::uint32_t members : {0b101U, 0b1101'0110U, 0x8000'0001U, 0xffff'ffffU})
    for (const std::uint16_t n : std::initializer_list<std::uint16_t>{1, 2, 3, 7, 100}) {
      const auto table = table_of(members, n);
      fast::DistributorState state;
      fast::LagCounters counters;
      auto packets = packets_of(3000, 60);
      const auto all = pointers(packets);
      Offers offers;
      for (std::size_t next = 0; next < all.size();) {
        const std::size_t count = std::min<std::size_t>(random.between(1, kBurstMax), all.size() - next);
        std::vector<TestPacket*> burst(all.begin() + static_cast<std::ptrdiff_t>(next),
                                       all.begin() + static_cast<std::ptrdiff_t>(next + count));
        const auto asked = burst;
        offers.tx.clear();
        REQUIRE(fast::distribute<TestPacket>(*table, burst, offers.tx, state, counters) == count);
        offers.note(asked);
        next += count;
      }
      std::vector<std::size_t> order;
      for (std::size_t m = 0; m < kMembersMax; ++m)
        if ((members >> m & 1U) != 0) order.push_back(m);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < offers.member_of.size(); ++i)
        wrong += offers.member_of[i] != order[i / n % order.size()] ? 1U : 0U;
      CAPTURE(members, n);
      CHECK(offers.member_of.size() == all.size());
      CHECK(wrong == 0);
    }
}

TEST_CASE("What members refuse does not change whose turn it is, and each frame leaves once, in order",
          "[fast][round-robin]") {
  Prng random{2};
  for (const std::uint16_t n : std::initializer_list<std::uint16_t>{1, 4}) {
    const auto table = table_of(0b111, n);
    fast::DistributorState state;
    fast::LagCounters counters;
    TestTx tx;
    auto packets = packets_of(20'000, 60);
    std::array<std::uint64_t, 3> offered{};
    std::vector<TestPacket*> burst;
    std::size_t next = 0;
    while (next < packets.size() || !burst.empty()) {
      while (burst.size() < kBurstMax && next < packets.size()) burst.push_back(&packets[next++]);
      for (std::size_t m = 0; m < 3; ++m) tx.room[m] = random.below(20);
      tx.room[1] = 0;  // one that never takes anything holds nobody up
      const std::size_t sent = fast::distribute<TestPacket>(*table, burst, tx, state, counters);
      burst.erase(burst.begin(), burst.begin() + static_cast<std::ptrdiff_t>(sent));
      REQUIRE(std::ranges::is_sorted(burst, {}, [](const TestPacket* p) { return p->number; }));
      for (std::size_t m = 0; m < 3; ++m) offered[m] = tx.offered[m];
      const auto [least, most] = std::ranges::minmax(offered);
      REQUIRE(most - least <= n);
    }
    CHECK(tx.sent[1].empty());
    std::set<const TestPacket*> seen(tx.sent[0].begin(), tx.sent[0].end());
    seen.insert(tx.sent[2].begin(), tx.sent[2].end());
    CHECK(seen.size() == packets.size());
    CHECK(tx.sent[0].size() + tx.sent[2].size() == packets.size());
  }
}

TEST_CASE("A member that has left is passed over, and N may change", "[fast][round-robin]") {
  fast::DistributorState state;
  fast::LagCounters counters;
  auto packets = packets_of(12, 60);
  auto burst = pointers(packets);
  const auto send = [&](std::uint32_t members, std::uint16_t n, std::size_t from, std::size_t count) {
    TestTx tx;
    REQUIRE(fast::distribute<TestPacket>(*table_of(members, n), std::span{burst}.subspan(from, count), tx,
                                         state, counters) == count);
    std::vector<std::size_t> sizes;
    for (std::size_t m = 0; m < 4; ++m) sizes.push_back(tx.sent[m].size());
    return sizes;
  };
  using Sizes = std::vector<std::size_t>;
  CHECK(send(0b1111, 4, 0, 6) == Sizes{4, 2, 0, 0});
  CHECK(send(0b1101, 4, 6, 1) == Sizes{0, 0, 1, 0});
  CHECK(send(0b1101, 2, 7, 3) == Sizes{0, 0, 2, 1});
  CHECK(send(0b0011, 1, 10, 2) == Sizes{1, 1, 0, 0});
}

TEST_CASE("Without a number frames go to members at random, evenly and each for itself",
          "[fast][round-robin]") {
  for (const std::uint32_t members : {0b11U, 0b1010'1000'0001U, 0xffff'ffffU}) {
    const auto table = table_of(members, 0);
    fast::DistributorState state;
    fast::LagCounters counters;
    auto packets = packets_of(kBurstMax, 60);
    std::array<std::uint64_t, kMembersMax> got{};
    std::uint64_t pairs = 0;  // neighbours that went to one member
    constexpr std::uint64_t kRounds = 2000;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
      auto burst = pointers(packets);
      Offers offers;
      REQUIRE(fast::distribute<TestPacket>(*table, burst, offers.tx, state, counters) == kBurstMax);
      offers.note(pointers(packets));
      for (std::size_t i = 0; i < kBurstMax; ++i) {
        ++got[offers.member_of[i]];
        if (i > 0) pairs += offers.member_of[i] == offers.member_of[i - 1] ? 1U : 0U;
      }
    }
    const double n = std::popcount(members);
    const double mean = static_cast<double>(kRounds * kBurstMax) / n;
    // (five standard deviations)
    const double slack = 5 * std::sqrt(mean);
    for (std::size_t m = 0; m < kMembersMax; ++m) {
      const auto count = static_cast<double>(got[m]);
      if ((members >> m & 1U) != 0)
        CHECK((count > mean - slack && count < mean + slack));
      else
        CHECK(got[m] == 0);
    }
    const double pairs_mean = static_cast<double>(kRounds * (kBurstMax - 1)) / n;
    CHECK(std::abs(static_cast<double>(pairs) - pairs_mean) < 5 * std::sqrt(pairs_mean));
  }
}

TEST_CASE("IGMP to a group goes to the active member, and uses up no turn", "[fast][round-robin]") {
  struct Row {
    const char* what;
    FlowFrame frame;
    bool gathered;
  };
  constexpr std::uint64_t kGroup = 0x01005e000016;
  const test::Ipv4 igmp{.protocol = 2};
  const std::vector<Row> rows{
      {"IGMP", FlowFrame{}.macs(kGroup).ipv4(igmp).zeros(20), true},
      {"IGMP with a tag", FlowFrame{}.macs(kGroup).tag(0x8100, 5).ipv4(igmp).zeros(20), true},
      {"IGMP with two", FlowFrame{}.macs(kGroup).tag(0x88a8, 5).tag(0x8100, 5).ipv4(igmp).zeros(20), true},
      {"three", FlowFrame{}.macs(kGroup).tag(0x8100, 5).tag(0x8100, 5).tag(0x8100, 5).ipv4(igmp).zeros(20),
       false},
      {"to one station", FlowFrame{}.macs().ipv4(igmp).zeros(20), false},
      {"UDP to a group", FlowFrame{}.macs(kGroup).ipv4({}).udp(1, 2), false},
      {"cut short", FlowFrame{}.macs(kGroup).be16(0x0800).zeros(19), false},
      {"nothing", FlowFrame{}, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto table = table_of(0b111, 1);
    table->active = 2;
    fast::DistributorState state;
    fast::LagCounters counters;
    auto packets = packets_of(4, 60);
    packets[1].octets.assign(row.frame.octets().begin(), row.frame.octets().end());
    auto burst = pointers(packets);
    TestTx tx;
    REQUIRE(fast::distribute<TestPacket>(*table, burst, tx, state, counters) == 4);
    if (row.gathered) {
      CHECK(tx.sent[2] == std::vector<TestPacket*>{&packets[1], &packets[3]});
      CHECK(tx.sent[1] == std::vector<TestPacket*>{&packets[2]});
    } else {
      CHECK(tx.sent[1] == std::vector<TestPacket*>{&packets[1]});
    }
  }
}

}  // namespace round_robin_test
