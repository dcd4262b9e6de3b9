#include "fast/hold_queue.hpp"

#include "packets.hpp"
#include "support/catch.hpp"

using namespace lagoon;
using lagoon::test::FlowFrame;
using lagoon::test::TestPacket;

namespace {

constexpr std::size_t kRoom = 8;

struct Rig {
  std::deque<TestPacket> packets;
  table::PortTable table;
  fast::HoldQueue<TestPacket, kRoom> hold;

  Rig() {
    table.generation = 5;
    table.distributing = 0b11;
    table.holding = true;
  }
  std::vector<TestPacket*> burst(const std::vector<std::uint32_t>& conversations) {
    std::vector<TestPacket*> all;
    for (const std::uint32_t c : conversations) {
      FlowFrame frame;
      frame.macs().ipv4({.source = c}).udp(1, 2).zeros(20);
      TestPacket& packet = packets.emplace_back();
      packet.octets.assign(frame.octets().begin(), frame.octets().end());
      packet.conversation = c;
      packet.number = static_cast<std::uint32_t>(packets.size());
      all.push_back(&packet);
    }
    return all;
  }
  void move_bucket_of(std::uint32_t conversation) {
    auto one = burst({conversation});
    fast::BurstFolds folds;
    fast::fold_burst<TestPacket>(table.hash, one, folds);
    const std::size_t b = dist::FlowMixer{table.hash.seed}(folds[0]) & (dist::kBuckets - 1);
    table.held[b / 64] |= std::uint64_t{1} << (b % 64);
  }
};

std::vector<std::uint32_t> conversations(std::span<TestPacket* const> packets) {
  std::vector<std::uint32_t> all;
  for (const TestPacket* packet : packets) all.push_back(packet->conversation);
  return all;
}

using List = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("Only frames of buckets that moved are held, and both parts keep their order", "[fast][hold]") {
  Rig rig;
  rig.move_bucket_of(100);
  rig.move_bucket_of(200);
  auto burst = rig.burst({100, 1, 200, 2, 100, 3});
  const auto rest = rig.hold.take(rig.table, burst);
  CHECK(conversations(rest) == List{1, 2, 3});
  CHECK(conversations(rig.hold.front(kBurstMax)) == List{100, 200, 100});
  CHECK_FALSE(rig.hold.may_pass(rig.table));
}

TEST_CASE("Held frames may go when a table without the wait is there", "[fast][hold]") {
  Rig rig;
  rig.move_bucket_of(100);
  auto burst = rig.burst({100, 100});
  CHECK(rig.hold.take(rig.table, burst).empty());
  rig.table.generation = 6;
  rig.table.holding = false;
  CHECK(rig.hold.may_pass(rig.table));
  CHECK(rig.hold.front(1).size() == 1);
  rig.hold.pop(1);
  CHECK(rig.hold.size() == 1);
  rig.hold.pop(1);
  CHECK(rig.hold.empty());
}

TEST_CASE("A full queue gives up the wait of this table, and loses nothing", "[fast][hold]") {
  Rig rig;
  rig.move_bucket_of(100);
  auto burst = rig.burst(List(kRoom + 3, 100));
  const auto rest = rig.hold.take(rig.table, burst);
  CHECK(rig.hold.size() == kRoom);
  CHECK(rest.size() == 3);
  CHECK(rig.hold.may_pass(rig.table));
  CHECK(rig.hold.front(kBurstMax).front()->number < rest.front()->number);

  rig.hold.pop(kRoom);
  rig.table.generation = 6;
  CHECK_FALSE(rig.hold.may_pass(rig.table));
  auto later = rig.burst({100});
  CHECK(rig.hold.take(rig.table, later).empty());
}
