// A real Worker on a thread of its own, over ring ports, while tables are replaced under it. Runs under
// ThreadSanitizer as well (suite "threads").
#include "dpdk/worker.hpp"

#include <rte_eal.h>
#include <rte_mempool.h>

#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include "base/byte_reader.hpp"
#include "locked_pool.hpp"
#include "ring_port.hpp"
#include "support/catch.hpp"
#include "support/flow_frames.hpp"
#include "table/port_table_builder.hpp"
#include "wire/slow_frame.hpp"

using namespace lagoon;
using namespace lagoon::dpdk;
using lagoon::dpdk::test::RingPort;

namespace {

constexpr std::size_t kMembers = 3;
constexpr unsigned kPoolSize = 4095;

// EAL once in the process, and a pool that every test has to give back whole.
rte_mempool* pool() {
  static rte_mempool* const made = [] {
    static std::array<std::string, 10> args{"test", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry",
                                            "-m",   "64",        "-l",          "0",        "--log-level=4"};
    static std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    REQUIRE(rte_eal_init(static_cast<int>(argv.size()), argv.data()) >= 0);
    return lagoon::dpdk::test::make_locked_pool(kPoolSize);
  }();
  return made;
}

rte_mbuf* frame_of(std::uint32_t conversation, std::uint32_t number) {
  lagoon::test::FlowFrame built;
  built.macs().ipv4({.source = conversation}).udp(1, 2).be32(conversation).be32(number).zeros(10);
  rte_mbuf* const m = rte_pktmbuf_alloc(pool());
  if (m == nullptr) return nullptr;
  void* const to = rte_pktmbuf_append(m, static_cast<std::uint16_t>(built.octets().size()));
  std::memcpy(to, built.octets().data(), built.octets().size());
  return m;
}

struct Numbered {
  std::uint32_t conversation;
  std::uint32_t number;
};

Numbered numbers_of(const rte_mbuf* m) {
  const std::span<const std::byte> octets{rte_pktmbuf_mtod(m, const std::byte*), m->data_len};
  ByteReader reader{octets};
  reader.skip(42);
  const std::uint32_t conversation = reader.be32();
  return {conversation, reader.be32()};
}

// A LAG of three members cross-connected with an access port, served by one worker.
class Bench {
 public:
  Bench() : access_{unique("access"), pool()} {
    for (std::size_t i = 0; i < kMembers; ++i)
      members_.push_back(std::make_unique<RingPort>(unique("m"), pool()));
    publisher_.open(1).value();
    punts_ = rte_ring_create(unique("punts").c_str(), 64, SOCKET_ID_ANY, RING_F_SC_DEQ);
    slow_ = rte_ring_create(unique("slow").c_str(), 64, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
    publish({.collecting = 0b111, .distributing = 0b111});
    outgoing_ = rte_ring_create(unique("outgoing").c_str(), 64, SOCKET_ID_ANY, RING_F_SC_DEQ);
    auto access = std::make_unique<SidePorts>();
    access->put(MemberIndex{0}, {.id = access_.id()});
    publisher_.publish(access_slot_, std::move(access));
    serve(0b111);
    WorkerSettings settings{.qsbr = publisher_.qsbr(),
                            .punts = punts_,
                            .outgoing = outgoing_,
                            .slow_frames = slow_,
                            .stop = &stop_};
    settings.connections.push_back(
        {.a = {.ports = &access_slot_}, .b = {.ports = &ports_slot_, .table = &slot_}});
    worker_.emplace(std::move(settings));
    thread_ = std::thread{[this] { worker_->run(); }};
  }
  ~Bench() {
    finish();
    delete slot_.exchange(nullptr);
    delete ports_slot_.exchange(nullptr);
    delete access_slot_.exchange(nullptr);
    rte_ring_free(punts_);
    rte_ring_free(outgoing_);
    rte_ring_free(slow_);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void finish() {
    stop_.store(true, std::memory_order_release);
    if (thread_.joinable()) thread_.join();
    publisher_.reclaim();
  }
  void publish(table::PortTableInput input, bool holding = false) {
    input.generation = ++generation_;
    for (std::size_t i = 0; i < kMembers; ++i) input.capacity[i] = 10;
    auto table = table::build_port_table(input, plan_);
    if (holding) ++move_;
    table->moves = {.way = table::MoveWay::hold,
                    .gone_wait = true,
                    .begun = move_,
                    .released = holding ? move_ - 1 : move_};
    publisher_.publish(slot_, std::move(table));
  }
  /// Which members' ports the worker is given.
  void serve(std::uint32_t members) {
    auto ports = std::make_unique<SidePorts>();
    for (std::size_t i = 0; i < kMembers; ++i)
      if ((members >> i & 1U) != 0)
        ports->put(MemberIndex{static_cast<std::uint8_t>(i)}, {.id = members_[i]->id()});
    publisher_.publish(ports_slot_, std::move(ports));
  }
  /// Until the worker has passed by all tables before the last.
  void wait_for_reclaim() {
    for (unsigned i = 0; i < 20'000'000 && publisher_.waiting() != 0; ++i) {
      publisher_.reclaim();
      std::this_thread::yield();
    }
  }
  LagTotals totals() const {
    LagTotals totals;
    worker_->count(totals, 0);
    return totals;
  }
  std::uint64_t drops(fast::Drop reason) const { return totals().drops[static_cast<std::size_t>(reason)]; }
  std::uint64_t drops() const {
    const LagTotals counted = totals();
    return std::accumulate(counted.drops.begin(), counted.drops.end(), std::uint64_t{0});
  }

  RingPort access_;
  std::vector<std::unique_ptr<RingPort>> members_;
  QsbrPublisher publisher_;
  TableSlot slot_{nullptr};
  PortsSlot ports_slot_{nullptr};
  PortsSlot access_slot_{nullptr};
  rte_ring* punts_ = nullptr;
  rte_ring* outgoing_ = nullptr;
  rte_ring* slow_ = nullptr;

 private:
  static std::string unique(const std::string& name) {
    static unsigned number = 0;
    return name + std::to_string(number++);
  }
  dist::BucketPlan plan_;
  std::uint64_t generation_ = 0;
  std::uint64_t move_ = 0;
  std::atomic<bool> stop_ = false;
  std::optional<Worker> worker_;
  std::thread thread_;
};

void wait_until(const std::function<bool()>& done) {
  for (unsigned i = 0; i < 20'000'000 && !done(); ++i) std::this_thread::yield();
}

}  // namespace

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
    std::vector<std::uint16_t> punted_by;
    wait_until([&] {
      void* frame = nullptr;
      while (rte_ring_dequeue(bench.punts_, &frame) == 0) {
        punted_by.push_back(static_cast<rte_mbuf*>(frame)->port);
        rte_pktmbuf_free(static_cast<rte_mbuf*>(frame));
      }
      return punted_by.size() == 2 && bench.drops() == 1;
    });
    REQUIRE(punted_by.size() == 2);
    CHECK(punted_by[0] == bench.members_[0]->id());
    CHECK(punted_by[1] == bench.members_[1]->id());
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
    bench.publish({.collecting = 0, .distributing = 0});
    wait_until([&] {
      bench.publisher_.reclaim();
      return bench.publisher_.waiting() == 0;
    });
    const auto slow = wire::emit_slow_frame(MacAddress{{2, 0, 0, 0, 0, 1}}, wire::Lacpdu{});
    rte_mbuf* const frame = rte_pktmbuf_alloc(pool());
    std::memcpy(rte_pktmbuf_append(frame, static_cast<std::uint16_t>(slow.size())), slow.data(), slow.size());
    REQUIRE(bench.access_.put(frame));
    REQUIRE(bench.access_.put(frame_of(1, 1)));
    wait_until([&] { return bench.drops() == 2; });
    CHECK(bench.drops(fast::Drop::no_distributing_member) == 1);
    CHECK(bench.drops(fast::Drop::slow_from_port) == 1);
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
