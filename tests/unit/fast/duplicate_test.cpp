#include <algorithm>
#include <map>
#include <memory>

#include "fast/collect/collector.hpp"
#include "packets.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace duplicate_test {

using namespace lagoon;
using fast::DuplicateWindow;
using lagoon::test::Prng;
using lagoon::test::TestPacket;
using lagoon::test::TestPunt;
using lagoon::test::TestSink;

namespace {

constexpr MemberIndex kA{0};
constexpr MemberIndex kB{1};

TestPacket frame_of(std::uint64_t number, std::size_t size = 60) {
  test::FlowFrame frame;
  frame.macs().ipv4({}).udp(1, 2).be64(number).zeros(size - 50);
  TestPacket packet;
  packet.octets.assign(frame.octets().begin(), frame.octets().end());
  packet.number = static_cast<std::uint32_t>(number);
  return packet;
}

}  // namespace

TEST_CASE("A frame is known from another member, and new again from the same one", "[fast][duplicate]") {
  const auto window = std::make_unique<DuplicateWindow>();
  CHECK_FALSE(window->is_duplicate(kA, 1));
  CHECK(window->is_duplicate(kB, 1));
  CHECK(window->is_duplicate(MemberIndex{31}, 1));
  CHECK_FALSE(window->is_duplicate(kB, 1));
  CHECK(window->is_duplicate(kA, 1));
  CHECK_FALSE(window->is_duplicate(kA, 1));
  CHECK_FALSE(window->is_duplicate(kA, 0));
  CHECK(window->is_duplicate(kB, 0));
}

TEST_CASE("A copy that comes later than the window is delivered", "[fast][duplicate]") {
  for (const std::uint32_t later : {100U, DuplicateWindow::kFrames - 1, DuplicateWindow::kFrames}) {
    const auto window = std::make_unique<DuplicateWindow>();
    CHECK_FALSE(window->is_duplicate(kA, 5));
    // (all in another set, so that this one is not pushed out)
    for (std::uint32_t i = 0; i < later; ++i)
      CHECK_FALSE(window->is_duplicate(kA, 6 + (std::uint64_t{i} << 32)));
    CHECK(window->is_duplicate(kB, 5) == (later < DuplicateWindow::kFrames));
  }
}

TEST_CASE("What pushes others out is the newest in its set, and pushes out the oldest", "[fast][duplicate]") {
  const auto window = std::make_unique<DuplicateWindow>();
  for (std::uint64_t i = 0; i < 5; ++i) CHECK_FALSE(window->is_duplicate(kA, 9 + (i << 32)));
  for (std::uint64_t i = 1; i < 5; ++i) CHECK(window->is_duplicate(kB, 9 + (i << 32)));
  CHECK_FALSE(window->is_duplicate(kB, 9));
}

TEST_CASE("Over lossy members with copies each frame that comes at all is delivered once",
          "[fast][duplicate]") {
  Prng random{1};
  for (const std::size_t members : {2U, 3U, 8U}) {
    const auto table = std::make_unique<table::PortTable>();
    table->collecting = 0xff;
    table->options.eliminate_duplicates = true;
    const auto state = std::make_unique<fast::CollectorState>();
    fast::LagCounters counters;
    constexpr std::uint64_t kFrames = 30'000;
    std::vector<std::uint64_t> at(members, 0);  // each member brings all in order, but those it loses
    std::vector<std::uint8_t> came(kFrames, 0), delivered(kFrames, 0);
    const auto behind = [&] { return *std::ranges::min_element(at); };
    while (behind() < kFrames) {
      const std::size_t m = random.below(members);
      // (no member is further ahead than the window remembers)
      std::deque<TestPacket> packets;
      for (std::uint64_t i = random.below(40); i-- > 0 && at[m] < std::min(kFrames, behind() + 100);
           ++at[m]) {
        if (random.chance(0.2)) continue;
        came[at[m]] = 1;
        packets.push_back(frame_of(at[m], 60 + at[m] % 40));
        // Ports cut frames as they like.
        if (random.chance(0.3)) packets.back().cut = random.between(50, packets.back().octets.size() - 1);
      }
      auto burst = test::pointers(packets);
      TestPunt punt;
      TestSink sink;
      for (const TestPacket* packet : fast::collect<TestPacket>(
               *table, MemberIndex{static_cast<std::uint8_t>(m)}, burst, punt, sink, *state, counters))
        ++delivered[packet->number];
    }
    CAPTURE(members);
    CHECK(delivered == came);
    CHECK(counters.of(fast::Drop::duplicate).read() > kFrames / 2);
  }
}

TEST_CASE("What comes over one member alone is never dropped, not even its own repetitions",
          "[fast][duplicate]") {
  Prng random{2};
  const auto window = std::make_unique<DuplicateWindow>();
  std::map<std::uint64_t, std::uint64_t> owner;
  std::uint64_t dropped = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t digest = random.below(10'000) * 0x9e37'79b9'7f4a'7c15U;
    const std::uint64_t m = owner.try_emplace(digest, random.below(4)).first->second;
    dropped += window->is_duplicate(MemberIndex{static_cast<std::uint8_t>(m)}, digest) ? 1U : 0U;
  }
  CHECK(dropped == 0);
}

TEST_CASE("The digest tells frames apart by any bit and by their length, and not by how they are cut",
          "[fast][duplicate]") {
  Prng random{3};
  for (int round = 0; round < 300; ++round) {
    TestPacket packet = frame_of(random.next(), random.between(60, 200));
    const std::uint64_t digest = fast::digest_of(packet);
    packet.cut = random.between(1, packet.octets.size() - 1);
    REQUIRE(fast::digest_of(packet) == digest);
    TestPacket longer = packet;
    longer.octets.push_back(std::byte{0});
    REQUIRE(fast::digest_of(longer) != digest);
    const std::uint64_t bit = random.below(packet.octets.size() * 8);
    packet.octets[bit / 8] ^= std::byte{1} << (bit % 8);
    const std::uint64_t other = fast::digest_of(packet);
    // Both halves, for each alone is a weak one.
    REQUIRE(static_cast<std::uint32_t>(other) != static_cast<std::uint32_t>(digest));
    REQUIRE(other >> 32 != digest >> 32);
  }
}

TEST_CASE("Halves of the digest differ independently of each other", "[fast][duplicate]") {
  Prng random{4};
  std::set<std::uint64_t> differences;
  for (int round = 0; round < 1000; ++round) {
    TestPacket packet = frame_of(random.next());
    const std::uint64_t before = fast::digest_of(packet);
    packet.octets[44] ^= std::byte{1};  // in a word that is another in each
    differences.insert(fast::digest_of(packet) ^ before);
  }
  // (of a linear code there would be one)
  CHECK(differences.size() > 100);
}

}  // namespace duplicate_test
