// A real Worker with the queues of traffic classes in front of its members: they are replaced, members are
// lost, and a Marker has to go behind what waits.
#include <map>
#include <set>

#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/snapshot/egress_set.hpp"
#include "wire/slow_frame.hpp"
#include "worker_bench.hpp"

namespace worker_queues_test {

using namespace lagoon;
using namespace lagoon::dpdk;
using namespace lagoon::dpdk::test;

namespace {

std::shared_ptr<const qos::TrafficPolicy> plan_of(bool shape, std::uint32_t limit = 2000) {
  qos::TrafficOptions options;
  options.shape = shape;
  options.classes = {{.name = "voice", .priority = 0, .limit = limit, .dscp = {46}},
                     {.name = "rest", .limit = limit}};
  return std::make_shared<const qos::TrafficPolicy>(qos::TrafficPolicy::from(options).value());
}

// Gives the worker sets of queues as EgressKeeper does, and frees those that it does not use any more.
struct Queues {
  Bench& bench;
  std::shared_ptr<EgressCounts> counts = std::make_shared<EgressCounts>();
  std::vector<std::shared_ptr<const EgressSet>> sets{};

  void give(std::shared_ptr<const qos::TrafficPolicy> policy, MemberSet members, BitsPerSecond speed = {}) {
    auto set = EgressSet::of(std::move(policy), members, counts, dpdk::now()).value();
    for_each(members, [&](MemberIndex m) { set->set_speed(m, speed); });
    give(std::move(set));
  }
  void take_away() { give(nullptr); }
  [[nodiscard]] std::uint64_t sum(fast::Counter fast::ClassCounters::* counter) const {
    std::uint64_t all = 0;
    for (const fast::EgressCounters& member : *counts)
      for (const fast::ClassCounters& one : member.of_class) all += (one.*counter).read();
    return all;
  }
  [[nodiscard]] std::uint64_t drops(fast::EgressDrop reason) const {
    std::uint64_t all = 0;
    for (const fast::EgressCounters& member : *counts)
      for (const fast::ClassCounters& one : member.of_class) all += one.of(reason).read();
    return all;
  }

 private:
  void give(std::shared_ptr<const EgressSet> set) {
    const EgressSet* const wanted = set.get();
    bench.egress_.want(wanted);
    if (set != nullptr) sets.push_back(std::move(set));
    wait_until([&] { return bench.egress_.adopted.load(std::memory_order_acquire) == wanted; });
    REQUIRE(bench.egress_.adopted.load(std::memory_order_acquire) == wanted);
    std::erase_if(sets, [&](const auto& old) { return old.get() != wanted; });
  }
};

void put(Bench& bench, std::uint32_t conversation, std::uint32_t number) {
  rte_mbuf* const frame = frame_of(conversation, number);
  REQUIRE(frame != nullptr);
  REQUIRE(bench.access_.put(frame));
}

// Frames that have come out of members, in order for each conversation.
struct Taken {
  std::map<std::uint32_t, std::uint32_t> last;
  std::size_t count = 0;
  std::size_t out_of_order = 0;
  void all(Bench& bench) {
    for (auto& member : bench.members_)
      while (rte_mbuf* frame = member->take()) {
        const Numbered n = numbers_of(frame);
        if (const auto before = last.find(n.conversation); before != last.end() && before->second >= n.number)
          ++out_of_order;
        last[n.conversation] = n.number;
        ++count;
        rte_pktmbuf_free(frame);
      }
  }
};

}  // namespace

TEST_CASE("Every frame passes the queues once and in order, while they are replaced and taken away",
          "[dpdk][worker][queues]") {
  static_cast<void>(pool());
  {
    Bench bench;
    Queues queues{bench};
    Taken taken;
    constexpr std::uint32_t kFrames = 12'000;
    for (std::uint32_t n = 1; n <= kFrames; ++n) {
      put(bench, n % 40, n);
      if (n % 200 == 0) {
        wait_until([&] {
          taken.all(bench);
          return bench.access_.all_received();
        });
        switch (n / 200 % 4) {
          case 0:
            queues.give(plan_of(false), 0b111);
            break;
          case 1:
            queues.give(plan_of(true), 0b011, mbps(100'000));
            break;
          case 2:
            queues.give(plan_of(false), 0b110);
            break;
          default:
            queues.take_away();
        }
      }
    }
    wait_until([&] {
      taken.all(bench);
      return taken.count == kFrames;
    });
    CHECK(taken.count == kFrames);
    CHECK(bench.drops() == 0);
    CHECK(taken.out_of_order == 0);
    CHECK(queues.sum(&fast::ClassCounters::in_packets) ==
          queues.sum(&fast::ClassCounters::out_packets) + queues.sum(&fast::ClassCounters::taken_back));
    bench.finish();
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

TEST_CASE("What waits for a member that is lost goes over the others", "[dpdk][worker][queues]") {
  static_cast<void>(pool());
  {
    Bench bench;
    Queues queues{bench};
    // So slow that next to nothing leaves by itself.
    queues.give(plan_of(true), 0b111, BitsPerSecond{8'000});
    constexpr std::uint32_t kFrames = 600;
    for (std::uint32_t n = 1; n <= kFrames; ++n) put(bench, n, n);
    wait_until([&] { return queues.sum(&fast::ClassCounters::in_packets) == kFrames; });
    REQUIRE(queues.sum(&fast::ClassCounters::in_packets) == kFrames);
    bench.publish({.collecting = 0b110, .distributing = 0b110});
    wait_until([&] { return queues.sum(&fast::ClassCounters::taken_back) > 0; });
    CHECK(queues.sum(&fast::ClassCounters::taken_back) > 0);
    // The rest goes when the members may send as they like.
    Taken taken;
    queues.take_away();
    wait_until([&] {
      taken.all(bench);
      return taken.count == kFrames;
    });
    CHECK(taken.count == kFrames);
    CHECK(bench.drops() == 0);
    bench.finish();
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

TEST_CASE("A Marker goes behind what waits in the queues, a LACPDU goes ahead of it",
          "[dpdk][worker][queues]") {
  static_cast<void>(pool());
  {
    Bench bench;
    bench.publish({.collecting = 0b001, .distributing = 0b001});
    Queues queues{bench};
    queues.give(plan_of(true), 0b001, mbps(1));
    for (std::uint32_t n = 1; n <= 100; ++n) put(bench, n, n);
    wait_until([&] { return queues.sum(&fast::ClassCounters::in_packets) == 100; });
    const auto slow = [&](const wire::SlowPdu& pdu) {
      const auto octets = wire::emit_slow_frame(MacAddress{{2, 0, 0, 0, 0, 1}}, pdu);
      rte_mbuf* const frame = rte_pktmbuf_alloc(pool());
      std::memcpy(rte_pktmbuf_append(frame, static_cast<std::uint16_t>(octets.size())), octets.data(),
                  octets.size());
      frame->port = bench.members_[0]->id();
      REQUIRE(rte_ring_enqueue(bench.slow_, frame) == 0);
    };
    slow(wire::MarkerPdu{.transaction = 1});
    slow(wire::Lacpdu{});
    std::vector<char> order;
    wait_until([&] {
      while (rte_mbuf* frame = bench.members_[0]->take()) {
        const auto* const octets = rte_pktmbuf_mtod(frame, const std::uint8_t*);
        const bool is_slow = octets[12] == 0x88 && octets[13] == 0x09;
        order.push_back(!is_slow ? 'd' : octets[14] == 2 ? 'M' : 'L');
        rte_pktmbuf_free(frame);
      }
      return order.size() == 102;
    });
    REQUIRE(order.size() == 102);
    CHECK(order.back() == 'M');
    CHECK(std::find(order.begin(), order.end(), 'L') < order.end() - 2);
    bench.finish();
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

TEST_CASE("When a worker ends, what waits is counted as lost and freed", "[dpdk][worker][queues]") {
  static_cast<void>(pool());
  {
    Bench bench;
    Queues queues{bench};
    queues.give(plan_of(true), 0b111, BitsPerSecond{8'000});
    for (std::uint32_t n = 1; n <= 300; ++n) put(bench, n, n);
    wait_until([&] { return queues.sum(&fast::ClassCounters::in_packets) == 300; });
    bench.finish();
    CHECK(queues.drops(fast::EgressDrop::member_lost) + queues.sum(&fast::ClassCounters::out_packets) == 300);
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

}  // namespace worker_queues_test
