#include <algorithm>
#include <map>
#include <memory>

#include "fast/distribute/distributor.hpp"
#include "packets.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"
#include "table/port_table_builder.hpp"

namespace adaptive_test {

using namespace lagoon;
using lagoon::test::FlowFrame;
using lagoon::test::pointers;
using lagoon::test::Prng;
using lagoon::test::TestPacket;
using lagoon::test::TestTx;

namespace {

constexpr std::uint64_t kOwn = 0x02aa00000000;
constexpr std::uint64_t kOther = 0x02cc00000001;
constexpr std::uint64_t kStation = 0x02bb00000001;

MacAddress mac(std::uint64_t bits) {
  MacAddress out;
  for (std::size_t i = 0; i < 6; ++i) out.octets[i] = static_cast<std::uint8_t>(bits >> (40 - 8 * i));
  return out;
}

std::unique_ptr<table::PortTable> table_of(std::uint32_t members, std::uint8_t active) {
  static dist::BucketPreferences preferences;
  table::PortTableInput input;
  input.distributing = members;
  input.capacity.fill(10);
  auto table = table::build_port_table(input, preferences);
  table->distribution = table::Distribution::adaptive;
  table->active = active;
  table->own = mac(kOwn);
  for (std::size_t m = 0; m < kMembersMax; ++m) table->address[m] = mac(kOwn + 1 + m);
  table->address[active] = table->own;
  return table;
}

TestPacket packet_of(const FlowFrame& frame) {
  TestPacket packet;
  packet.octets.assign(frame.octets().begin(), frame.octets().end());
  return packet;
}

// Anything that a host, or a station behind it, may send.
TestPacket any_packet(Prng& random) {
  FlowFrame frame;
  frame.macs(random.chance(0.2) ? 0xffffffffffff : kStation, random.chance(0.7) ? kOwn : kOther);
  if (random.chance(0.3)) frame.tag(0x8100, 5);
  const std::uint32_t source = random.u32();
  switch (random.below(4)) {
    case 0:
      frame.ipv6({.source = source}).udp(1, 2);
      break;
    case 1:
      frame.be16(0x0806).zeros(28);
      break;
    default:
      frame.ipv4({.source = source}).udp(1, 2);
  }
  return packet_of(frame.zeros(random.below(100)));
}

}  // namespace

TEST_CASE("No address leaves on two members: own frames are spread under each member's own address",
          "[fast][adaptive]") {
  Prng random{1};
  for (int round = 0; round < 2000; ++round) {
    const auto active = static_cast<std::uint8_t>(random.below(4));
    const std::uint32_t members = 1U << active | static_cast<std::uint32_t>(random.below(256));
    const auto table = table_of(members, active);
    table->options.spread_forwarded = random.chance(0.3);
    std::deque<TestPacket> packets;
    for (std::uint64_t i = random.between(1, kBurstMax); i-- > 0;) packets.push_back(any_packet(random));
    const std::deque<TestPacket> before = packets;
    auto burst = pointers(packets);
    TestTx tx;
    const bool refusing = random.chance(0.5);
    if (refusing)
      for (std::size_t& room : tx.room) room = random.below(8);
    fast::LagCounters counters;
    fast::DistributorState state;
    const std::size_t sent = fast::distribute<TestPacket>(*table, burst, tx, state, counters);
    for (const TestPacket* packet : std::span{burst}.subspan(sent)) {
      const auto i = static_cast<std::size_t>(
          std::ranges::find(packets, packet, [](TestPacket& p) { return &p; }) - packets.begin());
      REQUIRE(packet->octets == before[i].octets);
    }
    std::map<MacAddress, std::size_t> home;
    std::uint64_t on_others = 0;
    for (std::size_t m = 0; m < kMembersMax; ++m)
      for (const TestPacket* packet : tx.sent[m]) {
        REQUIRE(home.try_emplace(fast::source_of(packet->octets), m).first->second == m);
        if (m != active) {
          REQUIRE(fast::source_of(packet->octets) == table->address[m]);
          on_others += packet->octets.size();
        }
      }
    std::uint64_t load = 0;
    for (const fast::Counter& group : state.load) load += group.read();
    REQUIRE(load >= on_others);
  }
}

TEST_CASE("Only unicast IP of the LAG's own host is spread", "[fast][adaptive]") {
  struct Row {
    const char* what;
    FlowFrame frame;
    bool spread;
  };
  const auto own = [](std::uint64_t to = kStation) { return FlowFrame{}.macs(to, kOwn); };
  const test::Ipv6 icmp{.next = 58};
  const test::Ipv6 hop{.next = 0};
  const std::vector<Row> rows{
      {"IPv4", own().ipv4({}).udp(1, 2), true},
      {"IPv4 with two tags", own().tag(0x88a8, 1).tag(0x8100, 2).ipv4({}).udp(1, 2), true},
      {"IPv4 with three tags", own().tag(0x8100, 1).tag(0x8100, 1).tag(0x8100, 2).ipv4({}).udp(1, 2), false},
      {"IPv6", own().ipv6({}).udp(1, 2), true},
      {"ICMPv6 echo", own().ipv6(icmp).u8(128).zeros(20), true},
      {"neighbour solicitation", own().ipv6(icmp).u8(135).zeros(20), false},
      {"neighbour advertisement", own().ipv6(icmp).u8(136).zeros(20), false},
      {"router solicitation", own().ipv6(icmp).u8(133).zeros(20), false},
      {"router advertisement", own().ipv6(icmp).u8(134).zeros(20), false},
      {"redirect, with a tag", own().tag(0x8100, 3).ipv6(icmp).u8(137).zeros(20), false},
      {"behind hop-by-hop options", own().ipv6(hop).extension(58, 1).u8(135).zeros(20), false},
      {"neighbour solicitation, its type in the second segment", own().ipv6(icmp), false},
      {"the same behind hop-by-hop options", own().ipv6(hop).extension(58, 1), false},
      {"IPv6, its header cut", own().be16(0x86dd).zeros(20), false},
      {"multicast", own(0x01005e000005).ipv4({}).udp(1, 2), false},
      {"broadcast", own(0xffffffffffff).ipv4({}).udp(1, 2), false},
      {"ARP", own().be16(0x0806).zeros(28), false},
      {"another station", FlowFrame{}.macs(kStation, kOther).ipv4({}).udp(1, 2), false},
      {"cut short", FlowFrame{}.macs(kStation, kOwn), false},
  };
  for (const Row& row : rows)
    for (const bool forwarded : {false, true}) {
      const bool own_frame = fast::source_of(row.frame.octets()) == mac(kOwn);
      const bool spread = row.spread || (!own_frame && forwarded);
      CAPTURE(row.what, forwarded);
      std::set<std::size_t> used;
      for (std::uint32_t seed = 0; seed < 30; ++seed) {
        const auto table = table_of(0b1110, 2);
        table->options.hash.seed = seed;
        table->options.spread_forwarded = forwarded;
        TestPacket packet = packet_of(row.frame);
        TestPacket* one = &packet;
        TestTx tx;
        fast::LagCounters counters;
        fast::DistributorState state;
        REQUIRE(fast::distribute<TestPacket>(*table, std::span{&one, 1}, tx, state, counters) == 1);
        std::size_t m = 0;
        while (tx.sent[m].empty()) ++m;
        used.insert(m);
        if (m == 2)
          CHECK(packet.octets == packet_of(row.frame).octets);
        else
          CHECK(fast::source_of(packet.octets) == table->address[m]);
        const std::size_t group =
            dist::load_group(dist::flow_hash(packet_of(row.frame).octets, table->options.hash));
        CHECK(state.load[group].read() == (spread ? packet.octets.size() : 0));
      }
      CHECK(used.size() == (spread ? 3U : 1U));
      CHECK(used.contains(2));
    }
}

TEST_CASE("A lone member that is not the active one sends under its own address", "[fast][adaptive]") {
  const auto table = table_of(0b100, 0);
  TestPacket packet = packet_of(FlowFrame{}.macs(kStation, kOwn).ipv4({}).udp(1, 2));
  TestPacket* one = &packet;
  TestTx tx;
  fast::LagCounters counters;
  fast::DistributorState state;
  REQUIRE(fast::distribute<TestPacket>(*table, std::span{&one, 1}, tx, state, counters) == 1);
  CHECK(tx.sent[2].size() == 1);
  CHECK(fast::source_of(packet.octets) == table->address[2]);
}

TEST_CASE("Octets are counted once for each group, also over tries", "[fast][adaptive]") {
  Prng random{3};
  const auto table = table_of(0b111, 0);
  fast::LagCounters counters;
  fast::DistributorState state;
  dist::GroupOctets expected{};
  for (int round = 0; round < 300; ++round) {
    std::deque<TestPacket> packets;
    for (int i = 0; i < 40; ++i)
      packets.push_back(packet_of(
          FlowFrame{}.macs(kStation, kOwn).ipv4({.source = random.u32()}).udp(1, 2).zeros(random.below(90))));
    for (const TestPacket& packet : packets)
      expected[dist::load_group(dist::flow_hash(packet.octets, table->options.hash))] += packet.octets.size();
    auto all = pointers(packets);
    std::span<TestPacket*> burst{all};
    while (!burst.empty()) {
      TestTx tx;
      for (std::size_t& room : tx.room) room = random.below(9);
      burst = burst.subspan(fast::distribute<TestPacket>(*table, burst, tx, state, counters));
    }
  }
  std::size_t wrong = 0;
  for (std::size_t g = 0; g < dist::kLoadGroups; ++g) wrong += state.load[g].read() != expected[g] ? 1U : 0U;
  CHECK(wrong == 0);
}

}  // namespace adaptive_test
