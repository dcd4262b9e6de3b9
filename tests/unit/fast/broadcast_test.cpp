#include <algorithm>
#include <memory>

#include "fast/distribute/distributor.hpp"
#include "packets.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace broadcast_test {

using namespace lagoon;
using lagoon::test::packets_of;
using lagoon::test::pointers;
using lagoon::test::Prng;
using lagoon::test::TestPacket;

namespace {

std::unique_ptr<table::PortTable> table_of(std::uint32_t members) {
  auto table = std::make_unique<table::PortTable>();
  table->distribution = table::Distribution::broadcast;
  table->distributing = members;
  return table;
}

// A port that refuses at random, sends at once or later (and then frees its reference), and uses the array
// that it gets for its own ends.
class Ports {
 public:
  explicit Ports(Prng& random) : random_{random} {}
  std::size_t send(MemberIndex member, std::span<TestPacket*> packets) noexcept {
    const std::size_t m = member.value();
    const std::size_t taken = random_.chance(0.3) ? packets.size() : random_.below(packets.size() + 1);
    for (std::size_t i = 0; i < taken; ++i) {
      LAGOON_CHECK(packets[i]->references > 0);
      sent[m].push_back(packets[i]->number);
      octets[m] += packets[i]->octets.size();
      if (random_.chance(0.5))
        --packets[i]->references;
      else
        waiting_.push_back(packets[i]);
      packets[i] = nullptr;
    }
    return taken;
  }
  void send_waiting() {
    for (TestPacket* packet : waiting_) --packet->references;
    waiting_.clear();
  }
  std::array<std::vector<std::uint32_t>, kMembersMax> sent;
  std::array<std::uint64_t, kMembersMax> octets{};

 private:
  Prng& random_;
  std::vector<TestPacket*> waiting_;
};

struct Sums {
  std::uint64_t offered = 0;
  std::uint64_t left = 0;
};

// One burst, tried a few times; what is then left is dropped, as a worker does.
Sums send_burst(const table::PortTable& table, std::deque<TestPacket>& packets, Ports& ports,
                fast::LagCounters& counters, unsigned tries) {
  fast::DistributorState state;
  auto burst = pointers(packets);
  std::span<TestPacket*> rest{burst};
  for (unsigned i = 0; i < tries && !rest.empty(); ++i) {
    rest = rest.subspan(fast::distribute<TestPacket>(table, rest, ports, state, counters));
    for (const TestPacket* packet : rest) REQUIRE(packet->references == 1);
    REQUIRE(std::ranges::is_sorted(rest, {}, [](const TestPacket* p) { return p->number; }));
  }
  for (TestPacket* packet : rest) --packet->references;
  return {packets.size(), rest.size()};
}

}  // namespace

TEST_CASE("Every copy of a frame is sent, refused by name, or left with its frame; references are exact",
          "[fast][broadcast]") {
  Prng random{1};
  for (int set = 0; set < 40; ++set) {
    const std::uint32_t members = set % 2 == 0 ? 0b111U : random.u32() | 1U;
    const auto copies = static_cast<std::uint64_t>(std::popcount(members));
    const auto table = table_of(members);
    fast::LagCounters counters;
    Ports ports{random};
    Sums sums;
    std::uint64_t wrong_references = 0;
    for (int round = 0; round < 80; ++round) {
      auto packets = packets_of(random.between(1, kBurstMax), 60 + random.below(100));
      for (std::uint32_t i = 0; i < packets.size(); ++i)
        packets[i].number = static_cast<std::uint32_t>(round) * 100 + i;
      const Sums one =
          send_burst(*table, packets, ports, counters, static_cast<unsigned>(random.between(1, 3)));
      ports.send_waiting();
      for (const TestPacket& packet : packets) wrong_references += packet.references != 0 ? 1U : 0U;
      sums.offered += one.offered;
      sums.left += one.left;
    }
    CAPTURE(set, members);
    REQUIRE(wrong_references == 0);
    std::uint64_t sent = 0;
    std::uint32_t wrong = 0;
    for (std::size_t m = 0; m < kMembersMax; ++m) {
      const fast::MemberCounters& counted = counters.member[m];
      sent += counted.tx_packets.read();
      // Strictly rising: in order, and none twice, also over tries.
      const bool rises =
          std::ranges::adjacent_find(ports.sent[m], std::greater_equal{}) == ports.sent[m].end();
      if (!rises || counted.tx_packets.read() != ports.sent[m].size() ||
          counted.tx_bytes.read() != ports.octets[m])
        wrong |= 1U << m;
    }
    REQUIRE(wrong == 0);
    REQUIRE(sent + counters.of(fast::Drop::copy_refused).read() + copies * sums.left ==
            copies * sums.offered);
    if (copies > 1) REQUIRE(counters.of(fast::Drop::copy_refused).read() > 0);
  }
}

TEST_CASE("One frame goes to all three members as the same packet", "[fast][broadcast]") {
  auto packets = packets_of(1, 60);
  auto burst = pointers(packets);
  test::TestTx tx;
  fast::LagCounters counters;
  fast::DistributorState state;
  REQUIRE(fast::distribute<TestPacket>(*table_of(0b10101), burst, tx, state, counters) == 1);
  for (const std::size_t m : {0U, 2U, 4U}) CHECK(tx.sent[m] == std::vector{&packets[0]});
  CHECK(packets[0].references == 3);
}

TEST_CASE("With one distributing member a frame is not shared", "[fast][broadcast]") {
  auto packets = packets_of(3, 60);
  auto burst = pointers(packets);
  test::TestTx tx;
  tx.room[1] = 2;
  fast::LagCounters counters;
  fast::DistributorState state;
  CHECK(fast::distribute<TestPacket>(*table_of(0b10), burst, tx, state, counters) == 2);
  for (const TestPacket& packet : packets) CHECK(packet.references == 1);
  CHECK(counters.of(fast::Drop::copy_refused).read() == 0);
}

}  // namespace broadcast_test
