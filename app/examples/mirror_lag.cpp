// A LAG that sends every frame back to whom it came from. In C++17, over DPDK and lagoon.hpp.
//
//   mirror_lag EAL-ARGUMENTS -- OPTIONS MEMBER...     ports by DPDK's names
//
// OPTIONS are keys of a LAG as in config/reference.yaml: "mode: active-backup". An empty word is LACP.
#include <array>
#include <atomic>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include <lagoon.hpp>

namespace {

constexpr unsigned kMbufs = 16383, kCache = 256, kBurst = 32;

std::atomic<bool> stop{false};

void print_link(const lagoon::Link& link) {
  std::printf("LAG %s, %" PRIu64 " Mbit/s\n", link.up ? "up" : "down", link.speed_mbps);
  std::fflush(stdout);
}

lagoon::Config config_of(int count, char** words) {
  lagoon::Config config;
  config.options = words[0];
  for (int i = 1; i < count; ++i) {
    std::uint16_t port = 0;
    if (rte_eth_dev_get_port_by_name(words[i], &port) != 0)
      rte_exit(EXIT_FAILURE, "there is no port %s\n", words[i]);
    config.ports.push_back(port);
  }
  const int socket = static_cast<int>(rte_socket_id());
  config.pools = {rte_pktmbuf_pool_create("frames", kMbufs, kCache, 0, RTE_MBUF_DEFAULT_BUF_SIZE, socket)};
  config.on_link = [](lagoon::LagRef, const lagoon::Link& link) { print_link(link); };
  return config;
}

void turn_around(rte_mbuf& frame) {
  auto& header = *rte_pktmbuf_mtod(&frame, rte_ether_hdr*);
  std::swap(header.src_addr, header.dst_addr);
}

void mirror(lagoon::LagRef lag) {
  std::array<rte_mbuf*, kBurst> room;
  while (!stop) {
    const auto frames = lag.rx_burst(0, room);
    for (rte_mbuf* frame : frames) turn_around(*frame);
    const auto rest = lag.tx_burst(0, frames);
    rte_pktmbuf_free_bulk(rest.data(), static_cast<unsigned>(rest.size()));
  }
}

void print_members(lagoon::LagRef lag) {
  const auto status = lag.status();
  if (!status) return;
  for (const lagoon::MemberStatus& member : status->members())
    std::printf("%s: %" PRIu64 " frames in, %" PRIu64 " out\n", member.name, member.rx_packets,
                member.tx_packets);
}

}  // namespace

int main(int argc, char** argv) {
  const int used = rte_eal_init(argc, argv);
  if (used < 0) rte_exit(EXIT_FAILURE, "EAL does not start\n");
  const int count = argc - used - 1;
  if (count < 2) rte_exit(EXIT_FAILURE, "usage: -- OPTIONS MEMBER...\n");
  for (const int number : {SIGINT, SIGTERM}) std::signal(number, [](int) { stop = true; });
  {
    const auto lag = lagoon::Lag::create(config_of(count, argv + used + 1));
    if (!lag) rte_exit(EXIT_FAILURE, "%s\n", lag.error().message.c_str());
    mirror(*lag);
    print_members(*lag);
  }  // the LAG tells its Partners, and ends before EAL does
  rte_eal_cleanup();
}
