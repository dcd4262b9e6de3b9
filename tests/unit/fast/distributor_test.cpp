#include "fast/distribute/distributor.hpp"

#include <algorithm>
#include <map>

#include "fast/collect/punt.hpp"
#include "packets.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"
#include "table/port_table_builder.hpp"

namespace distributor_test {

using namespace lagoon;
using lagoon::test::FlowFrame;
using lagoon::test::packets_of;
using lagoon::test::pointers;
using lagoon::test::Prng;
using lagoon::test::TestPacket;
using lagoon::test::TestTx;

namespace {

std::unique_ptr<table::PortTable> table_of(std::uint32_t distributing, dist::FlowHashSettings hash = {}) {
  static dist::BucketPreferences preferences;  // laid out once: the capacities are always the same
  table::PortTableInput input;
  input.distributing = distributing;
  input.capacity.fill(10);
  auto table = table::build_port_table(input, preferences);
  table->options.hash = hash;
  return table;
}

std::deque<TestPacket> traffic(Prng& random, std::size_t count, std::uint32_t conversations) {
  std::deque<TestPacket> packets(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    TestPacket& packet = packets[i];
    packet.conversation = static_cast<std::uint32_t>(random.below(conversations));
    packet.number = i;
    FlowFrame frame;
    frame.macs();
    if (packet.conversation % 7 == 0) frame.tag(0x8100, 5);
    if (packet.conversation % 5 == 0)
      frame.ipv6({.source = packet.conversation}).udp(1, 2);
    else
      frame.ipv4({.source = packet.conversation}).udp(1, 2);
    frame.zeros(random.below(100));
    packet.octets.assign(frame.octets().begin(), frame.octets().end());
  }
  return packets;
}

bool in_order(std::span<TestPacket* const> packets) {
  return std::is_sorted(packets.begin(), packets.end(),
                        [](const TestPacket* a, const TestPacket* b) { return a->number < b->number; });
}

// A burst that no member refuses, and one that each accepts a part of, for one random set of members.
void check_one_burst(Prng& random, bool refusing) {
  const std::uint32_t members = random.chance(0.5) ? random.u32() & 0xffU : random.u32();
  if (members == 0) return;
  const auto table = table_of(members, {.seed = random.u32()});
  auto packets = traffic(random, random.between(1, kBurstMax), 200);
  auto burst = pointers(packets);
  TestTx tx;
  if (refusing)
    for (std::size_t& room : tx.room) room = random.below(6);
  fast::LagCounters counters;
  fast::DistributorState state;
  const std::size_t sent = fast::distribute<TestPacket>(*table, burst, tx, state, counters);
  const std::span unsent = std::span{burst}.subspan(sent);
  CAPTURE(members, packets.size(), sent, refusing);

  std::set<const TestPacket*> seen(unsent.begin(), unsent.end());
  REQUIRE(seen.size() == unsent.size());
  REQUIRE(in_order(unsent));
  if (!refusing) REQUIRE(unsent.empty());
  // (Catch2 copies what was captured at each assertion: one for all members, not one for each frame)
  std::uint32_t used = 0, disordered = 0, miscounted = 0;
  std::size_t twice = 0;
  for (std::size_t m = 0; m < kMembersMax; ++m) {
    const std::uint32_t bit = 1U << m;
    std::uint64_t octets = 0;
    for (const TestPacket* packet : tx.sent[m]) {
      twice += seen.insert(packet).second ? 0U : 1U;
      octets += packet->octets.size();
    }
    if (!tx.sent[m].empty()) used |= bit;
    if (!in_order(tx.sent[m])) disordered |= bit;
    const fast::MemberCounters& counted = counters.member[m];
    if (counted.tx_packets.read() != tx.sent[m].size() || counted.tx_bytes.read() != octets)
      miscounted |= bit;
  }
  REQUIRE((used & ~members) == 0);
  REQUIRE(disordered == 0);
  REQUIRE(miscounted == 0);
  REQUIRE(twice == 0);
  REQUIRE(seen.size() == packets.size());
}

}  // namespace

TEST_CASE("Every packet of a burst leaves exactly once, in order, and is counted", "[fast][distributor]") {
  Prng random{1};
  for (int round = 0; round < 3000; ++round) check_one_burst(random, false);
}

TEST_CASE("Slow frames leave by no member, whatever distributes, and the rest goes in order",
          "[fast][distributor]") {
  const auto distribution = GENERATE(table::Distribution::flow_hash, table::Distribution::round_robin,
                                     table::Distribution::broadcast, table::Distribution::adaptive);
  Prng random{3};
  for (int round = 0; round < 500; ++round) {
    auto table =
        table_of(random.chance(0.3) ? 1U : 7U, {.seed = random.u32(), .use_nic_hash = random.chance(0.2)});
    table->distribution = distribution;
    auto packets = traffic(random, random.between(1, kBurstMax), 50);
    std::size_t slow = 0;
    for (TestPacket& packet : packets) {
      if (random.chance(0.5)) packet.nic_hash = random.u32();
      if (!random.chance(0.2)) continue;
      const bool lldp = random.chance(0.5);
      const FlowFrame frame = FlowFrame{}
                                  .macs(lldp ? 0x0180c200000e : 0x0180c2000002)
                                  .be16(lldp ? wire::kLldpEtherType : wire::kSlowProtocolsEtherType)
                                  .zeros(random.below(110));
      packet.octets.assign(frame.octets().begin(), frame.octets().end());
      ++slow;
    }
    auto burst = pointers(packets);
    TestTx tx;
    if (random.chance(0.5))
      for (std::size_t& room : tx.room) room = random.below(20);
    fast::LagCounters counters;
    fast::DistributorState state;
    const std::size_t sent = fast::distribute<TestPacket>(*table, burst, tx, state, counters);
    std::size_t wrong = 0, gone = 0;
    for (const TestPacket* packet : std::span{burst}.subspan(sent))
      wrong += fast::is_punted(*packet) ? 1U : 0U;
    for (const auto& of_member : tx.sent) {
      gone = distribution == table::Distribution::broadcast ? std::max(gone, of_member.size())
                                                            : gone + of_member.size();
      wrong += in_order(of_member) ? 0U : 1U;
      for (const TestPacket* packet : of_member) wrong += fast::is_punted(*packet) ? 1U : 0U;
    }
    REQUIRE(wrong == 0);
    REQUIRE(sent == gone + slow);
    REQUIRE(counters.of(fast::Drop::slow_from_port).read() == slow);
    REQUIRE(counters.sent_packets.read() == gone);
    std::size_t freed = 0;
    for (const TestPacket& packet : packets) freed += packet.references == 0 ? 1U : 0U;
    REQUIRE(freed == slow);
    REQUIRE(in_order(std::span{burst}.subspan(sent)));
  }
}

TEST_CASE("What members refuse stays with the caller, at the tail, in order", "[fast][distributor]") {
  Prng random{2};
  for (int round = 0; round < 3000; ++round) check_one_burst(random, true);
}

TEST_CASE("A conversation stays on one member and in order, also over retries", "[fast][distributor]") {
  Prng random{3};
  for (const std::uint32_t members : {0x3U, 0xffU, 0xffff'ffffU}) {
    const auto table = table_of(members);
    auto packets = traffic(random, 5000, 100);
    auto waiting = pointers(packets);
    TestTx tx;
    fast::LagCounters counters;
    fast::DistributorState state;
    std::vector<TestPacket*> burst;
    for (std::size_t next = 0; next < waiting.size() || !burst.empty();) {
      while (burst.size() < kBurstMax && next < waiting.size()) burst.push_back(waiting[next++]);
      for (std::size_t& room : tx.room) room = random.between(1, 8);
      const std::size_t sent = fast::distribute<TestPacket>(*table, burst, tx, state, counters);
      burst.erase(burst.begin(), burst.begin() + static_cast<std::ptrdiff_t>(sent));
    }
    std::map<std::uint32_t, std::size_t> home;
    for (std::size_t m = 0; m < kMembersMax; ++m) {
      std::map<std::uint32_t, std::uint32_t> last;
      for (const TestPacket* packet : tx.sent[m]) {
        REQUIRE(home.try_emplace(packet->conversation, m).first->second == m);
        const auto [entry, is_first] = last.try_emplace(packet->conversation, packet->number);
        REQUIRE((is_first || entry->second < packet->number));
        entry->second = packet->number;
      }
    }
    CHECK(home.size() == 100);
  }
}

TEST_CASE("The member is the one that table and flow hash name", "[fast][distributor]") {
  Prng random{4};
  for (std::size_t policy = 0; policy < dist::kHashPolicyNames.size(); ++policy)
    for (const bool symmetric : {false, true}) {
      const auto table = table_of(
          0x7fU, {.policy = static_cast<dist::HashPolicy>(policy), .seed = 5, .symmetric = symmetric});
      auto packets = traffic(random, kBurstMax, 64);
      auto burst = pointers(packets);
      TestTx tx;
      fast::LagCounters counters;
      fast::DistributorState state;
      REQUIRE(fast::distribute<TestPacket>(*table, burst, tx, state, counters) == kBurstMax);
      for (std::size_t m = 0; m < kMembersMax; ++m)
        for (const TestPacket* packet : tx.sent[m])
          CHECK(table->member(dist::flow_hash(packet->octets, table->options.hash)).value() == m);
    }
}

TEST_CASE("The port's hash is taken only where settings ask for it and the frame has one",
          "[fast][distributor]") {
  Prng random{5};
  for (const bool use : {false, true}) {
    const auto table = table_of(0xfU, {.use_nic_hash = use});
    auto packets = traffic(random, kBurstMax, 64);
    for (TestPacket& packet : packets)
      if (packet.number % 2 == 0) packet.nic_hash = 0x1234;
    auto burst = pointers(packets);
    TestTx tx;
    fast::LagCounters counters;
    fast::DistributorState state;
    REQUIRE(fast::distribute<TestPacket>(*table, burst, tx, state, counters) == kBurstMax);
    std::set<std::size_t> members_of_even;
    for (std::size_t m = 0; m < 4; ++m)
      for (const TestPacket* packet : tx.sent[m]) {
        if (packet->number % 2 == 0) members_of_even.insert(m);
        if (packet->number % 2 != 0)
          CHECK(table->member(dist::flow_hash(packet->octets, table->options.hash)).value() == m);
      }
    CHECK((members_of_even.size() == 1) == use);
  }
}

TEST_CASE("Nothing is sent while nobody distributes, and the drop has a name", "[fast][distributor]") {
  Prng random{6};
  auto packets = traffic(random, 10, 5);
  const auto before = pointers(packets);
  auto burst = before;
  TestTx tx;
  fast::LagCounters counters;
  fast::DistributorState state;
  const auto down = table_of(0);
  CHECK(fast::distribute<TestPacket>(*down, burst, tx, state, counters) == 0);
  CHECK(burst == before);
  CHECK(tx.calls == 0);
  CHECK(fast::refusal(*down) == fast::Drop::no_distributing_member);
  CHECK(fast::refusal(*table_of(1)) == fast::Drop::tx_refused);
}

TEST_CASE("A member is called once for a burst, and an idle one not at all", "[fast][distributor]") {
  Prng random{7};
  auto packets = traffic(random, kBurstMax, 1);
  auto burst = pointers(packets);
  TestTx tx;
  fast::LagCounters counters;
  fast::DistributorState state;
  REQUIRE(fast::distribute<TestPacket>(*table_of(0xff), burst, tx, state, counters) == kBurstMax);
  CHECK(tx.calls == 1);
}

TEST_CASE("Policies that hash nothing do not read a frame that the port calls TCP or UDP",
          "[fast][distributor]") {
  const auto sent_with = [](table::Distribution distribution, std::uint32_t members, bool is_tcp_or_udp) {
    auto table = std::make_unique<table::PortTable>();
    table->distribution = distribution;
    table->distributing = members;
    auto packets = packets_of(3, 60);
    packets[1].octets[12] = std::byte{0x88};  // a slow protocol's
    packets[1].octets[13] = std::byte{0x09};
    packets[1].is_tcp_or_udp = is_tcp_or_udp;
    auto burst = pointers(packets);
    TestTx tx;
    fast::DistributorState state;
    fast::LagCounters counters;
    CHECK(fast::distribute<TestPacket>(*table, burst, tx, state, counters) == 3);
    return counters.sent_packets.read();
  };
  for (const auto distribution :
       {table::Distribution::round_robin, table::Distribution::broadcast, table::Distribution::flow_hash}) {
    const std::uint32_t members = distribution == table::Distribution::flow_hash ? 0b1 : 0b11;
    CAPTURE(static_cast<int>(distribution));
    CHECK(sent_with(distribution, members, false) == 2);
    CHECK(sent_with(distribution, members, true) == 3);
  }
}

}  // namespace distributor_test
