// Several processes on one LAG, each with a queue of its own, as F-Stack's are: the primary configures the
// LAG, and every process answers what comes to its queue. In plain C11, over DPDK alone: the LAG is a port of
// net_lagoon.
//
//   processes_lag EAL-ARGUMENTS --proc-type=primary   -- PORT PROCESSES 0
//   processes_lag EAL-ARGUMENTS --proc-type=secondary -- PORT PROCESSES 1      once it runs, and so on
#define _DEFAULT_SOURCE  // DPDK's headers use strnlen()
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

enum { MBUFS = 32767, CACHE = 256, DESCRIPTORS = 512, BURST = 32 };

static volatile sig_atomic_t stop;

static void on_signal(int number) {
  (void)number;
  stop = 1;
}

// The LAG's queues, as many as processes. What it can't do, its members can't.
static void start_port(uint16_t port, uint16_t queues) {
  struct rte_mempool* pool =
      rte_pktmbuf_pool_create("frames", MBUFS, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE, (int)rte_socket_id());
  struct rte_eth_dev_info info;
  if (pool == NULL || rte_eth_dev_info_get(port, &info) != 0)
    rte_exit(EXIT_FAILURE, "no memory, or no port\n");
  struct rte_eth_conf conf = {0};
  conf.rx_adv_conf.rss_conf.rss_hf =
      info.flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP);
  if (queues > 1 && conf.rx_adv_conf.rss_conf.rss_hf != 0) conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
  if (rte_eth_dev_configure(port, queues, queues, &conf) != 0)
    rte_exit(EXIT_FAILURE, "the port has no %" PRIu16 " queues\n", queues);
  for (uint16_t queue = 0; queue < queues; ++queue)
    if (rte_eth_rx_queue_setup(port, queue, DESCRIPTORS, rte_socket_id(), NULL, pool) != 0 ||
        rte_eth_tx_queue_setup(port, queue, DESCRIPTORS, rte_socket_id(), NULL) != 0)
      rte_exit(EXIT_FAILURE, "queue %" PRIu16 " is not to be had\n", queue);
  if (rte_eth_dev_start(port) != 0) rte_exit(EXIT_FAILURE, "the port does not start\n");
  rte_eth_promiscuous_enable(port);
}

// Back to whom it came from. (A sum over both addresses stays what it is.)
static void turn_around(struct rte_mbuf* frame) {
  struct rte_ether_hdr* ether = rte_pktmbuf_mtod(frame, struct rte_ether_hdr*);
  const struct rte_ether_addr from = ether->src_addr;
  ether->src_addr = ether->dst_addr;
  ether->dst_addr = from;
  if (ether->ether_type != rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4) ||
      rte_pktmbuf_data_len(frame) < sizeof(struct rte_ether_hdr) + sizeof(struct rte_ipv4_hdr))
    return;
  struct rte_ipv4_hdr* ip = (struct rte_ipv4_hdr*)(ether + 1);
  const rte_be32_t source = ip->src_addr;
  ip->src_addr = ip->dst_addr;
  ip->dst_addr = source;
}

// One of the LAG's extended statistics, in whichever process.
static uint64_t statistic(uint16_t port, const char* name) {
  uint64_t id, value;
  if (rte_eth_xstats_get_id_by_name(port, name, &id) != 0 ||
      rte_eth_xstats_get_by_id(port, &id, &value, 1) != 1)
    return 0;
  return value;
}

static void answer(uint16_t port, uint16_t queue) {
  struct rte_mbuf* frames[BURST];
  uint64_t in = 0, out = 0, told = rte_get_timer_cycles();
  while (!stop) {
    const uint16_t count = rte_eth_rx_burst(port, queue, frames, BURST);
    for (uint16_t i = 0; i < count; ++i) turn_around(frames[i]);
    // (also without frames: with traffic classes some wait in the LAG, and go with the next call)
    const uint16_t sent = rte_eth_tx_burst(port, queue, frames, count);
    if (sent < count) rte_pktmbuf_free_bulk(frames + sent, count - sent);
    in += count;
    out += sent;
    if (rte_get_timer_cycles() - told < rte_get_timer_hz()) continue;
    told = rte_get_timer_cycles();
    printf("process %" PRIu16 ": %" PRIu64 " in, %" PRIu64 " out, %" PRIu64 " lost\n", queue, in, out,
           in - out);
    fflush(stdout);
  }
}

int main(int argc, char** argv) {
  const int used = rte_eal_init(argc, argv);
  if (used < 0) rte_exit(EXIT_FAILURE, "EAL does not start\n");
  uint16_t port;
  if (argc - used != 4 || rte_eth_dev_get_port_by_name(argv[used + 1], &port) != 0)
    rte_exit(EXIT_FAILURE, "usage: -- PORT PROCESSES NUMBER, where PORT is there\n");
  const uint16_t processes = (uint16_t)atoi(argv[used + 2]), number = (uint16_t)atoi(argv[used + 3]);
  const int is_primary = rte_eal_process_type() == RTE_PROC_PRIMARY;
  if (number >= processes || is_primary != (number == 0))
    rte_exit(EXIT_FAILURE, "process 0 is the primary, and others have the numbers behind it\n");
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  if (is_primary) start_port(port, processes);
  printf("process %" PRIu16 " answers on queue %" PRIu16 "\n", number, number);
  fflush(stdout);
  answer(port, number);
  printf("process %" PRIu16 " ends; members that distribute: %" PRIu64
         ", frames of threads that died: %" PRIu64 "\n",
         number, statistic(port, "lag_distributing_members"), statistic(port, "drop_user_died"));
  if (is_primary) {
    rte_eth_dev_stop(port);
    rte_eth_dev_close(port);
  }
  rte_eal_cleanup();
  return 0;
}
