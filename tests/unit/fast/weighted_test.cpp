// Weighted-dynamic distribution: conversations are placed when they begin, and moved in order.
#include <map>
#include <memory>
#include <vector>

#include "fast/distribute/distributor.hpp"
#include "fast/distribute/hold_back.hpp"
#include "packets.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace weighted_test {

using namespace lagoon;
using fast::ConversationTable;
using fast::Placed;
using lagoon::test::FlowFrame;
using lagoon::test::TestPacket;
using lagoon::test::TestTx;
using table::MoveWay;

namespace {

class Rig {
 public:
  explicit Rig(std::size_t conversations = 1000) : lines_(ConversationTable::lines_for(conversations)) {
    table.distribution = table::Distribution::weighted;
    table.distributing = 0b111;
    table.weights.by = table::PlaceBy::share;
    table.weights.measurement = 1;
    table.weights.keep = 1U << 15;
    table.weights.idle_ticks = 2'000;  // a second
    table.weights.sweep_rate = 1U << 16;
    for (std::size_t m = 0; m < 3; ++m) {
      table.weights.capacity[m] = 1'000'000;
      table.weights.inverse[m] = (std::uint64_t{1} << 40) / 1'000'000;
    }
    table.moves.way = MoveWay::hold;
    state->conversations.use(lines_);
    state->now = Instant{1s};
    change();
  }
  void change() {
    ++table.generation;
    state->follow(table);
  }
  /// Begins a move of what is on members that are not in `distributing`.
  void leave(std::uint32_t distributing, std::uint32_t lingering) {
    table.distributing = distributing;
    table.lingering = lingering;
    for (std::uint8_t& m : table.bucket) m = static_cast<std::uint8_t>(std::countr_zero(distributing));
    ++table.moves.begun;
    if (table.moves.way != MoveWay::hold) table.moves.released = table.moves.begun;
    change();
  }
  void pass(Duration time) {
    state->now += time;
    state->sweep(table);
  }
  TestPacket* frame_of(std::uint32_t conversation) {
    FlowFrame frame;
    frame.macs().ipv4({.source = conversation}).udp(1, 2).zeros(20);
    TestPacket& packet = packets_.emplace_back();
    packet.octets.assign(frame.octets().begin(), frame.octets().end());
    packet.conversation = conversation;
    return &packet;
  }
  /// Sends one frame of a conversation, and says over which member; nothing: it waits.
  std::optional<std::uint8_t> send(std::uint32_t conversation) {
    std::vector<TestPacket*> burst{frame_of(conversation)};
    const auto rest = fast::hold_back(table, std::span{burst}, hold, *state);
    if (rest.empty()) return std::nullopt;
    TestTx tx;
    REQUIRE(fast::distribute<TestPacket>(table, rest, tx, *state, counters) == 1);
    for (std::uint8_t m = 0; m < 3; ++m)
      if (!tx.sent[m].empty()) return m;
    return std::nullopt;
  }
  std::vector<std::uint8_t> place(std::uint32_t first, std::uint32_t count) {
    std::vector<std::uint8_t> where;
    for (std::uint32_t c = first; c < first + count; ++c) where.push_back(send(c).value());
    return where;
  }

  table::PortTable table;
  std::unique_ptr<fast::DistributorState> state = std::make_unique<fast::DistributorState>();
  fast::HoldQueue<TestPacket, 64> hold;
  fast::LagCounters counters;

 private:
  std::vector<fast::ConversationLine> lines_;
  std::deque<TestPacket> packets_;
};

std::size_t on(const std::vector<std::uint8_t>& where, std::uint8_t member) {
  return static_cast<std::size_t>(std::count(where.begin(), where.end(), member));
}

}  // namespace

TEST_CASE("New conversations are spread evenly, and each stays where it is", "[fast][weighted]") {
  Rig rig;
  const auto where = rig.place(0, 600);
  for (std::uint8_t m = 0; m < 3; ++m) CHECK(on(where, m) == 200);
  for (int round = 0; round < 3; ++round) {
    rig.pass(100ms);
    // Other loads are measured, and do not matter to conversations that are there.
    rig.table.weights.load[static_cast<std::size_t>(round)] = 900'000;
    rig.change();
    CHECK(rig.place(0, 600) == where);
  }
}

TEST_CASE("A conversation that was silent for long is forgotten, and placed anew", "[fast][weighted]") {
  Rig rig;
  static_cast<void>(rig.place(0, 300));
  for (int i = 0; i < 3000; ++i) rig.pass(1ms);
  CHECK(rig.state->conversations.counters.ended.read() == 300);
  rig.table.weights.load[0] = 900'000;
  rig.table.weights.load[1] = 900'000;
  rig.change();
  CHECK(rig.send(0) == 2);
}

TEST_CASE("When there is no room, a conversation goes as its bucket, frame by frame and after there is room",
          "[fast][weighted]") {
  Rig rig{4};  // seven times six lines at the most
  std::map<std::uint32_t, std::uint8_t> where;
  for (std::uint32_t c = 0; c < 500; ++c) where[c] = rig.send(c).value();
  const std::uint64_t without = rig.state->conversations.counters.frames_without.read();
  CHECK(without > 300);
  rig.pass(1ms);
  // The same again: whether it has an entry or not, each is where it was.
  for (std::uint32_t c = 0; c < 500; ++c) CHECK(rig.send(c) == where[c]);
  CHECK(rig.state->conversations.counters.frames_without.read() == 2 * without);
  // Those without an entry are on their bucket's member, here 0.
  std::size_t elsewhere = 0;
  for (const auto& [c, m] : where) elsewhere += m != 0 ? 1U : 0U;
  CHECK(elsewhere < 500 - without);
  // Room is made while their frames go on without a pause: they get their entries, but not another member.
  for (int i = 0; i < 10'000; ++i) {
    rig.pass(400us);
    for (std::uint32_t c = 490; c < 500; ++c) REQUIRE(rig.send(c) == where[c]);
  }
  const auto entry =
      rig.state->conversations.snapshot(dist::flow_hash(rig.frame_of(499)->octets, rig.table.options.hash));
  REQUIRE(entry);
  CHECK((entry->placed == Placed::by_hash || entry->placed == Placed::chosen));
}

TEST_CASE("Conversations of a lost member go to others at once, and only they", "[fast][weighted]") {
  Rig rig;
  const auto before = rig.place(0, 300);
  rig.leave(0b110, 0);
  const auto after = rig.place(0, 300);
  for (std::size_t c = 0; c < 300; ++c) {
    if (before[c] == 0)
      REQUIRE(after[c] != 0);
    else
      REQUIRE(after[c] == before[c]);
  }
  CHECK(on(after, 1) == 150);
  CHECK(on(after, 2) == 150);
}

TEST_CASE("Frames of a lost member's conversations wait, where that is asked for", "[fast][weighted]") {
  Rig rig;
  const auto before = rig.place(0, 3);
  rig.table.moves.gone_wait = true;
  rig.leave(0b110, 0);
  for (std::uint32_t c = 0; c < 3; ++c) CHECK(rig.send(c).has_value() == (before[c] != 0));
  CHECK(rig.hold.size() == 1);
  rig.table.moves.released = rig.table.moves.begun;
  rig.change();
  CHECK_FALSE(rig.state->steering.waits());
  for (std::uint32_t c = 0; c < 3; ++c) CHECK(rig.send(c).value() != 0);
}

TEST_CASE("Conversations of a drained member wait for the release, or for a gap", "[fast][weighted]") {
  Rig rig;
  const auto before = rig.place(0, 30);
  SECTION("held") {
    rig.leave(0b110, 0b001);
    for (std::uint32_t c = 0; c < 30; ++c) CHECK(rig.send(c).has_value() == (before[c] != 0));
    rig.table.moves.released = rig.table.moves.begun;
    rig.change();
    for (std::uint32_t c = 0; c < 30; ++c) CHECK(rig.send(c).value() != 0);
  }
  SECTION("flowlet") {
    rig.table.moves.way = MoveWay::flowlet;
    rig.leave(0b110, 0b001);
    for (int i = 0; i < 20; ++i) {
      rig.pass(300us);
      for (std::uint32_t c = 0; c < 30; ++c) REQUIRE(rig.send(c) == before[c]);
    }
    rig.pass(3ms);
    for (std::uint32_t c = 0; c < 30; ++c) CHECK(rig.send(c).value() != 0);
  }
  SECTION("held, and there is no room") {
    rig.leave(0b110, 0b001);
    std::size_t of_drained = 0;
    for (int i = 0; i < 20; ++i)
      for (std::uint32_t c = 0; c < 30; ++c)
        if (before[c] == 0) of_drained += rig.send(c).has_value() ? 1U : 0U;
    CHECK(of_drained == 200 - 64);  // the rest is in the queue, and goes the old way before them
    CHECK_FALSE(rig.state->steering.waits());
    for (std::uint32_t c = 0; c < 30; ++c) CHECK(rig.send(c) == before[c]);
    // The release is not for this worker; the next move is.
    rig.table.moves.released = rig.table.moves.begun;
    rig.change();
    for (std::uint32_t c = 0; c < 30; ++c) CHECK(rig.send(c) == before[c]);
  }
  SECTION("at once") {
    rig.table.moves.way = MoveWay::at_once;
    rig.leave(0b110, 0b001);
    for (std::uint32_t c = 0; c < 30; ++c) CHECK(rig.send(c).value() != 0);
  }
}

TEST_CASE("Conversations leave a crowded member after a pause, as many as it takes", "[fast][weighted]") {
  Rig rig;
  const auto before = rig.place(0, 300);
  rig.table.weights.estimate = 2'000;
  rig.table.weights.load = {900'000, 300'000, 300'000};
  rig.table.weights.crowded = 0b001;
  rig.table.weights.measurement = 2;
  rig.change();
  CHECK(rig.place(0, 300) == before);  // without a pause nobody moves
  rig.pass(5ms);
  const auto after = rig.place(0, 300);
  const std::size_t left = on(before, 0) - on(after, 0);
  CHECK(left > 50);
  CHECK(on(after, 0) <= on(before, 0));
  for (std::size_t c = 0; c < 300; ++c)
    if (before[c] != 0) REQUIRE(after[c] == before[c]);
}

TEST_CASE("A large conversation with a pin goes its own way", "[fast][weighted]") {
  Rig rig;
  const auto before = rig.place(0, 3);
  const std::uint32_t hash = dist::flow_hash(rig.frame_of(0)->octets, rig.table.options.hash);
  dist::Pins pins{};
  pins[0] = {.hash = hash, .used = true};
  rig.table.pins.build(pins);
  rig.table.pin_member[0] = static_cast<std::uint8_t>((before[0] + 1) % 3);
  ++rig.table.moves.begun;
  rig.change();
  CHECK_FALSE(rig.send(0).has_value());
  CHECK(rig.send(1) == before[1]);
  rig.table.moves.released = rig.table.moves.begun;
  rig.change();
  CHECK(rig.send(0) == rig.table.pin_member[0]);
}

TEST_CASE("A burst is distributed whole, in order for each member, also when members refuse",
          "[fast][weighted]") {
  Rig rig;
  lagoon::test::Prng random{1};
  std::map<std::uint32_t, std::uint8_t> home;
  std::map<std::uint32_t, std::uint32_t> last;
  std::uint32_t number = 0;
  std::vector<TestPacket*> burst;
  for (int round = 0; round < 2000; ++round) {
    while (burst.size() < kBurstMax) {
      burst.push_back(rig.frame_of(static_cast<std::uint32_t>(random.below(100))));
      burst.back()->number = ++number;
    }
    TestTx tx;
    for (std::size_t& room : tx.room) room = random.below(40);
    const std::size_t sent = fast::distribute<TestPacket>(rig.table, burst, tx, *rig.state, rig.counters);
    burst.erase(burst.begin(), burst.begin() + static_cast<std::ptrdiff_t>(sent));
    for (std::uint8_t m = 0; m < 3; ++m)
      for (const TestPacket* packet : tx.sent[m]) {
        REQUIRE(home.try_emplace(packet->conversation, m).first->second == m);
        REQUIRE(packet->number > last[packet->conversation]);
        last[packet->conversation] = packet->number;
      }
    rig.state->now += 100us;
  }
}

}  // namespace weighted_test
