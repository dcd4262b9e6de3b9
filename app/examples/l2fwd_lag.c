// A port and a LAG, joined: what comes in on one goes out on the other. In plain C11, over DPDK and lagoon.h.
//
//   l2fwd_lag EAL-ARGUMENTS -- [-o OPTIONS] PORT MEMBER...     ports by DPDK's names
//
// OPTIONS are keys of a LAG as in config/reference.yaml: -o "mode: active-backup". Without: LACP.
#define _DEFAULT_SOURCE  // DPDK's headers use strnlen()
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_pause.h>

#include <lagoon.h>

enum { MBUFS = 16383, CACHE = 256, DESCRIPTORS = 1024, BURST = 32, MEMBERS_MAX = 32 };

static volatile sig_atomic_t stop;

static void on_signal(int number) {
  (void)number;
  stop = 1;
}

static void on_link(void* user, const struct lagoon_link* link) {
  (void)user;
  printf("LAG %s, %" PRIu64 " Mbit/s\n", link->up ? "up" : "down", link->speed_mbps);
  fflush(stdout);
}

static void on_event(void* user, const struct lagoon_event* event) {
  (void)user;
  printf("%s %s: %s -> %s %s\n", event->of_lag ? "LAG" : event->member, event->kind, event->from, event->to,
         event->why);
  fflush(stdout);
}

static uint16_t port_named(const char* name) {
  uint16_t port;
  if (rte_eth_dev_get_port_by_name(name, &port) != 0) rte_exit(EXIT_FAILURE, "there is no port %s\n", name);
  return port;
}

static void start_port(uint16_t port, struct rte_mempool* pool) {
  const struct rte_eth_conf conf = {0};
  if (rte_eth_dev_configure(port, 1, 1, &conf) != 0 ||
      rte_eth_rx_queue_setup(port, 0, DESCRIPTORS, rte_socket_id(), NULL, pool) != 0 ||
      rte_eth_tx_queue_setup(port, 0, DESCRIPTORS, rte_socket_id(), NULL) != 0 ||
      rte_eth_dev_start(port) != 0)
    rte_exit(EXIT_FAILURE, "port %" PRIu16 " does not start\n", port);
  rte_eth_promiscuous_enable(port);
}

static struct lagoon_lag* make_lag(const char* options, const uint16_t* members, size_t count,
                                   struct rte_mempool* pool) {
  const struct lagoon_lag_config config = {
      .struct_size = sizeof config,
      .options = options,
      .ports = members,
      .port_count = count,
      .pools = &pool,
      .pool_count = 1,
      .on_link = on_link,
      .on_event = on_event,
  };
  char why[1024];
  struct lagoon_text text = {.at = why, .size = sizeof why};
  struct lagoon_lag* lag;
  const int error = lagoon_lag_create(&config, &lag, &text);
  if (error != LAGOON_OK) rte_exit(EXIT_FAILURE, "%s: %s\n", lagoon_error_name(error), why);
  return lag;
}

// What was not sent is lost. Gives how many that are.
static uint64_t drop(struct rte_mbuf** frames, uint16_t count, uint16_t sent) {
  if (sent < count) rte_pktmbuf_free_bulk(frames + sent, count - sent);
  return count - sent;
}

static void forward(uint16_t port, struct lagoon_lag* lag) {
  struct rte_mbuf* frames[BURST];
  uint64_t to_lag = 0, from_lag = 0, lost = 0;
  while (!stop) {
    const uint16_t out = rte_eth_rx_burst(port, 0, frames, BURST);
    lost += drop(frames, out, lagoon_tx_burst(lag, 0, frames, out));
    const uint16_t in = lagoon_rx_burst(lag, 0, frames, BURST);
    lost += drop(frames, in, rte_eth_tx_burst(port, 0, frames, in));
    to_lag += out;
    from_lag += in;
    if (out + in == 0) rte_pause();
  }
  printf("%" PRIu64 " frames to the LAG, %" PRIu64 " from it, %" PRIu64 " lost\n", to_lag, from_lag, lost);
}

static void print_status(struct lagoon_lag* lag) {
  char table[8192];
  struct lagoon_text text = {.at = table, .size = sizeof table};
  struct lagoon_status* status;
  if (lagoon_status_take(lag, &status) != LAGOON_OK) return;
  if (lagoon_status_text(status, "table", &text) == LAGOON_OK) printf("%s", table);
  lagoon_status_free(status);
}

int main(int argc, char** argv) {
  const int used = rte_eal_init(argc, argv);
  if (used < 0) rte_exit(EXIT_FAILURE, "EAL does not start\n");
  argc -= used + 1;
  argv += used + 1;
  const char* options = NULL;
  if (argc > 1 && strcmp(argv[0], "-o") == 0) {
    options = argv[1];
    argc -= 2;
    argv += 2;
  }
  if (argc < 2 || argc > MEMBERS_MAX + 1) rte_exit(EXIT_FAILURE, "usage: -- [-o OPTIONS] PORT MEMBER...\n");
  struct rte_mempool* pool =
      rte_pktmbuf_pool_create("frames", MBUFS, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE, (int)rte_socket_id());
  if (pool == NULL) rte_exit(EXIT_FAILURE, "no memory for frames\n");

  const uint16_t port = port_named(argv[0]);
  uint16_t members[MEMBERS_MAX];
  for (int i = 1; i < argc; ++i) members[i - 1] = port_named(argv[i]);
  start_port(port, pool);
  struct lagoon_lag* lag = make_lag(options, members, (size_t)(argc - 1), pool);
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  forward(port, lag);
  print_status(lag);
  lagoon_lag_free(lag);
  rte_eth_dev_stop(port);
  rte_eal_cleanup();
  return 0;
}
