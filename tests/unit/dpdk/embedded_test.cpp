// Two LAGs of this process, back to back over ring ports, with real control threads: what a program gets that
// has LAGs inside it. Runs under ThreadSanitizer as well (suite "threads").
#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "base/byte_reader.hpp"
#include "dpdk/base/mempools.hpp"
#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/engine/embedded_lag.hpp"
#include "locked_pool.hpp"
#include "support/catch.hpp"
#include "support/flow_frames.hpp"

namespace lagoon::dpdk::test::embedded_test {
namespace {

constexpr unsigned kPoolSize = 8191;
constexpr std::uint16_t kQueues = 2;
constexpr std::size_t kLinks = 2;
constexpr Duration kPatience = 20s;

rte_mempool* pool() {
  static rte_mempool* const made = [] {
    static std::array<std::string, 10> args{"test", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry",
                                            "-m",   "128",       "-l",          "0",        "--log-level=4"};
    static std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    REQUIRE(rte_eal_init(static_cast<int>(argv.size()), argv.data()) >= 0);
    return make_locked_pool(kPoolSize);
  }();
  return made;
}

std::string unique(const std::string& what) {
  static unsigned number = 0;
  return what + std::to_string(number++);
}

// A pair of ports: what is sent on one's queue i the other receives on its queue i. One more queue of each is
// there for LACPDUs.
class Link {
 public:
  Link() {
    for (auto* rings : {&one_way_, &back_})
      for (rte_ring*& ring : *rings)
        ring = rte_ring_create(unique("link").c_str(), 1024, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
    name_ = {unique("near"), unique("far")};
    make(name_[0], back_, one_way_, passed_[1], passed_[0]);
    make(name_[1], one_way_, back_, passed_[0], passed_[1]);
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() {
    // (a port that is made later under the same number would have them still)
    for (const auto& [port, queue, sent, received] : callbacks_) {
      rte_eth_remove_tx_callback(port, queue, sent);
      rte_eth_remove_rx_callback(port, queue, received);
    }
    for (const std::string& name : name_) {
      std::uint16_t id = 0;
      if (rte_eth_dev_get_port_by_name(("net_ring_" + name).c_str(), &id) == 0) rte_eth_dev_close(id);
    }
    for (auto* rings : {&one_way_, &back_})
      for (rte_ring* ring : *rings) {
        void* frame = nullptr;
        while (rte_ring_dequeue(ring, &frame) == 0) rte_pktmbuf_free(static_cast<rte_mbuf*>(frame));
        rte_ring_free(ring);
      }
  }
  [[nodiscard]] std::string end(std::size_t side) const { return "net_ring_" + name_[side]; }

 private:
  using Rings = std::array<rte_ring*, kQueues + 1>;
  using Passed = std::atomic<unsigned>;
  struct Callbacks {
    std::uint16_t port, queue;
    const rte_eth_rxtx_callback *sent, *received;
  };
  void make(const std::string& name, Rings& in, Rings& out, Passed& comes, Passed& goes) {
    const int made = rte_eth_from_rings(name.c_str(), in.data(), kQueues + 1, out.data(), kQueues + 1, 0);
    REQUIRE(made >= 0);
    const auto id = static_cast<std::uint16_t>(made);
    for (std::uint16_t q = 0; q <= kQueues; ++q) {
      callbacks_.push_back({id, q, rte_eth_add_tx_callback(id, q, note_sent, &goes),
                            rte_eth_add_rx_callback(id, q, note_received, &comes)});
      REQUIRE((callbacks_.back().sent != nullptr && callbacks_.back().received != nullptr));
    }
  }
  // What the rings do between threads, for ThreadSanitizer, which does not see it: the driver is Debian's.
  static std::uint16_t note_sent(std::uint16_t, std::uint16_t, rte_mbuf**, std::uint16_t count,
                                 void* passed) {
    static_cast<Passed*>(passed)->fetch_add(1, std::memory_order_release);
    return count;
  }
  static std::uint16_t note_received(std::uint16_t, std::uint16_t, rte_mbuf**, std::uint16_t count,
                                     std::uint16_t, void* passed) {
    static_cast<void>(static_cast<Passed*>(passed)->load(std::memory_order_acquire));
    return count;
  }
  std::array<Passed, 2> passed_{};
  std::vector<Callbacks> callbacks_{};
  Rings one_way_{};
  Rings back_{};
  std::array<std::string, 2> name_{};
};

config::Lag lag_named(const std::string& name, control::Mode mode) {
  config::Lag lag;
  lag.name = name;
  lag.options.mode = mode;
  lag.options.lacp.rate = lacp::Rate::fast;
  return lag;
}

Embedding embedding_of(config::Lag lag) {
  Embedding made;
  made.lag = std::move(lag);
  made.rx_queues = made.tx_queues = kQueues;
  made.pools = {pool()};
  made.port = 77;
  return made;
}

// `near` and `far`, each with a member at every link.
class BackToBack {
 public:
  explicit BackToBack(control::Mode mode, ControlBy control = ControlBy::own_thread) {
    for (std::size_t i = 0; i < kLinks; ++i) links_.push_back(std::make_unique<Link>());
    for (std::size_t side = 0; side < 2; ++side) {
      Embedding embedding = embedding_of(lag_named(unique("lag"), mode));
      for (const auto& link : links_)
        embedding.lag.members.push_back(
            {.name = link->end(side), .source = config::DevicePort{link->end(side)}});
      embedding.control = control;
      embedding.on_link = [this, side](const LagLink& link) { told_up_[side].store(link.up); };
      auto made = EmbeddedLag::start(embedding);
      INFO((made ? "" : made.error().detail));
      REQUIRE(made);
      lags_.push_back(std::move(*made));
      name_.push_back(embedding.lag.name);
    }
  }
  EmbeddedLag& near() { return *lags_[0]; }
  EmbeddedLag& far() { return *lags_[1]; }
  const std::string& name_of_near() const { return name_[0]; }
  bool told_up(std::size_t side) const { return told_up_[side].load(); }
  Link& link(std::size_t i) { return *links_[i]; }

 private:
  std::vector<std::unique_ptr<Link>> links_;
  std::array<std::atomic<bool>, 2> told_up_{};
  std::vector<std::unique_ptr<EmbeddedLag>> lags_;
  std::vector<std::string> name_;
};

template <typename Fact>
bool becomes_true(Fact fact) {
  const Instant until = dpdk::now() + kPatience;
  while (!fact()) {
    if (dpdk::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

unsigned members_in_use(EmbeddedLag& lag, const std::string& name) {
  const auto status = lag.engine().status(name);
  return status ? static_cast<unsigned>(status->distributing_members) : 0;
}

// (most are of one conversation: its member is full while others have room)
rte_mbuf* frame_of(std::uint32_t number) {
  lagoon::test::FlowFrame built;
  built.macs().ipv4({.source = number % 8 == 0 ? number % 97 : 1}).udp(1, 2).be32(number).zeros(20);
  rte_mbuf* const m = rte_pktmbuf_alloc(pool());
  if (m == nullptr) return nullptr;
  std::memcpy(rte_pktmbuf_append(m, static_cast<std::uint16_t>(built.octets().size())), built.octets().data(),
              built.octets().size());
  return m;
}

std::uint64_t drops(EmbeddedLag& lag, std::string_view name) {
  const auto all = lag.engine().status_of_all();
  if (!all) return 0;
  for (const control::NamedCount& drop : all->front().drops)
    if (drop.name == name) return drop.count;
  return 0;
}

// What may be lost where one thread sends and receives: frames wait for it while it has no CPU.
std::uint64_t dropped_between(EmbeddedLag& from, EmbeddedLag& to) {
  return drops(from, "tx_refused") + drops(to, "not_polled");
}

// Takes what has come out of all queues, and notes the numbers.
class Receiver {
 public:
  Receiver(EmbeddedLag& lag, std::uint32_t count) : lag_{lag}, seen_(count) {}
  std::uint64_t take() {
    std::array<rte_mbuf*, 100> frames;  // (more than members are asked for at once)
    std::uint64_t taken = 0;
    for (std::uint16_t q = 0; q < kQueues; ++q) {
      const std::uint16_t got = receive(lag_.rx_queue(q), frames.data(), frames.size());
      for (std::uint16_t i = 0; i < got; ++i) note(*frames[i]);
      rte_pktmbuf_free_bulk(frames.data(), got);
      taken += got;
    }
    received_ += taken;
    return taken;
  }
  [[nodiscard]] std::uint64_t received() const { return received_; }

 private:
  void note(const rte_mbuf& frame) {
    CHECK(frame.port == 77);
    ByteReader reader{{rte_pktmbuf_mtod(&frame, const std::byte*), frame.data_len}};
    reader.skip(42);
    const std::uint32_t number = reader.be32();
    REQUIRE(number < seen_.size());
    REQUIRE_FALSE(seen_[number]);
    seen_[number] = true;
  }
  EmbeddedLag& lag_;
  std::vector<bool> seen_;
  std::uint64_t received_ = 0;
};

// Bursts of which a part was taken, by all calls of send_through().
unsigned refused_in_part = 0;

// Sends `count` frames in large bursts, each of which goes on where it was refused, and takes what comes.
// Gives what has come, once each, or was dropped under a name.
std::uint64_t send_through(EmbeddedLag& from, EmbeddedLag& to, std::uint32_t count) {
  Receiver receiver{to, count};
  const std::uint64_t before = dropped_between(from, to);
  std::array<rte_mbuf*, 100> burst;  // (more than is distributed at once)
  receiver.take();                   // (so that nobody polls in our place for a while)
  for (std::uint32_t sent = 0; sent < count;) {
    const auto size = static_cast<std::uint16_t>(std::min<std::size_t>(burst.size(), count - sent));
    for (std::uint16_t i = 0; i < size; ++i) REQUIRE((burst[i] = frame_of(sent + i)) != nullptr);
    TxQueue& queue = from.tx_queue(sent < count / 2 ? 0 : 1);
    for (std::uint16_t gone = 0; gone < size;) {
      const std::uint16_t taken = send(queue, burst.data() + gone, static_cast<std::uint16_t>(size - gone));
      gone = static_cast<std::uint16_t>(gone + taken);
      if (gone == size) break;
      refused_in_part += taken > 0 ? 1U : 0U;
      receiver.take();
    }
    sent += size;
  }
  becomes_true([&] {
    return receiver.take() == 0 && receiver.received() + dropped_between(from, to) - before >= count;
  });
  return receiver.received() + dropped_between(from, to) - before;
}

}  // namespace

TEST_CASE("LACP comes up and stays up although the program calls no queue", "[embedded]") {
  pool();
  BackToBack lags{control::Mode::lacp};
  CHECK(becomes_true([&] { return lags.near().link().up && lags.far().link().up; }));
  CHECK(becomes_true([&] { return members_in_use(lags.near(), lags.name_of_near()) == kLinks; }));
  CHECK(becomes_true([&] { return lags.told_up(0) && lags.told_up(1); }));
  // Longer than a Partner waits that was told nothing.
  const Instant until = dpdk::now() + 4s;
  while (dpdk::now() < until) {
    REQUIRE(lags.near().link().up);
    std::this_thread::yield();
  }
}

TEST_CASE("every frame comes through once, and all mbufs are free at the end", "[embedded]") {
  const unsigned all = rte_mempool_avail_count(pool());
  {
    BackToBack lags{control::Mode::lacp};
    REQUIRE(becomes_true([&] { return lags.near().link().up && lags.far().link().up; }));
    std::uint64_t through = 0;
    // (whether a burst is taken in part is a matter of who gets the processor: a slow sender finds room
    // always)
    for (unsigned round = 0; round < 5 && (round == 0 || refused_in_part == 0); ++round) {
      CHECK(send_through(lags.near(), lags.far(), 20'000) == 20'000);
      CHECK(send_through(lags.far(), lags.near(), 20'000) == 20'000);
      through += 20'000;
    }
    if (refused_in_part == 0) WARN("no burst was taken in part: that was not tried");
    const auto status = lags.near().engine().status(lags.name_of_near());
    REQUIRE(status);
    std::uint64_t sent = 0;
    for (const control::MemberStatus& member : status->members) sent += member.traffic.tx_packets;
    CHECK(sent == through);
  }
  CHECK(rte_mempool_avail_count(pool()) == all);
}

TEST_CASE("a mempool is told with what is out of it", "[mempools]") {
  pool();
  const auto told = [] {
    const std::vector<MempoolStatus> all = mempools();
    const auto of = std::ranges::find(all, std::string{pool()->name}, &MempoolStatus::name);
    REQUIRE(of != all.end());
    return *of;
  };
  const MempoolStatus before = told();
  CHECK(before.size == pool()->size);
  std::array<rte_mbuf*, 3> out{};
  REQUIRE(rte_pktmbuf_alloc_bulk(pool(), out.data(), out.size()) == 0);
  CHECK(told().free == before.free - out.size());
  rte_pktmbuf_free_bulk(out.data(), out.size());
  CHECK(told().free == before.free);
}

TEST_CASE("a member leaves and another comes while frames are sent, and each is accounted for",
          "[embedded]") {
  BackToBack lags{control::Mode::balance_xor};
  REQUIRE(becomes_true([&] { return members_in_use(lags.near(), lags.name_of_near()) == kLinks; }));
  Result<std::string> removed;
  Result<std::string> added;
  std::thread commands{[&] {  // (without assertions: Catch's are one thread's)
    const std::string gone = lags.link(1).end(0);
    removed = lags.near().engine().execute({lags.name_of_near(), config::RemoveMember{gone}});
    added = lags.near().engine().execute(
        {lags.name_of_near(), config::AddMember{{.name = gone, .source = config::DevicePort{gone}}}});
  }};
  std::uint64_t received = 0;
  for (int round = 0; round < 20; ++round) received += send_through(lags.near(), lags.far(), 5'000);
  commands.join();
  CHECK(removed);
  INFO((added ? *added : added.error().detail));
  CHECK(added);
  // Held frames wait for room, since the rings here are full now and then.
  CHECK(drops(lags.near(), "tx_refused") == 0);
  CHECK(received == 100'000);
}

TEST_CASE("data waits for a program that has not polled, and what has no room is dropped by name",
          "[embedded]") {
  BackToBack lags{control::Mode::balance_xor};
  REQUIRE(becomes_true([&] { return members_in_use(lags.far(), "") == 0 && lags.near().link().up; }));
  constexpr std::uint32_t kSent = 3'000;
  for (std::uint32_t i = 0; i < kSent; ++i) {
    rte_mbuf* frame = frame_of(i);
    REQUIRE(becomes_true([&] { return send(lags.near().tx_queue(0), &frame, 1) == 1; }));
  }
  const auto dropped = [&] { return drops(lags.far(), "not_polled"); };
  CHECK(becomes_true([&] { return dropped() >= kSent - 1024 - kBurstMax; }));
  std::uint64_t taken = 0;
  std::array<rte_mbuf*, 32> frames;
  CHECK(becomes_true([&] {
    for (std::uint16_t q = 0; q < kQueues; ++q) {
      const std::uint16_t got = receive(lags.far().rx_queue(q), frames.data(), 32);
      rte_pktmbuf_free_bulk(frames.data(), got);
      taken += got;
    }
    return taken + dropped() == kSent;
  }));
}

TEST_CASE("the program may run the control loop itself", "[embedded]") {
  BackToBack lags{control::Mode::lacp, ControlBy::caller};
  CHECK(becomes_true([&] {
    const Duration wait = lags.near().control_turn();
    static_cast<void>(lags.far().control_turn());
    return wait <= 1ms && lags.near().link().up && lags.far().link().up;
  }));
  // (in the thread that runs it, questions are answered at once)
  const auto status = lags.near().engine().status(lags.name_of_near());
  REQUIRE(status);
  CHECK(status->members.size() == kLinks);
}

TEST_CASE("what can't be started says why, and nothing is left", "[embedded]") {
  const unsigned all = rte_mempool_avail_count(pool());
  Embedding embedding = embedding_of(lag_named(unique("lag"), control::Mode::lacp));
  embedding.lag.members.push_back({.name = "nobody", .source = config::DevicePort{"net_nobody0"}});
  const auto refused = EmbeddedLag::start(embedding);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("nobody") != std::string::npos);
  embedding.pools.clear();
  CHECK(EmbeddedLag::start(embedding).error().code == Errc::invalid_argument);
  CHECK(rte_mempool_avail_count(pool()) == all);
}

}  // namespace lagoon::dpdk::test::embedded_test
