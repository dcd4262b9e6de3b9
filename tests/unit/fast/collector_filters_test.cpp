// What the collector does where a table asks for more than slow protocols.
#include <algorithm>
#include <memory>

#include "fast/collect/collector.hpp"
#include "packets.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace collector_filters_test {

using namespace lagoon;
using fast::Drop;
using lagoon::test::FlowFrame;
using lagoon::test::pointers;
using lagoon::test::Prng;
using lagoon::test::TestPacket;
using lagoon::test::TestPunt;
using lagoon::test::TestSink;

namespace {

constexpr std::uint64_t kOwn = 0x02aa00000000;
constexpr std::uint64_t kStation = 0x02bb00000001;
constexpr std::uint64_t kProbe = 0x02dd00000000;

MacAddress mac(std::uint64_t bits) {
  MacAddress out;
  for (std::size_t i = 0; i < 6; ++i) out.octets[i] = static_cast<std::uint8_t>(bits >> (40 - 8 * i));
  return out;
}

// Member 0 is the active one, and all carry an address of their own.
struct Rig {
  std::unique_ptr<table::PortTable> table = std::make_unique<table::PortTable>();
  std::deque<TestPacket> packets;
  TestPunt punt;
  TestSink sink;
  fast::CollectorState state;
  fast::LagCounters counters;

  Rig() {
    table->collecting = 0b1111;
    table->own = mac(kOwn);
    for (std::size_t m = 0; m < 4; ++m) table->address[m] = mac(kOwn + m);
  }
  TestPacket* make(const FlowFrame& frame) {
    TestPacket& packet = packets.emplace_back();
    packet.octets.assign(frame.octets().begin(), frame.octets().end());
    return &packet;
  }
  std::vector<TestPacket*> collect(std::uint8_t member, std::vector<TestPacket*> received) {
    const MemberIndex index{member};
    const fast::MemberCounters& counted = counters.of(index);
    const std::uint64_t heard = counted.rx_packets.read() + counted.rx_ignored.read();
    const std::uint64_t octets = counted.rx_bytes.read();
    const std::size_t count = received.size();
    const auto out = fast::collect<TestPacket>(*table, index, received, punt, sink, state, counters);
    CHECK(counted.rx_packets.read() + counted.rx_ignored.read() == heard + count);
    std::uint64_t delivered = 0;
    for (const TestPacket* packet : out) delivered += packet->octets.size();
    CHECK(counted.rx_bytes.read() == octets + delivered);
    return {out.begin(), out.end()};
  }
  [[nodiscard]] std::uint64_t drops(Drop reason) const { return counters.of(reason).read(); }
};

FlowFrame data(std::uint64_t to, std::uint64_t from = kStation) {
  return FlowFrame{}.macs(to, from).ipv4({}).udp(1, 2).zeros(20);
}
FlowFrame arp(std::uint64_t to = 0xffffffffffff) {
  return FlowFrame{}.macs(to, kStation).be16(0x0806).zeros(46);
}
FlowFrame neighbor(std::uint8_t type, unsigned tags = 0) {
  FlowFrame frame;
  frame.macs(0x3333ff000001, kStation);
  for (unsigned i = 0; i < tags; ++i) frame.tag(0x8100, 5);
  return frame.ipv6({.next = 58}).u8(type).zeros(31);
}

using Packets = std::vector<TestPacket*>;

}  // namespace

TEST_CASE("A member that waits drops by another name than one that does not work", "[fast][collector]") {
  Rig rig;
  rig.table->collecting = 0b0001;
  rig.table->standby = 0b0010;
  CHECK(rig.collect(1, {rig.make(data(kOwn)), rig.make(data(kOwn))}).empty());
  CHECK(rig.drops(Drop::inactive_member) == 2);
  CHECK(rig.collect(2, {rig.make(data(kOwn))}).empty());
  CHECK(rig.drops(Drop::not_collecting) == 1);
  CHECK(rig.sink.freed.size() == 3);
  CHECK(rig.counters.of(MemberIndex{1}).rx_ignored.read() == 2);
}

TEST_CASE("ARP and neighbour frames are copied and go on their way", "[fast][collector][watch]") {
  struct Row {
    const char* what;
    FlowFrame frame;
    table::Watch kind;
  };
  const std::vector<Row> rows{
      {"ARP", arp(), table::Watch::arp},
      {"ARP with a tag", FlowFrame{}.macs().tag(0x8100, 5).be16(0x0806).zeros(46), table::Watch::arp},
      {"ARP with two", FlowFrame{}.macs().tag(0x8100, 5).tag(0x8100, 5).be16(0x0806).zeros(46),
       table::Watch::none},
      {"solicitation", neighbor(135), table::Watch::neighbor},
      {"advertisement with a tag", neighbor(136, 1), table::Watch::neighbor},
      {"with two", neighbor(136, 2), table::Watch::none},
      {"router advertisement", neighbor(134), table::Watch::none},
      {"data", data(kOwn), table::Watch::none},
      {"cut short", FlowFrame{}.macs().be16(0x86dd).zeros(40), table::Watch::none},
  };
  for (const Row& row : rows)
    for (const table::Watch watch : {table::Watch::none, table::Watch::arp, table::Watch::neighbor,
                                     table::Watch::arp | table::Watch::neighbor})
      for (const bool collecting : {true, false}) {
        CAPTURE(row.what, static_cast<int>(watch), collecting);
        Rig rig;
        rig.table->watch_received = watch;
        rig.table->collecting = collecting ? 0b1 : 0;
        TestPacket* const packet = rig.make(row.frame);
        CHECK(rig.collect(0, {packet}) == (collecting ? Packets{packet} : Packets{}));
        const bool copied = has(watch, row.kind);
        REQUIRE(rig.punt.copies.size() == (copied ? 1U : 0U));
        if (copied) CHECK(rig.punt.copies[0].octets == packet->octets);
        CHECK(rig.counters.copied.read() == rig.punt.copies.size());
        CHECK(rig.punt.frames.empty());
      }
}

TEST_CASE("A copy that finds no room is counted, and the frame is delivered", "[fast][collector][watch]") {
  Rig rig;
  rig.table->watch_received = table::Watch::arp;
  rig.punt.room_for_copies = 1;
  CHECK(rig.collect(0, {rig.make(arp()), rig.make(arp())}).size() == 2);
  CHECK(rig.counters.copied.read() == 1);
  CHECK(rig.counters.copies_missed.read() == 1);
}

TEST_CASE("Frames of BFD go to the control lcore alone, and other UDP does not", "[fast][collector][watch]") {
  Rig rig;
  rig.table->watch_received = table::Watch::bfd;
  rig.table->options.bfd_port = 6784;
  rig.table->collecting = 0b01;
  const auto udp = [](std::uint16_t port) {
    return FlowFrame{}.macs(kOwn).ipv4({}).udp(50'000, port).zeros(24);
  };
  for (const std::uint8_t member : std::initializer_list<std::uint8_t>{0, 1}) {
    TestPacket* const plain = rig.make(udp(6783));
    TestPacket* const tagged =
        rig.make(FlowFrame{}.macs(kOwn).tag(0x8100, 5).ipv4({}).udp(50'000, 6784).zeros(24));
    const auto out = rig.collect(member, {rig.make(udp(6784)), plain, tagged, rig.make(arp())});
    CHECK(out.size() == (member == 0 ? 3U : 0U));
  }
  CHECK(rig.punt.frames.size() == 2);
  CHECK(rig.punt.copies.empty());
  rig.table->watch_received = table::Watch::none;
  CHECK(rig.collect(0, {rig.make(udp(6784))}).size() == 1);
}

TEST_CASE("What is for a probe address goes to the control lcore alone", "[fast][collector][watch]") {
  Rig rig;
  rig.table->watch_received = table::Watch::arp;
  rig.table->probe_base = mac(kProbe);
  rig.table->collecting = 0b01;
  rig.punt.room = 3;
  for (const std::uint8_t member : std::initializer_list<std::uint8_t>{0, 1}) {
    TestPacket* const plain = rig.make(data(kOwn));
    TestPacket* const near = rig.make(arp(kProbe + 0x100));
    const auto out =
        rig.collect(member, {rig.make(arp(kProbe + 7)), plain, rig.make(arp(kProbe + 255)), near});
    CHECK(out == (member == 0 ? Packets{plain, near} : Packets{}));
  }
  CHECK(rig.punt.frames.size() == 3);
  CHECK(rig.punt.from == std::vector{MemberIndex{0}, MemberIndex{0}, MemberIndex{1}});
  CHECK(rig.counters.punted.read() == 3);
  CHECK(rig.drops(Drop::punt_ring_full) == 1);
  CHECK(rig.punt.copies.size() == 2);

  rig.table->probe_base = {};
  TestPacket* const packet = rig.make(arp(0x000000000001));
  CHECK(rig.collect(0, {packet}) == Packets{packet});
}

TEST_CASE("A member that takes its own address alone restores the LAG's", "[fast][collector]") {
  Rig rig;
  rig.table->own_address_only = 0b1110;
  TestPacket* const mine = rig.make(data(kOwn + 2));
  const auto out = rig.collect(2, {rig.make(data(kOwn)), mine, rig.make(data(0xffffffffffff)),
                                   rig.make(data(kOwn + 1)), rig.make(FlowFrame{}.zeros(5))});
  CHECK(out == Packets{mine});
  CHECK(mine->octets == rig.make(data(kOwn))->octets);
  CHECK(rig.drops(Drop::other_address) == 4);

  TestPacket* const flooded = rig.make(data(0xffffffffffff));
  CHECK(rig.collect(0, {flooded}) == Packets{flooded});
}

TEST_CASE("Only under adaptive a frame of our own is one that came back", "[fast][collector]") {
  Rig rig;
  for (const auto distribution : {table::Distribution::flow_hash, table::Distribution::adaptive}) {
    rig.table->distribution = distribution;
    const bool adaptive = distribution == table::Distribution::adaptive;
    TestPacket* const foreign = rig.make(data(0xffffffffffff));
    TestPacket* const nobody = rig.make(data(kOwn, 0));
    TestPacket* const runt = rig.make(FlowFrame{}.zeros(5));
    const auto out = rig.collect(0, {rig.make(data(0xffffffffffff, kOwn)), foreign,
                                     rig.make(data(0xffffffffffff, kOwn + 3)), nobody, runt});
    if (adaptive)
      CHECK(out == Packets{foreign, nobody, runt});
    else
      CHECK(out.size() == 5);
    CHECK(rig.drops(Drop::reflected) == (adaptive ? 2 : 0));
  }
}

TEST_CASE("With everything asked for, each frame still goes exactly one way, in order", "[fast][collector]") {
  Prng random{4};
  for (int round = 0; round < 3000; ++round) {
    Rig rig;
    rig.table->collecting = static_cast<std::uint32_t>(random.below(16));
    rig.table->standby = static_cast<std::uint32_t>(random.below(16)) & ~rig.table->collecting;
    rig.table->own_address_only = static_cast<std::uint32_t>(random.below(16)) & 0b1110U;
    if (random.chance(0.5)) rig.table->distribution = table::Distribution::adaptive;
    rig.table->options.eliminate_duplicates = random.chance(0.5);
    if (random.chance(0.7)) rig.table->watch_received = table::Watch::arp | table::Watch::neighbor;
    if (random.chance(0.7)) rig.table->probe_base = mac(kProbe);
    rig.punt.room = random.chance(0.7) ? 1000 : random.below(4);
    Packets received;
    const std::uint64_t count = random.below(100);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint64_t to = std::array{kOwn + random.below(4), kProbe + random.below(4), 0xffffffffffffUL,
                                          0x0180c2000002UL}[random.below(4)];
      FlowFrame frame;
      frame.macs(to, random.chance(0.8) ? kStation : kOwn + random.below(4));
      frame.be16(std::array{0x0800UL, 0x0806UL, 0x8809UL, 0x86ddUL}[random.below(4)]).zeros(random.below(60));
      received.push_back(rig.make(frame));
      received.back()->number = i;
    }
    const auto out = rig.collect(static_cast<std::uint8_t>(random.below(4)), received);
    std::set<const TestPacket*> seen(out.begin(), out.end());
    seen.insert(rig.punt.frames.begin(), rig.punt.frames.end());
    seen.insert(rig.sink.freed.begin(), rig.sink.freed.end());
    REQUIRE(seen.size() == received.size());
    REQUIRE(out.size() + rig.punt.frames.size() + rig.sink.freed.size() == received.size());
    REQUIRE(std::ranges::is_sorted(out, {}, [](const TestPacket* p) { return p->number; }));
    std::uint64_t drops = 0;
    for (const fast::Counter& counter : rig.counters.drop) drops += counter.read();
    REQUIRE(drops == rig.sink.freed.size());
  }
}

}  // namespace collector_filters_test
