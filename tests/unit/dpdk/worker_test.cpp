// A real Worker on a thread of its own, over ring ports, while tables are replaced under it. Runs under
// ThreadSanitizer as well (suite "threads").
#include <map>

#include "wire/slow_frame.hpp"
#include "worker_bench.hpp"

namespace worker_test {

using namespace lagoon;
using namespace lagoon::dpdk;
using namespace lagoon::dpdk::test;

TEST_CASE("A worker distributes every frame exactly once while tables change under it", "[dpdk][worker]") {
  static_cast<void>(pool());
  constexpr std::uint32_t kFrames = 30'000;
  constexpr std::uint32_t kConversations = 50;
  {
    Bench bench;
    std::uint32_t put = 0;
    std::uint32_t taken = 0;
    std::array<std::map<std::uint32_t, std::uint32_t>, kMembers> last;
    const auto take_all = [&] {
      for (std::size_t m = 0; m < kMembers; ++m)
        while (rte_mbuf* frame = bench.members_[m]->take()) {
          const Numbered n = numbers_of(frame);
          const auto before = last[m].find(n.conversation);
          if (before != last[m].end()) REQUIRE(n.number > before->second);
          last[m][n.conversation] = n.number;
          rte_pktmbuf_free(frame);
          ++taken;
        }
    };
    constexpr std::array<std::uint32_t, 4> sets{0b111, 0b011, 0b110, 0b101};
    while (put < kFrames) {
      for (unsigned i = 0; i < 32 && put < kFrames; ++i) {
        rte_mbuf* const frame = frame_of(put % kConversations, put);
        if (frame == nullptr) break;
        if (!bench.access_.put(frame)) {
          rte_pktmbuf_free(frame);
          break;
        }
        ++put;
      }
      if (put % 7 == 0)
        bench.publish({.collecting = 0b111, .distributing = sets[put / 7 % sets.size()]}, put % 3 == 0);
      bench.publisher_.reclaim();
      take_all();
    }
    bench.publish({.collecting = 0b111, .distributing = 0b111});
    wait_until([&] {
      bench.publisher_.reclaim();  // (the last table may wait for it)
      take_all();
      return taken + bench.drops() == kFrames;
    });
    CHECK(taken + bench.drops() == kFrames);
    std::uint64_t counted = 0;
    for (const control::Traffic& m : bench.totals().members) counted += m.tx_packets;
    CHECK(counted == taken);
    bench.finish();
    CHECK(bench.publisher_.waiting() == 0);
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

TEST_CASE("A worker collects from Collecting members only, and punts slow-protocol frames of all",
          "[dpdk][worker]") {
  static_cast<void>(pool());
  {
    Bench bench;
    bench.publish({.collecting = 0b001, .distributing = 0b001});
    wait_until([&] {
      bench.publisher_.reclaim();
      return bench.publisher_.waiting() == 0;
    });
    const auto slow = wire::emit_slow_frame(MacAddress{{2, 0, 0, 0, 0, 1}}, wire::Lacpdu{});
    for (std::size_t m = 0; m < 2; ++m) {
      REQUIRE(bench.members_[m]->put(frame_of(1, static_cast<std::uint32_t>(m))));
      rte_mbuf* const frame = rte_pktmbuf_alloc(pool());
      std::memcpy(rte_pktmbuf_append(frame, static_cast<std::uint16_t>(slow.size())), slow.data(),
                  slow.size());
      REQUIRE(bench.members_[m]->put(frame));
    }
    rte_mbuf* delivered = nullptr;
    wait_until([&] { return (delivered = bench.access_.take()) != nullptr; });
    REQUIRE(delivered != nullptr);
    CHECK(numbers_of(delivered).number == 0);
    rte_pktmbuf_free(delivered);
    std::array<unsigned, kMembers> punted{};
    wait_until([&] {
      for (std::size_t m = 0; m < kMembers; ++m)
        while (rte_mbuf* const frame = bench.punts_[m]->take(PuntKind::lacpdu)) {
          ++punted[m];
          rte_pktmbuf_free(frame);
        }
      return punted[0] + punted[1] + punted[2] == 2 && bench.drops() == 1;
    });
    CHECK(punted == std::array<unsigned, kMembers>{1, 1, 0});
    CHECK(bench.access_.take() == nullptr);
    bench.finish();
    CHECK(bench.drops() == 1);
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

TEST_CASE("While the LAG is down, and for slow-protocol frames from behind it, frames are dropped by name",
          "[dpdk][worker]") {
  static_cast<void>(pool());
  {
    Bench bench;
    const auto slow = wire::emit_slow_frame(MacAddress{{2, 0, 0, 0, 0, 1}}, wire::Lacpdu{});
    rte_mbuf* const frame = rte_pktmbuf_alloc(pool());
    std::memcpy(rte_pktmbuf_append(frame, static_cast<std::uint16_t>(slow.size())), slow.data(), slow.size());
    REQUIRE(bench.access_.put(frame));
    wait_until([&] { return bench.drops() == 1; });
    CHECK(bench.drops(fast::Drop::slow_from_port) == 1);
    bench.publish({.collecting = 0, .distributing = 0});
    wait_until([&] {
      bench.publisher_.reclaim();
      return bench.publisher_.waiting() == 0;
    });
    REQUIRE(bench.access_.put(frame_of(1, 1)));
    wait_until([&] { return bench.drops() == 2; });
    CHECK(bench.drops(fast::Drop::no_distributing_member) == 1);
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

TEST_CASE("A worker sends the control lcore's frames, and those it holds go when it ends", "[dpdk][worker]") {
  static_cast<void>(pool());
  {
    Bench bench;
    rte_mbuf* const lacpdu = frame_of(7, 7);
    lacpdu->port = bench.members_[2]->id();
    REQUIRE(rte_ring_enqueue(bench.slow_, lacpdu) == 0);
    rte_mbuf* sent = nullptr;
    wait_until([&] { return (sent = bench.members_[2]->take()) != nullptr; });
    CHECK(sent == lacpdu);
    rte_pktmbuf_free(sent);

    // (every lane leaves a member that can't be sent on any more)
    bench.publish({.collecting = 0b111, .distributing = 0b001});
    bench.wait_for_reclaim();
    bench.publish({.collecting = 0b111, .distributing = 0b110}, true);
    bench.wait_for_reclaim();
    REQUIRE(bench.access_.put(frame_of(1, 1)));
    wait_until([&] { return bench.access_.all_received(); });
    bench.finish();
    for (const auto& member : bench.members_) CHECK(member->take() == nullptr);
    CHECK(bench.drops() == 1);
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

}  // namespace worker_test
