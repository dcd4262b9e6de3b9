// A program of somebody else's, in C++17: two ring ports, whose frames come back to them, become a LAG, and
// frames that go out on it come in again. It says the library's release and how many came.
#include <array>
#include <cstdio>
#include <utility>
#include <vector>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include <lagoon.hpp>

namespace {

constexpr unsigned kFrames = 64, kTries = 10'000'000, kMbufs = 4095;
constexpr std::uint16_t kOctets = 60;

std::vector<std::uint16_t> ports() {
  std::vector<std::uint16_t> all;
  for (const char* name : {"net_ring0", "net_ring1"}) {
    std::uint16_t port = 0;
    if (rte_eth_dev_get_port_by_name(name, &port) == 0) all.push_back(port);
  }
  return all;
}

rte_mbuf* frame_to(rte_mempool* pool, unsigned number) {
  rte_mbuf* const frame = rte_pktmbuf_alloc(pool);
  if (frame == nullptr) return nullptr;
  auto* const header = reinterpret_cast<rte_ether_hdr*>(rte_pktmbuf_append(frame, kOctets));
  *header = {};
  header->dst_addr.addr_bytes[0] = header->src_addr.addr_bytes[0] = 2;
  header->src_addr.addr_bytes[5] = static_cast<std::uint8_t>(number);
  header->ether_type = RTE_BE16(0x88b5);  // (local experiments')
  return frame;
}

unsigned frames_that_come_back(lagoon::LagRef lag, rte_mempool* pool) {
  std::array<rte_mbuf*, kFrames> frames;
  for (unsigned i = 0; i < kFrames; ++i) frames[i] = frame_to(pool, i);
  const auto rest = lag.tx_burst(0, frames);
  rte_pktmbuf_free_bulk(rest.data(), static_cast<unsigned>(rest.size()));
  unsigned came = 0;
  for (unsigned tries = 0; came < kFrames && tries < kTries; ++tries) {
    const auto some = lag.rx_burst(0, frames);
    came += static_cast<unsigned>(some.size());
    rte_pktmbuf_free_bulk(some.data(), static_cast<unsigned>(some.size()));
  }
  return came;
}

}  // namespace

int main(int argc, char** argv) {
  if (rte_eal_init(argc, argv) < 0) return 1;
  {
    lagoon::Config config;
    config.name = "mine";
    config.options = "{ mode: balance-xor, hash: l2 }";
    config.ports = ports();
    config.pools = {
        rte_pktmbuf_pool_create("frames", kMbufs, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY)};
    rte_mempool* const pool = config.pools[0];
    config.control = lagoon::Control::caller;
    auto lag = lagoon::Lag::create(std::move(config));
    if (!lag) {
      std::printf("%s\n", lag.error().message.c_str());
      return 1;
    }
    while (!lag->link().up)
      if (!lag->control_poll()) return 1;
    const unsigned came = frames_that_come_back(*lag, pool);
    std::printf("%s %u\n", lagoon::version(), came);
  }
  rte_eal_cleanup();
}
