#include "fast/collect/collector.hpp"

#include <algorithm>
#include <memory>

#include "packets.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace collector_test {

using namespace lagoon;
using lagoon::test::FlowFrame;
using lagoon::test::packets_of;
using lagoon::test::pointers;
using lagoon::test::Prng;
using lagoon::test::TestPacket;
using lagoon::test::TestPunt;
using lagoon::test::TestSink;

namespace {

// (far_lldp: to bridges farther away than the other end of the link)
enum class Kind : std::uint8_t { data, slow, tagged_slow, short_frame, far_lldp };

TestPacket packet_of(Kind kind, std::uint32_t number, Prng& random) {
  FlowFrame frame;
  switch (kind) {
    case Kind::data:
      frame.macs().ipv4({}).udp(1, 2).zeros(random.below(60));
      break;
    case Kind::slow:
      if (random.chance(0.5))
        frame.macs(random.next() >> 16).be16(0x8809).zeros(random.below(120));
      else
        frame.macs(0x0180c200000e).be16(0x88cc).zeros(random.below(120));
      break;
    case Kind::tagged_slow:
      frame.macs(0x0180c2000002).tag(0x8100, 1).be16(0x8809).u8(1).zeros(50);
      break;
    case Kind::far_lldp:
      frame.macs(0x0180c2000000 | random.below(14)).be16(0x88cc).zeros(random.below(120));
      break;
    case Kind::short_frame:
      frame.zeros(random.below(14));
      break;
  }
  TestPacket packet;
  packet.octets.assign(frame.octets().begin(), frame.octets().end());
  packet.conversation = static_cast<std::uint32_t>(kind);
  packet.number = number;
  packet.is_ip = kind == Kind::data && random.chance(0.5);
  return packet;
}

constexpr MemberIndex kMember{3};

std::unique_ptr<table::PortTable> table_with(bool collecting) {
  auto table = std::make_unique<table::PortTable>();
  table->collecting = collecting ? 1U << kMember.value() : ~(1U << kMember.value());
  return table;
}

}  // namespace

TEST_CASE("Each frame is delivered, punted or dropped by name: one of them, once, in order",
          "[fast][collector]") {
  Prng random{1};
  for (int round = 0; round < 2000; ++round) {
    const bool collecting = random.chance(0.7);
    const auto table = table_with(collecting);
    std::deque<TestPacket> packets;
    const std::uint64_t count = random.below(100);
    for (std::uint32_t i = 0; i < count; ++i)
      packets.push_back(
          packet_of(random.chance(0.6) ? Kind::data : static_cast<Kind>(random.below(5)), i, random));
    std::vector<TestPacket*> received;
    std::uint64_t data = 0;
    std::uint64_t data_octets = 0;
    std::uint64_t slow = 0;
    for (TestPacket& packet : packets) {
      received.push_back(&packet);
      if (packet.conversation == static_cast<std::uint32_t>(Kind::slow)) {
        ++slow;
      } else {
        ++data;
        data_octets += packet.octets.size();
      }
    }
    TestPunt punt;
    punt.room = random.chance(0.8) ? 1000 : random.below(4);
    TestSink sink;
    fast::LagCounters counters;
    fast::CollectorState state;
    const auto delivered = fast::collect<TestPacket>(*table, kMember, received, punt, sink, state, counters);

    CAPTURE(round, collecting, data, slow);
    std::set<const TestPacket*> seen(delivered.begin(), delivered.end());
    seen.insert(punt.frames.begin(), punt.frames.end());
    seen.insert(sink.freed.begin(), sink.freed.end());
    REQUIRE(seen.size() == packets.size());
    REQUIRE(delivered.size() + punt.frames.size() + sink.freed.size() == packets.size());
    const auto by_number = [](const TestPacket* a, const TestPacket* b) { return a->number < b->number; };
    REQUIRE(std::is_sorted(delivered.begin(), delivered.end(), by_number));
    REQUIRE(std::is_sorted(punt.frames.begin(), punt.frames.end(), by_number));

    REQUIRE(delivered.size() == (collecting ? data : 0));
    REQUIRE(punt.frames.size() == std::min<std::uint64_t>(slow, punt.room));
    for (const TestPacket* packet : delivered)
      REQUIRE(packet->conversation != static_cast<std::uint32_t>(Kind::slow));
    for (const TestPacket* packet : punt.frames)
      REQUIRE(packet->conversation == static_cast<std::uint32_t>(Kind::slow));
    for (const MemberIndex from : punt.from) REQUIRE(from == kMember);
    REQUIRE(counters.of(kMember).rx_packets.read() == delivered.size());
    REQUIRE(counters.of(kMember).rx_bytes.read() == (collecting ? data_octets : 0));
    REQUIRE(counters.punted.read() == punt.frames.size());
    REQUIRE(counters.of(fast::Drop::not_collecting).read() == (collecting ? 0 : data));
    REQUIRE(counters.of(fast::Drop::punt_ring_full).read() == slow - punt.frames.size());
  }
}

TEST_CASE("A frame that the port has called IP is not looked into", "[fast][collector]") {
  Prng random{2};
  TestPacket packet = packet_of(Kind::slow, 0, random);
  CHECK(fast::is_punted(packet));
  packet.is_ip = true;
  CHECK_FALSE(fast::is_punted(packet));
}

TEST_CASE("Each received frame is marked once, and what is delivered is measured", "[fast][collector]") {
  table::PortTable table;
  table.collecting = 0b1;
  auto packets = packets_of(5, 60);
  packets[2].octets[12] = std::byte{0x88};  // a slow protocol's: it goes to control
  packets[2].octets[13] = std::byte{0x09};
  auto burst = pointers(packets);
  TestPunt punt;
  fast::CollectorState state;
  fast::LagCounters counters;
  const auto collected =
      fast::collect_marked<TestPacket>(table, MemberIndex{0}, burst, punt, TestSink{}, state, counters,
                                       [](TestPacket& packet) noexcept { ++packet.conversation; });
  CHECK(collected.frames.size() == 4);
  CHECK(collected.octets == 4 * 60);
  CHECK(punt.frames.size() == 1);
  for (const TestPacket& packet : packets) CHECK(packet.conversation == 1);
}

}  // namespace collector_test
