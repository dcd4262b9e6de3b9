// A program that cleans EAL up, or ends by rte_exit(), while a LAG of two ports runs, without a word to it:
//
//   cleanup_program cleanup|exit|remove library|PORT [EAL's arguments]
//
// `library`: a LAG of liblagoon over ports 0 and 1. PORT: that of the driver, configured and started here.
// `remove` takes the first member away beforehand.
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <lagoon.h>

enum { MBUFS = 4095, DESCRIPTORS = 256 };

static int failed(const char* what) {
  fprintf(stderr, "cleanup_program: %s\n", what);
  return 2;
}

static int start_library(struct rte_mempool* pool) {
  static struct lagoon_lag* lag;
  char room[400];
  struct lagoon_text said = {.at = room, .size = sizeof room};
  const uint16_t ports[] = {0, 1};
  const struct lagoon_lag_config config = {
      .struct_size = sizeof config, .ports = ports, .port_count = 2, .pools = &pool, .pool_count = 1};
  return lagoon_lag_create(&config, &lag, &said) == LAGOON_OK ? 0 : failed(room);
}

static int start_driver(const char* name, struct rte_mempool* pool) {
  const struct rte_eth_conf conf = {.rxmode = {.mtu = 0}};
  uint16_t port = 0;
  if (rte_eth_dev_get_port_by_name(name, &port) != 0) return failed("no such port");
  if (rte_eth_dev_configure(port, 1, 1, &conf) != 0 ||
      rte_eth_rx_queue_setup(port, 0, DESCRIPTORS, (unsigned)SOCKET_ID_ANY, NULL, pool) != 0 ||
      rte_eth_tx_queue_setup(port, 0, DESCRIPTORS, (unsigned)SOCKET_ID_ANY, NULL) != 0 ||
      rte_eth_dev_start(port) != 0)
    return failed("the port does not start");
  return 0;
}

// The LAG's own thread is at work: nobody else sends.
static void wait_for_lacpdus(void) {
  struct rte_eth_stats first, second;
  do {
    memset(&first, 0, sizeof first);
    memset(&second, 0, sizeof second);
    rte_eth_stats_get(0, &first);
    rte_eth_stats_get(1, &second);
  } while (first.opackets + second.opackets == 0);
}

static bool is_running(const char* name) {
  bool found = false;
  DIR* const tasks = opendir("/proc/self/task");
  for (struct dirent* task; tasks != NULL && (task = readdir(tasks)) != NULL;) {
    char path[300], comm[32] = "";
    snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
    FILE* const file = fopen(path, "r");
    if (file == NULL) continue;
    if (fgets(comm, sizeof comm, file) != NULL && strncmp(comm, name, strlen(name)) == 0) found = true;
    fclose(file);
  }
  if (tasks != NULL) closedir(tasks);
  return found;
}

int main(int argc, char** argv) {
  if (argc < 3) return failed("usage: cleanup_program cleanup|exit|remove library|PORT [EAL's arguments]");
  const char* const how = argv[1];
  const char* const lag = argv[2];
  if (rte_eal_init(argc - 2, argv + 2) < 0) return failed("no EAL");
  struct rte_mempool* const pool =
      rte_pktmbuf_pool_create("pool", MBUFS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  if (pool == NULL) return failed("no pool");
  const int wrong = strcmp(lag, "library") == 0 ? start_library(pool) : start_driver(lag, pool);
  if (wrong != 0) return wrong;
  wait_for_lacpdus();
  if (strcmp(how, "remove") == 0) {
    struct rte_eth_dev_info info;
    if (rte_eth_dev_info_get(0, &info) != 0 || rte_dev_remove(info.device) != 0) return failed("not removed");
  }
  if (strcmp(how, "exit") == 0) rte_exit(EXIT_SUCCESS, "ends by rte_exit()\n");
  const int error = rte_eal_cleanup();
  if (is_running("lagoon-ctl")) return failed("the LAG's thread still runs");
  return error == 0 ? 0 : failed("rte_eal_cleanup() fails");
}
