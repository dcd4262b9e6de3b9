// Members come and go at random while a real Worker carries traffic on a thread of its own, and a real
// ControlLoop turns under a clock that the test sets. Runs under ThreadSanitizer as well (suite "threads").
#include "dpdk/control/member_lifecycle.hpp"

#include <rte_eal.h>
#include <rte_mempool.h>

#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "base/byte_reader.hpp"
#include "dpdk/control/control_loop.hpp"
#include "dpdk/worker/worker.hpp"
#include "locked_pool.hpp"
#include "ring_port.hpp"
#include "support/catch.hpp"
#include "support/flow_frames.hpp"

namespace members_test {

using namespace lagoon;
using namespace lagoon::dpdk;
using lagoon::dpdk::test::RingPort;

namespace {

constexpr unsigned kPoolSize = 8191;
constexpr std::size_t kMost = 5;

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
  built.macs().ipv4({.source = conversation}).udp(1, 2).be32(number).zeros(14);
  rte_mbuf* const m = rte_pktmbuf_alloc(pool());
  if (m == nullptr) return nullptr;
  void* const to = rte_pktmbuf_append(m, static_cast<std::uint16_t>(built.octets().size()));
  std::memcpy(to, built.octets().data(), built.octets().size());
  return m;
}

std::uint32_t number_of(const rte_mbuf* m) {
  ByteReader reader{{rte_pktmbuf_mtod(m, const std::byte*), m->data_len}};
  reader.skip(42);
  return reader.be32();
}

// What came out of a direction: which frames, each at most once.
class Sink {
 public:
  void take_all(RingPort& port) {
    while (rte_mbuf* const frame = port.take()) {
      const std::uint32_t number = number_of(frame);
      if (number >= seen_.size()) seen_.resize(number + 1);
      REQUIRE_FALSE(seen_[number]);
      seen_[number] = true;
      rte_pktmbuf_free(frame);
      ++taken_;
    }
  }
  [[nodiscard]] std::uint64_t taken() const { return taken_; }

 private:
  std::vector<bool> seen_;
  std::uint64_t taken_ = 0;
};

class Bench {
 public:
  Bench() : access_{unique("access"), pool()} {
    publisher_.open(1).value();
    links_.open().value();
    errands_.open().value();
    slow_.push_back(ring("slow"));
    transmitter_.emplace(pool(), slow_);
    lifecycle_.emplace(publisher_, *transmitter_, links_, errands_);
    lags_.push_back(std::make_unique<LagRuntime>());
    lag().workers = {0};
    lag().use_positions(1, 1, 1);
    control::LagOptions options;
    options.mode = control::Mode::balance_xor;
    lag().lag = std::make_unique<control::Lag>(control::LagSettings{.name = "lag0",
                                                                    .address = {{2, 0, 0, 0, 0, 1}},
                                                                    .probe_base = {{2, 1, 1, 1, 1, 0}},
                                                                    .options = options,
                                                                    .members = {}},
                                               now_);
    publish_ports(publisher_, lag());
    publisher_.publish(lag().tables, lag().lag->take_table(now_));
    auto only = std::make_unique<SidePorts>();
    only->put(MemberIndex{0}, {.id = access_.id()});
    publisher_.publish(access_slot_, std::move(only));
    WorkerSettings settings{.qsbr = publisher_.qsbr(), .slow_frames = slow_.front(), .stop = &stop_};
    settings.connections.push_back({.a = {.ports = &access_slot_},
                                    .b = {.ports = &lag().ports.front(), .table = &lag().tables.front()}});
    workers_.push_back(std::make_unique<Worker>(std::move(settings)));
    lag().users = users_of(workers_, 0);
    loop_.emplace(ControlLoopParts{.lags = lags_,
                                   .publisher = publisher_,
                                   .transmitter = *transmitter_,
                                   .links = links_,
                                   .lifecycle = *lifecycle_,
                                   .tasks = tasks_,
                                   .errands = errands_,
                                   .meter = meter_});
    thread_ = std::thread{[this] { workers_.front()->run(); }};
  }
  ~Bench() {
    stop_.store(true, std::memory_order_release);
    thread_.join();
    loop_.reset();
    lifecycle_.reset();
    transmitter_.reset();
    workers_.clear();
    lags_.clear();
    members_.clear();
    publisher_.reclaim();
    rte_ring_free(slow_.front());
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void add() {
    auto ring = std::make_unique<RingPort>(unique("m"), pool());
    const std::string name = unique("member");
    auto runtime = std::make_unique<MemberRuntime>(name, ring->give_port());
    const LagTotals counted = count_all(lag().users);
    const auto index =
        lifecycle_->attach(lag(), runtime, {.name = name, .address = {{2, 0, 0, 0, 1, 1}}}, counted, now_);
    REQUIRE(index.has_value());
    REQUIRE(members_.emplace(index->value(), std::move(ring)).second);
    const control::Traffic traffic =
        since(count_all(lag().users).members[index->value()], lag().find(*index)->before);
    REQUIRE(traffic.tx_packets == 0);
    REQUIRE(heard(traffic) == 0);
  }
  /// With `takes`, this thread closes the port, else the control loop does.
  void begin_to_remove(std::uint8_t index, bool takes) {
    REQUIRE(lifecycle_->leave(lag(), MemberIndex{index}, takes, now_).has_value());
    REQUIRE_FALSE(lifecycle_->leave(lag(), MemberIndex{index}, takes, now_).has_value());
    leaving_[index] = takes;
  }
  void administrate(std::uint8_t index, control::Administration administration) {
    REQUIRE(lag().lag->administrate(MemberIndex{index}, administration, now_).has_value());
  }
  void turn(Sink& from_members) {
    now_ += 1ms;
    loop_->turn(now_);
    for (auto it = leaving_.begin(); it != leaving_.end();) {
      const MemberIndex index{it->first};
      if (it->second) {
        if (auto gone = lifecycle_->take(lag(), index)) {
          gone.reset();
          lifecycle_->closed(lag(), index, now_);
        }
      }
      if (contains(lag().lag->members(), index)) {
        ++it;
        continue;
      }
      from_members.take_all(*members_.at(it->first));
      unpolled_ += put_to(it->first) - members_.at(it->first)->received();
      members_.erase(it->first);
      put_.erase(it->first);
      it = leaving_.erase(it);
    }
  }
  [[nodiscard]] bool is_leaving(std::uint8_t index) const { return leaving_.contains(index); }
  [[nodiscard]] std::uint64_t& put_to(std::uint8_t index) { return put_[index]; }
  [[nodiscard]] LagRuntime& lag() const { return *lags_.front(); }
  [[nodiscard]] std::uint64_t drops(fast::Drop reason) const {
    return count_all(lag().users).drops[static_cast<std::size_t>(reason)];
  }

  RingPort access_;
  std::map<std::uint8_t, std::unique_ptr<RingPort>> members_;
  std::map<std::uint8_t, bool> leaving_;
  std::uint64_t unpolled_ = 0;  // put into members that were closed before a worker saw it

 private:
  static std::string unique(const std::string& name) {
    static unsigned number = 0;
    return name + std::to_string(number++);
  }
  static rte_ring* ring(const std::string& name) {
    return rte_ring_create(unique(name).c_str(), 64, SOCKET_ID_ANY, RING_F_SC_DEQ);
  }

  Instant now_ = instant_from_ns(1'000'000'000);
  QsbrPublisher publisher_;
  LinkMonitor links_;
  Errands errands_;
  TurnMeter meter_;
  TaskQueue tasks_;
  std::vector<std::unique_ptr<LagRuntime>> lags_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<rte_ring*> slow_;
  PortsSlot access_slot_{nullptr};
  std::optional<SlowTransmitter> transmitter_;
  std::optional<MemberLifecycle> lifecycle_;
  std::optional<ControlLoop> loop_;
  std::map<std::uint8_t, std::uint64_t> put_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

// Numbered frames into the access port and all members.
class Source {
 public:
  void put(Bench& bench) {
    for (unsigned i = 0; i < 16; ++i)
      if (give(bench.access_, outward_)) ++outward_;
    for (auto& [index, port] : bench.members_)
      for (unsigned i = 0; i < 4; ++i) {
        if (!give(*port, inward_)) continue;
        ++inward_;
        ++bench.put_to(index);
      }
  }
  std::uint32_t outward_ = 0;
  std::uint32_t inward_ = 0;

 private:
  static bool give(RingPort& port, std::uint32_t number) {
    rte_mbuf* const frame = frame_of(number % 61, number);
    if (frame == nullptr) return false;
    if (port.put(frame)) return true;
    rte_pktmbuf_free(frame);
    return false;
  }
};

std::uint64_t lost_outward(const Bench& bench) {
  return bench.drops(fast::Drop::no_distributing_member) + bench.drops(fast::Drop::tx_refused);
}
std::uint64_t lost_inward(const Bench& bench) {
  return bench.drops(fast::Drop::not_collecting) + bench.drops(fast::Drop::inactive_member) +
         bench.drops(fast::Drop::port_tx_refused);
}

void change_at_random(Bench& bench, std::mt19937& random) {
  std::vector<std::uint8_t> stay;
  for (const auto& [index, port] : bench.members_)
    if (!bench.is_leaving(index)) stay.push_back(index);
  if (stay.empty() || (bench.members_.size() < kMost && random() % 2 == 0)) return bench.add();
  const std::uint8_t chosen = stay[random() % stay.size()];
  if (random() % 2 == 0) return bench.begin_to_remove(chosen, random() % 2 == 0);
  const auto administration = static_cast<control::Administration>(random() % 3);
  bench.administrate(chosen, administration);
}

}  // namespace

TEST_CASE("Members come and go at random under traffic, and every frame is accounted for",
          "[dpdk][members]") {
  static_cast<void>(pool());
  constexpr unsigned kChanges = 200;
  constexpr unsigned kTurnsBetween = 60;  // so that several leave at the same time
  std::mt19937 random{20240611};
  {
    Bench bench;
    Source source;
    Sink out;
    Sink in;
    const auto run = [&](unsigned turns) {
      for (unsigned i = 0; i < turns; ++i) {
        source.put(bench);
        bench.turn(out);
        for (auto& [index, port] : bench.members_) out.take_all(*port);
        in.take_all(bench.access_);
        std::this_thread::yield();
      }
    };
    for (unsigned change = 0; change < kChanges; ++change) {
      change_at_random(bench, random);
      run(kTurnsBetween);
    }
    // Fewer than 32 members have to be enough for all who came: indices are used again.
    CHECK(bench.members_.size() <= kMost);
    for (const auto& [index, port] : bench.members_)
      if (!bench.is_leaving(index)) bench.begin_to_remove(index, true);
    for (unsigned i = 0; i < 10'000'000 && !bench.members_.empty(); ++i) {
      bench.turn(out);
      for (auto& [index, port] : bench.members_) out.take_all(*port);
      in.take_all(bench.access_);
      std::this_thread::yield();
    }
    CHECK(bench.members_.empty());
    for (unsigned i = 0; i < 20'000'000 && out.taken() + lost_outward(bench) < source.outward_; ++i)
      std::this_thread::yield();
    for (unsigned i = 0; i < 20'000'000 && in.taken() + lost_inward(bench) + bench.unpolled_ < source.inward_;
         ++i) {
      in.take_all(bench.access_);
      std::this_thread::yield();
    }
    CHECK(out.taken() + lost_outward(bench) == source.outward_);
    CHECK(in.taken() + lost_inward(bench) + bench.unpolled_ == source.inward_);
    CHECK(out.taken() > source.outward_ / 4);
    CHECK(in.taken() > source.inward_ / 4);
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

}  // namespace members_test
