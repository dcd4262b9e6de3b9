#include "fast/steer/hold_queue.hpp"

#include "fast/distribute/distributor.hpp"
#include "fast/distribute/hold_back.hpp"
#include "packets.hpp"
#include "support/catch.hpp"

namespace hold_queue_test {

using namespace lagoon;
using lagoon::test::FlowFrame;
using lagoon::test::TestPacket;
using table::MoveWay;

namespace {

constexpr std::size_t kRoom = 8;

// A worker whose lanes are all on member 0, and a table that wants some of them on member 1.
struct Rig {
  std::deque<TestPacket> packets;
  table::PortTable table;
  fast::DistributorState state;
  fast::HoldQueue<TestPacket, kRoom> hold;

  Rig() {
    table.generation = 5;
    table.distributing = 0b11;
    table.moves.way = MoveWay::hold;
    state.follow(table);
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
  std::size_t lane_of(std::uint32_t conversation) {
    auto one = burst({conversation});
    fast::BurstHashes hashes;
    fast::hash_burst<TestPacket>(table.options.hash, one, hashes);
    return dist::bucket_of(hashes[0]);
  }
  void move(const std::vector<std::uint32_t>& conversations, bool released = false) {
    for (const std::uint32_t c : conversations) table.bucket[lane_of(c)] = 1;
    ++table.generation;
    ++table.moves.begun;
    if (released) table.moves.released = table.moves.begun;
    state.follow(table);
  }
  void release() {
    ++table.generation;
    table.moves.released = table.moves.begun;
    state.follow(table);
  }
  std::span<TestPacket*> hold_back(std::vector<TestPacket*>& frames) {
    return fast::hold_back(table, std::span{frames}, hold, state);
  }
};

std::vector<std::uint32_t> conversations(std::span<TestPacket* const> packets) {
  std::vector<std::uint32_t> all;
  for (const TestPacket* packet : packets) all.push_back(packet->conversation);
  return all;
}

using List = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("Only frames of lanes that move are held, and both parts keep their order", "[fast][hold]") {
  Rig rig;
  rig.move({100, 200});
  auto burst = rig.burst({100, 1, 200, 2, 100, 3});
  const auto rest = rig.hold_back(burst);
  CHECK(conversations(rest) == List{1, 2, 3});
  CHECK(conversations(rig.hold.front(kBurstMax)) == List{100, 200, 100});
  CHECK(rig.state.steering.waits());
}

TEST_CASE("Held frames may go when their move is released, and to the new member", "[fast][hold]") {
  Rig rig;
  rig.move({100});
  auto burst = rig.burst({100, 100});
  CHECK(rig.hold_back(burst).empty());
  CHECK(rig.state.steering.current()[rig.lane_of(100)] == 0);
  rig.release();
  CHECK_FALSE(rig.state.steering.waits());
  CHECK(rig.state.steering.current()[rig.lane_of(100)] == 1);
  CHECK(rig.hold.front(1).size() == 1);
  rig.hold.pop(1);
  CHECK(rig.hold.size() == 1);
  rig.hold.pop(1);
  CHECK(rig.hold.empty());
}

TEST_CASE("A full queue gives up the wait: lanes stay where they can, until another move", "[fast][hold]") {
  Rig rig;
  rig.move({100});
  auto burst = rig.burst(List(kRoom + 3, 100));
  const auto rest = rig.hold_back(burst);
  CHECK(rig.hold.size() == kRoom);
  CHECK(rest.size() == 3);
  CHECK_FALSE(rig.state.steering.waits());
  CHECK(rig.state.steering.move_given_up() == rig.table.moves.begun);
  CHECK(rig.hold.front(kBurstMax).front()->number < rest.front()->number);
  const std::size_t lane = rig.lane_of(100);
  CHECK(rig.state.steering.current()[lane] == 0);

  // Its release is not for a worker that gave it up: what it has sent since may be on its way.
  rig.hold.pop(kRoom);
  rig.release();
  CHECK(rig.state.steering.current()[lane] == 0);
  dist::LaneSet behind;
  rig.state.steering.add_behind(behind);
  CHECK(behind.size() == 1);
  CHECK(behind.contains(lane));

  rig.move({});
  auto later = rig.burst({100});
  CHECK(rig.hold_back(later).empty());
  rig.release();
  CHECK(rig.state.steering.current()[lane] == 1);
}

TEST_CASE("Where lanes can't stay, a full queue takes them to the new member", "[fast][hold]") {
  Rig rig;
  rig.table.distributing = 0b10;
  rig.table.moves.gone_wait = true;
  rig.table.bucket.fill(1);
  rig.move({});
  auto burst = rig.burst(List(kRoom + 1, 100));
  CHECK(rig.hold_back(burst).size() == 1);
  CHECK(rig.state.steering.current()[rig.lane_of(100)] == 1);
}

}  // namespace hold_queue_test
