/* What a program finds at its ports when it makes a bonding device of ports 0 and 1 by net_bonding's API: a
 * line "FACT yes" or "FACT no" for each. Knows nothing of Lagoon. */
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_eth_bond.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_version.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if RTE_VERSION >= RTE_VERSION_NUM(23, 7, 0, 0)
#define member_add rte_eth_bond_member_add
#define member_remove rte_eth_bond_member_remove
#define active_members_get rte_eth_bond_active_members_get
#else
#define member_add rte_eth_bond_slave_add
#define member_remove rte_eth_bond_slave_remove
#define active_members_get rte_eth_bond_active_slaves_get
#endif

static struct rte_ether_addr own[2];
static struct rte_ether_addr chosen = {.addr_bytes = {2, 0, 0, 0, 0, 0x77}};
static uint16_t bond;

static void must(int result, const char* what) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %d\n", what, result);
  exit(1);
}

static void say(const char* fact, bool holds) {
  printf("%s %s\n", fact, holds ? "yes" : "no");
}

static bool has(uint16_t port, const struct rte_ether_addr* address) {
  struct rte_ether_addr now;
  must(rte_eth_macaddr_get(port, &now), "rte_eth_macaddr_get");
  return rte_is_same_ether_addr(&now, address);
}

static void addresses_before_the_start(void) {
  for (uint16_t i = 0; i < 2; ++i) must(member_add(bond, i), "member_add");
  say("the_first_members_address", has(bond, &own[0]) && has(0, &own[0]) && has(1, &own[0]));
  must(rte_eth_bond_mac_address_set(bond, &chosen), "mac_address_set");
  say("the_chosen_address", has(bond, &chosen) && has(0, &chosen) && has(1, &chosen));
  must(member_remove(bond, 1), "member_remove");
  say("its_own_when_removed", has(1, &own[1]));
  must(member_add(bond, 1), "member_add");
  must(rte_eth_bond_mode_set(bond, BONDING_MODE_TLB), "mode_set");
  say("its_own_in_tlb", has(0, &chosen) && has(1, &own[1]));
}

static void configure(struct rte_mempool* pool) {
  struct rte_eth_conf conf = {0};
  must(rte_eth_dev_configure(bond, 1, 1, &conf), "rte_eth_dev_configure");
  must(rte_eth_rx_queue_setup(bond, 0, 256, 0, NULL, pool), "rte_eth_rx_queue_setup");
  must(rte_eth_tx_queue_setup(bond, 0, 256, 0, NULL), "rte_eth_tx_queue_setup");
}

static void start(uint8_t mode) {
  must(rte_eth_bond_mode_set(bond, mode), "mode_set");
  must(rte_eth_dev_start(bond), "rte_eth_dev_start");
}

static void active_backup(void) {
  uint16_t active[2];
  start(BONDING_MODE_ACTIVE_BACKUP);
  say("both_are_active", active_members_get(bond, active, 2) == 2);
  must(rte_eth_bond_primary_set(bond, 1), "primary_set");
  say("the_primary_is_at_once", rte_eth_bond_primary_get(bond) == 1);
  must(rte_eth_promiscuous_enable(bond), "promiscuous_enable");
  say("all_promiscuous", rte_eth_promiscuous_get(0) == 1 && rte_eth_promiscuous_get(1) == 1);
  must(rte_eth_promiscuous_disable(bond), "promiscuous_disable");
  say("none_promiscuous", rte_eth_promiscuous_get(0) == 0 && rte_eth_promiscuous_get(1) == 0);
  must(rte_eth_bond_xmit_policy_set(bond, BALANCE_XMIT_POLICY_LAYER2), "xmit_policy_set");
  must(member_remove(bond, 1), "member_remove");
  say("the_primary_may_go", rte_eth_bond_primary_get(bond) == 0);
  must(member_add(bond, 1), "member_add");
  must(rte_eth_dev_stop(bond), "rte_eth_dev_stop");
}

static uint64_t sent(uint16_t port) {
  struct rte_eth_stats stats;
  must(rte_eth_stats_get(port, &stats), "rte_eth_stats_get");
  return stats.opackets;
}

static void broadcast(struct rte_mempool* pool) {
  struct rte_mbuf* frame = rte_pktmbuf_alloc(pool);
  must(frame == NULL ? -1 : 0, "rte_pktmbuf_alloc");
  memset(rte_pktmbuf_append(frame, 64), 0xff, 64);
  start(BONDING_MODE_BROADCAST);
  must(rte_eth_stats_reset(bond), "rte_eth_stats_reset");
  while (rte_eth_tx_burst(bond, 0, &frame, 1) == 0) rte_delay_us(100); /* as of any port that is busy */
  say("counted_once", sent(bond) == 1);
  must(rte_eth_dev_stop(bond), "rte_eth_dev_stop");
}

int main(int argc, char** argv) {
  must(rte_eal_init(argc, argv), "rte_eal_init");
  struct rte_mempool* pool =
      rte_pktmbuf_pool_create("pool", 4095, 64, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  for (uint16_t i = 0; i < 2; ++i) must(rte_eth_macaddr_get(i, &own[i]), "rte_eth_macaddr_get");
  const int created = rte_eth_bond_create("net_bonding_members", BONDING_MODE_ROUND_ROBIN, 0);
  must(created, "rte_eth_bond_create");
  bond = (uint16_t)created;
  printf("policy at first: %d\n", rte_eth_bond_xmit_policy_get(bond));
  addresses_before_the_start();
  configure(pool);
  active_backup();
  say("kept_for_another_mode", rte_eth_bond_xmit_policy_get(bond) == BALANCE_XMIT_POLICY_LAYER2);
  broadcast(pool);
  must(rte_eth_bond_free("net_bonding_members"), "rte_eth_bond_free");
  say("their_own_at_the_end", has(0, &own[0]) && has(1, &own[1]));
  must(rte_eal_cleanup(), "rte_eal_cleanup");
  return 0;
}
