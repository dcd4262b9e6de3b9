// A worker, and tables that have an end.
#include <rte_cycles.h>

#include "support/sanitized.hpp"
#include "wire/slow_frame.hpp"
#include "worker_bench.hpp"

namespace validity_test {

using namespace lagoon;
using namespace lagoon::dpdk;
using namespace lagoon::dpdk::test;

namespace {

constexpr std::uint64_t kForEver = ~std::uint64_t{0};
constexpr table::PortTableInput kAll{.collecting = 0b111, .distributing = 0b111};

// Frames that were put in at either side, and came out at the other.
struct Frames {
  Bench& bench;
  std::uint64_t put = 0;
  std::uint64_t came = 0;

  void put_from(RingPort& port, std::uint32_t count = 1) {
    for (std::uint32_t i = 0; i < count; ++i, ++put)
      REQUIRE(port.put(frame_of(1, static_cast<std::uint32_t>(put))));
  }
  // Until each has come, or was dropped by name.
  void settle() {
    const auto take = [&](RingPort& port) {
      while (rte_mbuf* const frame = port.take()) {
        rte_pktmbuf_free(frame);
        ++came;
      }
    };
    wait_until([&] {
      bench.publisher_.reclaim();
      for (const auto& member : bench.members_) take(*member);
      take(bench.access_);
      return came + bench.drops() == put;
    });
    CHECK(came + bench.drops() == put);
  }
};

}  // namespace

TEST_CASE("A worker forwards nothing by a table that is over, and goes on when it is renewed",
          "[dpdk][worker]") {
  static_cast<void>(pool());
  {
    Bench bench;
    Frames frames{bench};
    table::Validity validity;
    validity.until = kForEver;
    bench.publish_until(kAll, &validity, 0);
    bench.wait_for_reclaim();
    frames.put_from(*bench.members_[0]);
    frames.put_from(bench.access_);
    frames.settle();
    CHECK(frames.came == 2);
    validity.until = rte_rdtsc();
    frames.put_from(*bench.members_[0]);
    frames.put_from(bench.access_);
    frames.settle();
    CHECK(frames.came == 2);
    CHECK(bench.drops(fast::Drop::lapsed) == 1);
    CHECK(bench.drops(fast::Drop::not_collecting) == 1);
    validity.until = kForEver;
    frames.put_from(*bench.members_[0]);
    frames.put_from(bench.access_);
    frames.settle();
    CHECK(frames.came == 4);
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

TEST_CASE("A slow frame is handed over whether the table is over or not", "[dpdk][worker]") {
  static_cast<void>(pool());
  {
    Bench bench;
    const table::Validity over;
    bench.publish_until(kAll, &over, 0);
    bench.wait_for_reclaim();
    const auto slow = wire::emit_slow_frame(MacAddress{{2, 0, 0, 0, 0, 1}}, wire::Lacpdu{});
    rte_mbuf* const frame = rte_pktmbuf_alloc(pool());
    std::memcpy(rte_pktmbuf_append(frame, static_cast<std::uint16_t>(slow.size())), slow.data(), slow.size());
    REQUIRE(bench.members_[1]->put(frame));
    rte_mbuf* punted = nullptr;
    wait_until([&] { return (punted = bench.punts_[1]->take(PuntKind::lacpdu)) != nullptr; });
    REQUIRE(punted != nullptr);
    rte_pktmbuf_free(punted);
    CHECK(bench.drops() == 0);
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

// The worker is stopped at many places of its turn. (ThreadSanitizer keeps signals back until a thread calls
// something that it knows, which a worker that finds nothing never does.)
#ifndef LAGOON_SANITIZED
TEST_CASE("What lies in queues is older than another right to forward: it goes", "[dpdk][worker]") {
  static_cast<void>(pool());
  {
    Bench bench;
    Frames frames{bench};
    std::array<table::Validity, 200> validities;
    for (std::uint32_t round = 1; round < validities.size(); ++round) {
      validities[round].until = kForEver;
      {
        const auto standing = bench.standing();
        validities[round - 1].until = 0;
        frames.put_from(*bench.members_[round % kMembers], 40);
        frames.put_from(bench.access_, 40);
        bench.publish_until(kAll, &validities[round], round);
      }
      const std::uint64_t before = frames.came;
      frames.settle();
      CHECK(frames.came == before);
      // (while it throws away what was there, it does so with what comes)
      for (unsigned tries = 0; tries < 1000 && frames.came < before + 2; ++tries) {
        frames.put_from(*bench.members_[0]);
        frames.put_from(bench.access_);
        frames.settle();
      }
      CHECK(frames.came >= before + 2);
    }
    CHECK(bench.drops(fast::Drop::lapsed) > 5000);
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}
#endif

}  // namespace validity_test
