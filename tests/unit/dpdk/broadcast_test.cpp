// Broadcast over real mbufs and real ports: three members that refuse at random, on whose reference counts
// everything depends, for millions of frames.
#include <rte_eal.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <vector>

#include "dpdk/base/mbuf_packet.hpp"
#include "fast/distribute/distributor.hpp"
#include "ring_port.hpp"
#include "support/catch.hpp"
#include "support/flow_frames.hpp"
#include "support/prng.hpp"

namespace broadcast_test {

using namespace lagoon;
using lagoon::dpdk::test::RingPort;

namespace {

constexpr unsigned kPoolSize = 8191;
constexpr std::size_t kMembers = 3;

rte_mempool* pool() {
  static rte_mempool* const made = [] {
    static std::array<std::string, 10> args{"test", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry",
                                            "-m",   "64",        "-l",          "0",        "--log-level=4"};
    static std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    REQUIRE(rte_eal_init(static_cast<int>(argv.size()), argv.data()) >= 0);
    return rte_pktmbuf_pool_create("test", kPoolSize, 128, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  }();
  return made;
}

// A frame of one or two segments that carries its number.
rte_mbuf* frame_of(std::uint64_t number) {
  static const test::FlowFrame built = [] {
    test::FlowFrame frame;
    frame.macs().ipv4({}).udp(1, 2).zeros(18);
    return frame;
  }();
  rte_mbuf* const mbuf = rte_pktmbuf_alloc(pool());
  REQUIRE(mbuf != nullptr);
  void* const to = rte_pktmbuf_append(mbuf, static_cast<std::uint16_t>(built.octets().size()));
  std::memcpy(to, built.octets().data(), built.octets().size());
  std::memcpy(static_cast<std::byte*>(to) + 42, &number, sizeof number);
  if (number % 8 == 0) {
    rte_mbuf* const more = rte_pktmbuf_alloc(pool());
    REQUIRE(more != nullptr);
    rte_pktmbuf_append(more, 40);
    REQUIRE(rte_pktmbuf_chain(mbuf, more) == 0);
  }
  return mbuf;
}

std::uint64_t number_of(const rte_mbuf* mbuf) {
  std::uint64_t number = 0;
  std::memcpy(&number, rte_pktmbuf_mtod_offset(mbuf, const void*, 42), sizeof number);
  return number;
}

// What lies in the rings waits there with its references, as in the queue of a port.
class Members {
 public:
  explicit Members(test::Prng& random) : random_{random} {
    for (std::size_t m = 0; m < kMembers; ++m)
      ports_[m] = std::make_unique<RingPort>("broadcast" + std::to_string(m), pool());
  }
  std::size_t send(MemberIndex member, std::span<rte_mbuf*> packets) noexcept {
    const std::size_t offered = random_.chance(0.5) ? packets.size() : random_.below(packets.size() + 1);
    return rte_eth_tx_burst(ports_[member.value()]->id(), 0, packets.data(),
                            static_cast<std::uint16_t>(offered));
  }
  void drain() {
    for (std::size_t m = 0; m < kMembers; ++m)
      while (rte_mbuf* mbuf = ports_[m]->take()) {
        const std::uint64_t number = number_of(mbuf);
        out_of_order_ += number < next_[m] ? 1U : 0U;
        next_[m] = number + 1;
        ++taken_[m];
        octets_[m] += mbuf->pkt_len;
        rte_pktmbuf_free(mbuf);
      }
  }
  [[nodiscard]] std::uint64_t taken(std::size_t m) const { return taken_[m]; }
  [[nodiscard]] std::uint64_t octets(std::size_t m) const { return octets_[m]; }
  [[nodiscard]] std::uint64_t out_of_order() const { return out_of_order_; }

 private:
  test::Prng& random_;
  std::array<std::unique_ptr<RingPort>, kMembers> ports_;
  std::array<std::uint64_t, kMembers> next_{}, taken_{}, octets_{};
  std::uint64_t out_of_order_ = 0;
};

}  // namespace

TEST_CASE("Over ten million frames broadcast to three refusing members no reference and no count is lost",
          "[dpdk][broadcast]") {
  static_cast<void>(pool());
  constexpr std::uint64_t kFrames = 10'000'000;
  test::Prng random{1};
  auto table = std::make_unique<table::PortTable>();
  table->distribution = table::Distribution::broadcast;
  table->distributing = (1U << kMembers) - 1;
  fast::DistributorState state;
  fast::LagCounters counters;
  std::uint64_t number = 0;
  std::uint64_t given_up = 0;
  std::uint64_t shared = 0;  // frames left with more than the caller's reference
  {
    Members members{random};
    while (number < kFrames) {
      std::array<rte_mbuf*, kBurstMax> burst;
      const std::size_t count = random.between(1, kBurstMax);
      for (std::size_t i = 0; i < count; ++i) burst[i] = frame_of(number++);
      std::span<rte_mbuf*> rest = std::span{burst}.first(count);
      for (int tries = 0; tries < 2 && !rest.empty(); ++tries) {
        rest = rest.subspan(fast::distribute<rte_mbuf>(*table, rest, members, state, counters));
        for (const rte_mbuf* mbuf : rest)
          for (const rte_mbuf* s = mbuf; s != nullptr; s = s->next)
            shared += rte_mbuf_refcnt_read(s) != 1 ? 1U : 0U;
      }
      given_up += rest.size();
      rte_pktmbuf_free_bulk(rest.data(), static_cast<unsigned>(rest.size()));
      if (random.chance(0.2)) members.drain();
    }
    members.drain();
    CHECK(shared == 0);
    CHECK(members.out_of_order() == 0);
    std::uint64_t sent = 0;
    for (std::size_t m = 0; m < kMembers; ++m) {
      const fast::MemberCounters& counted = counters.member[m];
      CHECK(counted.tx_packets.read() == members.taken(m));
      CHECK(counted.tx_bytes.read() == members.octets(m));
      sent += counted.tx_packets.read();
    }
    const std::uint64_t refused = counters.of(fast::Drop::copy_refused).read();
    CHECK(refused > 0);
    CHECK(given_up > 0);
    CHECK(sent + refused + kMembers * given_up == kMembers * number);
  }
  CHECK(rte_mempool_avail_count(pool()) == kPoolSize);
}

}  // namespace broadcast_test
