/* A program written for net_bonding: makes a bonding device of ports 0 and 1 by its API, and says what it is
 * told. Knows nothing of Lagoon. */
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_eth_bond.h>
#include <rte_eth_bond_8023ad.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_version.h>

#include <stdio.h>
#include <stdlib.h>

#if RTE_VERSION >= RTE_VERSION_NUM(23, 7, 0, 0)
#define member_add rte_eth_bond_member_add
#define member_remove rte_eth_bond_member_remove
#define members_get rte_eth_bond_members_get
#define active_members_get rte_eth_bond_active_members_get
#else
#define member_add rte_eth_bond_slave_add
#define member_remove rte_eth_bond_slave_remove
#define members_get rte_eth_bond_slaves_get
#define active_members_get rte_eth_bond_active_slaves_get
#endif

static void must(int result, const char* what) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %d\n", what, result);
  exit(1);
}

/* No name is a mistake, and said to be one. (net_bonding takes it for a name, and ends.) */
static int without_name(void) {
  printf("without a name: %d %d\n", rte_eth_bond_create(NULL, BONDING_MODE_BALANCE, 0),
         rte_eth_bond_free(NULL));
  return rte_eal_cleanup();
}

int main(int argc, char** argv) {
  struct rte_eth_dev_info info;
  struct rte_eth_conf conf = {0};
  struct rte_eth_bond_8023ad_conf lacp;
  uint16_t members[8];
  must(rte_eal_init(argc, argv), "rte_eal_init");
  if (getenv("WITHOUT_NAME") != NULL) return without_name();
  struct rte_mempool* pool =
      rte_pktmbuf_pool_create("pool", 4095, 64, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  const int bond = rte_eth_bond_create("net_bonding_program", BONDING_MODE_BALANCE, 0);
  must(bond, "rte_eth_bond_create");
  const uint16_t port = (uint16_t)bond;
  for (uint16_t i = 0; i < 2; ++i) must(member_add(port, i), "member_add");
  must(rte_eth_bond_xmit_policy_set(port, BALANCE_XMIT_POLICY_LAYER34), "xmit_policy_set");
  must(rte_eth_bond_link_monitoring_set(port, 50), "link_monitoring_set");
  must(rte_eth_dev_configure(port, 1, 1, &conf), "rte_eth_dev_configure");
  must(rte_eth_rx_queue_setup(port, 0, 256, 0, NULL, pool), "rte_eth_rx_queue_setup");
  must(rte_eth_tx_queue_setup(port, 0, 256, 0, NULL), "rte_eth_tx_queue_setup");
  must(rte_eth_dev_start(port), "rte_eth_dev_start");
  must(rte_eth_dev_info_get(port, &info), "rte_eth_dev_info_get");
  must(rte_eth_bond_8023ad_conf_get(port, &lacp), "8023ad_conf_get");

  unsigned long received = 0;
  // (net_bonding's members become active in another thread, which has to get a CPU)
  const uint64_t until = rte_get_timer_cycles() + 10 * rte_get_timer_hz();
  while (received < 1000 && rte_get_timer_cycles() < until) {
    struct rte_mbuf* frames[32];
    const uint16_t count = rte_eth_rx_burst(port, 0, frames, 32);
    const uint16_t sent = rte_eth_tx_burst(port, 0, frames, count);
    rte_pktmbuf_free_bulk(frames + sent, (unsigned)(count - sent));
    received += count;
  }
  printf("driver %s mode %d policy %d members %d active %d primary %d frames %s\n", info.driver_name,
         rte_eth_bond_mode_get(port), rte_eth_bond_xmit_policy_get(port), members_get(port, members, 8),
         active_members_get(port, members, 8), rte_eth_bond_primary_get(port),
         received >= 1000 ? "yes" : "no");
  must(rte_eth_dev_stop(port), "rte_eth_dev_stop");
  for (uint16_t i = 0; i < 2; ++i) must(member_remove(port, i), "member_remove");
  must(rte_eth_bond_free("net_bonding_program"), "rte_eth_bond_free");
  must(rte_eal_cleanup(), "rte_eal_cleanup");
  return 0;
}
