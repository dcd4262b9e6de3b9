#include "fast/collect/watch.hpp"

#include <algorithm>
#include <memory>
#include <string_view>

#include "packets.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace watch_test {

using namespace lagoon;
using lagoon::test::FlowFrame;
using lagoon::test::TestPacket;
using table::Watch;

namespace {

constexpr std::uint64_t kOwn = 0x020000000002;
constexpr std::uint64_t kOther = 0x020000000003;

struct Control {
  std::vector<TestPacket> copies;
  std::vector<TestPacket*> taken;
  std::vector<TestPacket*> freed;
  std::size_t room = 100;
  bool copy(const TestPacket& packet) noexcept {
    if (copies.size() == room) return false;
    copies.push_back(packet);
    return true;
  }
  bool take(TestPacket* packet) noexcept {
    if (taken.size() == room) return false;
    taken.push_back(packet);
    return true;
  }
  void free(std::span<TestPacket*> packets) noexcept {
    freed.insert(freed.end(), packets.begin(), packets.end());
  }
};

struct Row {
  const char* what;
  FlowFrame frame;
  Watch kind;
};

std::vector<Row> rows(std::uint64_t from) {
  const auto start = [&] { return FlowFrame{}.macs(0x01005e000001, from); };
  const auto tagged = [&] { return start().tag(0x88a8, 1).tag(0x8100, 2); };
  const test::Ipv4 igmp{.protocol = 2, .option_words = 1};
  const test::Ipv6 icmp{.next = 58};
  const test::Ipv6 hop{.next = 0};
  return {
      {"ARP", start().be16(0x0806).zeros(28), Watch::arp},
      {"ARP with two tags", tagged().be16(0x0806).zeros(28), Watch::arp},
      {"ARP with three", tagged().tag(0x8100, 3).be16(0x0806).zeros(28), Watch::none},
      {"solicitation", start().ipv6(icmp).u8(135).zeros(23), Watch::neighbor},
      {"advertisement with two tags", tagged().ipv6(icmp).u8(136).zeros(23), Watch::neighbor},
      {"router solicitation", start().ipv6(icmp).u8(133).zeros(23), Watch::none},
      {"IGMPv1 report", start().ipv4(igmp).u8(0x12).zeros(7), Watch::membership},
      {"IGMPv2 report", start().ipv4(igmp).u8(0x16).zeros(7), Watch::membership},
      {"IGMPv2 leave", start().ipv4(igmp).u8(0x17).zeros(7), Watch::membership},
      {"IGMPv3 report with two tags", tagged().ipv4(igmp).u8(0x22).zeros(7), Watch::membership},
      {"IGMP query", start().ipv4(igmp).u8(0x11).zeros(7), Watch::none},
      {"IGMP without content", start().ipv4(igmp), Watch::none},
      {"MLDv1 report", start().ipv6(hop).extension(58).u8(131).zeros(23), Watch::membership},
      {"MLD done", start().ipv6(hop).extension(58).u8(132).zeros(23), Watch::membership},
      {"MLDv2 report with two tags", tagged().ipv6(hop).extension(58).u8(143).zeros(23), Watch::membership},
      {"MLD query", start().ipv6(hop).extension(58).u8(130).zeros(23), Watch::none},
      {"long options, cut short", start().ipv6(hop).u8(58).u8(255).zeros(6).u8(143), Watch::none},
      {"options cut short", start().ipv6(hop).u8(58), Watch::none},
      {"UDP", start().ipv4({}).udp(1, 2), Watch::none},
      {"nothing", FlowFrame{}, Watch::none},
  };
}

TestPacket packet_of(const FlowFrame& frame) {
  TestPacket packet;
  packet.octets.assign(frame.octets().begin(), frame.octets().end());
  return packet;
}

}  // namespace

TEST_CASE("What is watched is copied and goes out; what is diverted goes to the control lcore alone",
          "[fast][watch]") {
  for (const std::uint64_t from : {kOwn, kOther})
    for (const Row& row : rows(from))
      for (std::uint8_t sets = 0; sets < 64; ++sets) {
        table::PortTable table;
        table.own = MacAddress{{2, 0, 0, 0, 0, 2}};
        table.watch_sent = static_cast<Watch>(sets & 7U);
        table.divert_sent = static_cast<Watch>(sets >> 3);
        TestPacket packet = packet_of(row.frame);
        TestPacket* one = &packet;
        Control control;
        fast::LagCounters counters;
        const auto rest = fast::watch_outgoing<TestPacket>(table, std::span{&one, 1}, control, counters);
        const bool diverted = from == kOwn && has(table.divert_sent, row.kind);
        const bool copied = !diverted && has(table.watch_sent, row.kind);
        if (rest.size() == (diverted ? 0U : 1U) && control.taken.size() == (diverted ? 1U : 0U) &&
            control.copies.size() == (copied ? 1U : 0U) && counters.copied.read() == control.copies.size())
          continue;
        CAPTURE(row.what, from, static_cast<int>(sets), rest.size(), control.taken.size(),
                control.copies.size());
        FAIL("went another way");
      }
}

TEST_CASE("Without room a diverted frame is dropped by name, a copy is missed, and the rest keeps its order",
          "[fast][watch]") {
  test::Prng random{1};
  const auto kinds = rows(kOwn);
  for (int round = 0; round < 1000; ++round) {
    table::PortTable table;
    table.own = MacAddress{{2, 0, 0, 0, 0, 2}};
    table.watch_sent = Watch::membership;
    table.divert_sent = Watch::arp;
    Control control;
    control.room = random.below(6);
    fast::LagCounters counters;
    std::deque<TestPacket> packets;
    std::size_t to_divert = 0;
    std::size_t to_copy = 0;
    const std::uint64_t count = random.below(kBurstMax + 1);
    for (std::uint32_t i = 0; i < count; ++i) {
      const Row& row = kinds[random.below(kinds.size())];
      packets.push_back(packet_of(row.frame));
      packets.back().number = i;
      to_divert += row.kind == Watch::arp ? 1U : 0U;
      to_copy += row.kind == Watch::membership ? 1U : 0U;
    }
    auto burst = test::pointers(packets);
    const auto rest = fast::watch_outgoing<TestPacket>(table, burst, control, counters);
    REQUIRE(std::ranges::is_sorted(rest, {}, [](const TestPacket* p) { return p->number; }));
    REQUIRE(rest.size() + to_divert == packets.size());
    REQUIRE(control.taken.size() == std::min(to_divert, control.room));
    REQUIRE(control.freed.size() == to_divert - control.taken.size());
    REQUIRE(counters.of(fast::Drop::control_ring_full).read() == control.freed.size());
    REQUIRE(counters.copied.read() == std::min(to_copy, control.room));
    REQUIRE(counters.copies_missed.read() == to_copy - control.copies.size());
  }
}

TEST_CASE("What lies behind the first segment is not read: such a frame is plain data", "[fast][watch]") {
  for (const Row& row : rows(kOwn)) {
    if (row.kind == Watch::none) continue;
    const auto octets = row.frame.octets();
    // ARP is known by its EtherType, the others by the first octet of their content.
    const bool igmp = std::string_view{row.what}.starts_with("IGMP");
    const std::size_t content = row.kind == Watch::arp ? 28 : igmp ? 8 : 24;
    const auto kind_of_first = [&](std::size_t size) {
      TestPacket packet = packet_of(row.frame);
      packet.cut = size;
      return fast::watch_of(fast::kind_of(fast::PacketTraits<TestPacket>::headers(packet), 2));
    };
    CAPTURE(row.what, octets.size());
    const std::size_t known = octets.size() - content + (row.kind == Watch::arp ? 0U : 1U);
    CHECK(kind_of_first(known) == row.kind);
    CHECK(kind_of_first(known - 1) == Watch::none);
  }
}

}  // namespace watch_test
