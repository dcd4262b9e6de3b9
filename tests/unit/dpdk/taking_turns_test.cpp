// What one member can't do to the others on the workers' side: take all turns, fill all rings, or stop the
// frames behind its own.
#include <array>
#include <atomic>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "dpdk/worker/burst_queue.hpp"
#include "dpdk/worker/bursts.hpp"
#include "wire/slow_frame.hpp"
#include "worker_bench.hpp"

namespace taking_turns_test {

using namespace lagoon;
using namespace lagoon::dpdk;
using namespace lagoon::dpdk::test;

namespace {

rte_mbuf* slow_frame(const auto& pdu) {
  const auto octets = wire::emit_slow_frame(MacAddress{{2, 0, 0, 0, 0, 9}}, pdu);
  rte_mbuf* const m = rte_pktmbuf_alloc(pool());
  REQUIRE(m != nullptr);
  std::memcpy(rte_pktmbuf_append(m, static_cast<std::uint16_t>(octets.size())), octets.data(), octets.size());
  return m;
}

// A receive queue over members that always have more.
class Saturated {
 public:
  explicit Saturated(std::uint32_t members) : members_{members} {
    static_cast<void>(pool());
    publisher_.open(1).value();
    auto ports = std::make_unique<SidePorts>();
    for_each(members, [&](MemberIndex m) {
      ports_[m.value()] = std::make_unique<RingPort>("turn" + std::to_string(number_++), pool());
      ports->put(m, {.id = ports_[m.value()]->id()});
    });
    publisher_.publish(ports_slot_, std::move(ports));
    dist::BucketPreferences preferences;
    publisher_.publish(table_,
                       table::build_port_table({.generation = 1, .collecting = members}, preferences));
    found_ = rte_ring_create("turn_found", 64, SOCKET_ID_ANY, 0);
    queue_.reset(new RxQueue{
        .gate = {publisher_.qsbr(), 0}, .ports = &ports_slot_, .table = &table_, .found = found_});
  }
  ~Saturated() {
    rte_ring_free(found_);
    publisher_.reclaim();
  }
  Saturated(const Saturated&) = delete;
  Saturated& operator=(const Saturated&) = delete;
  // Frames of each member, after so many calls.
  std::array<unsigned, kMembersMax> receive_in_bursts_of(std::uint16_t most, unsigned calls) {
    std::array<unsigned, kMembersMax> taken{};
    for (unsigned i = 0; i < calls; ++i) {
      for_each(members_, [&](MemberIndex m) { fill(m); });
      std::vector<rte_mbuf*> frames(most);
      const std::uint16_t count = receive(*queue_, frames.data(), most);
      for (std::uint16_t f = 0; f < count; ++f) {
        ++taken[numbers_of(frames[f]).conversation];
        --waiting_[numbers_of(frames[f]).conversation];
        rte_pktmbuf_free(frames[f]);
      }
    }
    return taken;
  }

 private:
  void fill(MemberIndex m) {
    for (unsigned& waiting = waiting_[m.value()]; waiting < kBurstMax; ++waiting)
      REQUIRE(ports_[m.value()]->put(frame_of(m.value(), 0)));
  }
  static inline unsigned number_ = 0;
  std::uint32_t members_;
  std::array<std::unique_ptr<RingPort>, kMembersMax> ports_{};
  std::array<unsigned, kMembersMax> waiting_{};
  QsbrPublisher publisher_;
  PortsSlot ports_slot_{nullptr};
  TableSlot table_{nullptr};
  rte_ring* found_ = nullptr;
  std::unique_ptr<RxQueue> queue_;
};

}  // namespace

// Three of 32 places were taken: the turn went over all 32, and the first member had 30 turns of 32. (A tenth
// of an even share: two members of three with small bursts, where one would have nothing, are far from it.)
TEST_CASE("Members that are all saturated have even shares, whatever the burst", "[dpdk][queue]") {
  for (const std::uint32_t members : {0b111U, 0b10010001U, 1U << 31 | 1U << 3}) {
    Saturated queue{members};
    for (const unsigned most : {1U, 4U, 8U, 31U, 32U, 33U, 40U, 64U, 100U, 512U}) {
      CAPTURE(members, most);
      const auto taken = queue.receive_in_bursts_of(static_cast<std::uint16_t>(most), 96);
      const unsigned all = std::accumulate(taken.begin(), taken.end(), 0U);
      const unsigned share = all / static_cast<unsigned>(std::popcount(members));
      for_each(members, [&](MemberIndex m) {
        CHECK(10 * taken[m.value()] >= 9 * share);
        CHECK(10 * taken[m.value()] <= 11 * share);
      });
    }
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

// One ring of 1024 for all members of all LAGs took whatever came first.
TEST_CASE("A member that floods has its own rings full, and other members' frames pass", "[dpdk][worker]") {
  static_cast<void>(pool());
  {
    Bench bench;
    constexpr unsigned kFlood = 500;
    for (unsigned i = 0; i < kFlood; ++i) {
      REQUIRE(bench.members_[0]->put(slow_frame(wire::Lacpdu{})));
      REQUIRE(bench.members_[0]->put(slow_frame(wire::MarkerPdu{})));
    }
    REQUIRE(bench.members_[1]->put(slow_frame(wire::Lacpdu{})));
    REQUIRE(bench.members_[1]->put(slow_frame(wire::MarkerPdu{})));
    wait_until([&] { return bench.members_[0]->all_received() && bench.members_[1]->all_received(); });
    bench.finish();
    const auto count = [&](std::size_t member, PuntKind kind) {
      unsigned frames = 0;
      while (rte_mbuf* const frame = bench.punts_[member]->take(kind)) {
        ++frames;
        rte_pktmbuf_free(frame);
      }
      return frames;
    };
    CHECK(count(1, PuntKind::lacpdu) == 1);
    CHECK(count(1, PuntKind::slow) == 1);
    // The limit, and what its rings hold: the rest has a name.
    CHECK(count(0, PuntKind::lacpdu) == 10);
    CHECK(bench.punts_[0]->lacpdus_above() == kFlood - 10);
    CHECK(bench.punts_[1]->lacpdus_above() == 0);
    CHECK(count(0, PuntKind::slow) + bench.drops(fast::Drop::punt_ring_full) == kFlood);
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

TEST_CASE("Control says anew how many LACPDUs may pass, and hears none that come another way",
          "[dpdk][worker]") {
  static_cast<void>(pool());
  {
    MemberPuntsPtr punts = MemberPunts::make();
    REQUIRE(punts != nullptr);
    punts->allow_lacpdus(2);
    for (unsigned i = 0; i < 5; ++i)
      CHECK(punts->push(slow_frame(wire::Lacpdu{})) == MemberPunts::Taken::yes);
    CHECK(punts->lacpdus_above() == 3);
    punts->allow_lacpdus(2);
    CHECK(punts->push(slow_frame(wire::Lacpdu{})) == MemberPunts::Taken::yes);
    CHECK(punts->lacpdus_above() == 3);
    punts->hears_slow_elsewhere();
    CHECK(punts->push(slow_frame(wire::Lacpdu{})) == MemberPunts::Taken::elsewhere);
    CHECK(punts->push(slow_frame(wire::MarkerPdu{})) == MemberPunts::Taken::elsewhere);
    CHECK(punts->lacpdus_above() == 3);
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

// As net_tap and net_pcap do: the burst ends at a frame that the port can't send. A worker then dropped all
// of the burst, and a program of the PMD's tried for ever.
TEST_CASE("A frame that a member can never send is dropped by name, and those behind it go",
          "[dpdk][worker]") {
  static_cast<void>(pool());
  {
    Bench bench;
    for (const auto& member : bench.members_)
      rte_eth_fp_ops[member->id()].tx_pkt_burst = [](void* ring, rte_mbuf** frames, std::uint16_t count) {
        std::uint16_t sent = 0;
        while (sent < count && frames[sent]->pkt_len >= 14 && frames[sent]->pkt_len <= 1514 &&
               rte_ring_enqueue(static_cast<rte_ring*>(ring), frames[sent]) == 0)
          ++sent;
        return sent;
      };
    const auto stretched = [](std::uint32_t number) {
      rte_mbuf* const m = frame_of(number, number);
      REQUIRE(rte_pktmbuf_append(m, 1600) != nullptr);
      return m;
    };
    constexpr std::uint32_t kRounds = 60;
    for (std::uint32_t i = 0; i < kRounds; ++i) {
      REQUIRE(bench.access_.put(frame_of(i, i)));
      REQUIRE(bench.access_.put(i % 2 == 0 ? stretched(i) : frame_of(i, i)));
    }
    unsigned came = 0;
    wait_until([&] {
      for (const auto& member : bench.members_)
        while (rte_mbuf* const frame = member->take()) {
          ++came;
          rte_pktmbuf_free(frame);
        }
      return came + bench.drops() == 2 * kRounds;
    });
    CHECK(bench.drops(fast::Drop::unfit) == kRounds / 2);
    CHECK(bench.drops() == kRounds / 2);
    CHECK(came == kRounds + kRounds / 2);
    const LagTotals totals = bench.totals();
    std::uint64_t counted = 0;
    for (const control::Traffic& m : totals.members) counted += m.tx_packets;
    CHECK(counted == came);
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

// The first frame that a port refused stood before all others, 4096 turns of the worker.
TEST_CASE("A member that takes nothing keeps no other member's LACPDUs waiting", "[dpdk][worker]") {
  static std::atomic<unsigned> refusals = 0;
  static std::atomic<unsigned> refusals_before_others = 0;
  static_cast<void>(pool());
  {
    Bench bench;
    const std::uint16_t stuck = bench.members_[0]->id();
    const std::uint16_t other = bench.members_[1]->id();
    rte_eth_fp_ops[stuck].tx_pkt_burst = [](void*, rte_mbuf**, std::uint16_t) -> std::uint16_t {
      refusals.fetch_add(1);
      return 0;
    };
    rte_eth_fp_ops[other].tx_pkt_burst = [](void* ring, rte_mbuf** frames, std::uint16_t count) {
      refusals_before_others.store(refusals.load());
      return static_cast<std::uint16_t>(rte_ring_enqueue_burst(
          static_cast<rte_ring*>(ring), reinterpret_cast<void**>(frames), count, nullptr));
    };
    std::array<void*, 11> frames{};
    for (std::size_t i = 0; i < frames.size(); ++i) {
      rte_mbuf* const frame = slow_frame(wire::Lacpdu{});
      frame->port = i + 1 < frames.size() ? stuck : other;
      frames[i] = frame;
    }
    REQUIRE(rte_ring_enqueue_bulk(bench.slow_, frames.data(), frames.size(), nullptr) == frames.size());
    rte_mbuf* came = nullptr;
    wait_until([&] { return (came = bench.members_[1]->take()) != nullptr; });
    REQUIRE(came != nullptr);
    rte_pktmbuf_free(came);
    CHECK(refusals_before_others == 1);
    bench.finish();
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

}  // namespace taking_turns_test
