// A real Worker on a thread of its own, over ring ports: what several tests share.
#pragma once

#include <rte_eal.h>
#include <rte_mempool.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <functional>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include "base/byte_reader.hpp"
#include "dpdk/worker/worker.hpp"
#include "locked_pool.hpp"
#include "ring_port.hpp"
#include "support/catch.hpp"
#include "support/flow_frames.hpp"
#include "table/port_table_builder.hpp"

namespace lagoon::dpdk::test {

inline constexpr std::size_t kMembers = 3;
inline constexpr unsigned kPoolSize = 4095;

// EAL once in the process, and a pool that every test has to give back whole.
inline rte_mempool* pool() {
  static rte_mempool* const made = [] {
    static std::array<std::string, 10> args{"test", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry",
                                            "-m",   "64",        "-l",          "0",        "--log-level=4"};
    static std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    REQUIRE(rte_eal_init(static_cast<int>(argv.size()), argv.data()) >= 0);
    return make_locked_pool(kPoolSize);
  }();
  return made;
}

inline rte_mbuf* frame_of(std::uint32_t conversation, std::uint32_t number) {
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

inline Numbered numbers_of(const rte_mbuf* m) {
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
    for (std::size_t i = 0; i < kMembers; ++i) punts_.push_back(MemberPunts::make());
    slow_ = rte_ring_create(unique("slow").c_str(), 64, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
    publish({.collecting = 0b111, .distributing = 0b111});
    outgoing_ = FrameInbox::make(64);
    auto access = std::make_unique<SidePorts>();
    access->put(MemberIndex{0}, {.id = access_.id()});
    publisher_.publish(access_slot_, std::move(access));
    serve(0b111);
    WorkerSettings settings{.qsbr = publisher_.qsbr(), .slow_frames = slow_, .stop = &stop_};
    settings.connections.push_back(
        {.a = {.ports = &access_slot_},
         .b = {.ports = &ports_slot_, .table = &slot_, .egress = &egress_, .outgoing = outgoing_.get()}});
    worker_.emplace(std::move(settings));
    thread_ = std::thread{[this] { worker_->run(); }};
  }
  ~Bench() {
    finish();
    punts_.clear();
    rte_ring_free(slow_);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void finish() {
    stop_.store(true, std::memory_order_release);
    if (thread_.joinable()) thread_.join();
    publisher_.reclaim();
  }
  /// Of a LAG of two boxes.
  void publish_until(table::PortTableInput input, const table::Validity* validity, std::uint32_t authority) {
    input.generation = ++generation_;
    for (std::size_t i = 0; i < kMembers; ++i) input.capacity[i] = 10;
    auto table = table::build_port_table(input, preferences_);
    table->validity = validity;
    table->authority = authority;
    publisher_.publish(slot_, std::move(table));
  }
  /// The worker stands, wherever it is, until the guard is gone.
  [[nodiscard]] auto standing() {
    static std::atomic<bool> stands;
    static std::atomic<bool> is_there;
    const auto stand = [](int) {
      is_there.store(true);
      while (stands.load()) {
      }
    };
    std::signal(SIGUSR1, stand);
    stands = true;
    is_there = false;
    pthread_kill(thread_.native_handle(), SIGUSR1);
    while (!is_there.load()) std::this_thread::yield();
    struct Guard {
      ~Guard() { stands = false; }
    };
    return Guard{};
  }
  void publish(table::PortTableInput input, bool holding = false) {
    input.generation = ++generation_;
    for (std::size_t i = 0; i < kMembers; ++i) input.capacity[i] = 10;
    auto table = table::build_port_table(input, preferences_);
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
        ports->put(MemberIndex{static_cast<std::uint8_t>(i)},
                   {.id = members_[i]->id(), .punts = punts_[i].get()});
    publisher_.publish(ports_slot_, std::move(ports));
  }
  /// Until the worker has passed by all tables before the last.
  void wait_for_reclaim() {
    for (unsigned i = 0; i < 20'000'000 && publisher_.waiting() != 0; ++i) {
      publisher_.reclaim();
      std::this_thread::yield();
    }
  }
  LagTotals totals() const { return count_all(std::array{*worker_->user_of(0)}); }
  std::uint64_t drops(fast::Drop reason) const { return totals().drops[static_cast<std::size_t>(reason)]; }
  std::uint64_t drops() const {
    const LagTotals counted = totals();
    return std::accumulate(counted.drops.begin(), counted.drops.end(), std::uint64_t{0});
  }

  RingPort access_;
  std::vector<std::unique_ptr<RingPort>> members_;
  QsbrPublisher publisher_;
  EgressSlot egress_{};
  TableSlot slot_{nullptr};
  PortsSlot ports_slot_{nullptr};
  PortsSlot access_slot_{nullptr};
  std::vector<MemberPuntsPtr> punts_;  // by member
  FrameInboxPtr outgoing_ = FrameInbox::none();
  rte_ring* slow_ = nullptr;

 private:
  static std::string unique(const std::string& name) {
    static unsigned number = 0;
    return name + std::to_string(number++);
  }
  dist::BucketPreferences preferences_;
  std::uint64_t generation_ = 0;
  std::uint64_t move_ = 0;
  std::atomic<bool> stop_ = false;
  std::optional<Worker> worker_;
  std::thread thread_;
};

inline void wait_until(const std::function<bool()>& done) {
  for (unsigned i = 0; i < 20'000'000 && !done(); ++i) std::this_thread::yield();
}

}  // namespace lagoon::dpdk::test
