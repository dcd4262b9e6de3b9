// A program that was there already: it answers every frame on port 0 with the same frame. Lagoon is added in
// ten lines, those with a plus behind them: the port becomes a LAG of ports 0 and 1.
#define _DEFAULT_SOURCE  // DPDK's headers use strnlen()
#include <stdlib.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include <lagoon.h>  // +

enum { MBUFS = 16383, CACHE = 256, DESCRIPTORS = 1024, BURST = 32 };

static void start_port(uint16_t port, struct rte_mempool* pool) {
  const struct rte_eth_conf conf = {0};
  if (rte_eth_dev_configure(port, 1, 1, &conf) != 0 ||
      rte_eth_rx_queue_setup(port, 0, DESCRIPTORS, rte_socket_id(), NULL, pool) != 0 ||
      rte_eth_tx_queue_setup(port, 0, DESCRIPTORS, rte_socket_id(), NULL) != 0 ||
      rte_eth_dev_start(port) != 0)
    rte_exit(EXIT_FAILURE, "port %u does not start\n", port);
  rte_eth_promiscuous_enable(port);
}

static void turn_around(struct rte_mbuf* frame) {
  struct rte_ether_hdr* header = rte_pktmbuf_mtod(frame, struct rte_ether_hdr*);
  const struct rte_ether_addr from = header->src_addr;
  header->src_addr = header->dst_addr;
  header->dst_addr = from;
}

int main(int argc, char** argv) {
  if (rte_eal_init(argc, argv) < 0) rte_exit(EXIT_FAILURE, "EAL does not start\n");
  struct rte_mempool* pool =
      rte_pktmbuf_pool_create("frames", MBUFS, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE, (int)rte_socket_id());
  if (pool == NULL) rte_exit(EXIT_FAILURE, "no memory for frames\n");
  start_port(0, pool);
  start_port(1, pool);                                                                                // +
  const uint16_t ports[] = {0, 1};                                                                    // +
  struct lagoon_lag_config config = {.struct_size = sizeof config, .ports = ports, .port_count = 2};  // +
  config.members = LAGOON_MEMBERS_KEEP;                           // + as start_port() has configured them
  struct lagoon_text why = {.at = (char[256]){""}, .size = 256};  // +
  struct lagoon_lag* lag;                                         // +
  if (lagoon_lag_create(&config, &lag, &why) != LAGOON_OK) rte_exit(EXIT_FAILURE, "%s\n", why.at);  // +
  struct rte_mbuf* frames[BURST];
  for (;;) {
    const uint16_t count = lagoon_rx_burst(lag, 0, frames, BURST);  // + was rte_eth_rx_burst(0, 0, ..)
    for (uint16_t i = 0; i < count; ++i) turn_around(frames[i]);
    const uint16_t sent = lagoon_tx_burst(lag, 0, frames, count);  // + was rte_eth_tx_burst(0, 0, ..)
    if (sent < count) rte_pktmbuf_free_bulk(frames + sent, count - sent);
  }
}
