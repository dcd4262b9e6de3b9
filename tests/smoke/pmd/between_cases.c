/* Preloaded into DPDK's own tests of bonding: a case that fails leaves its port started, and those after it,
 * which configure it anew, would fail with it. So this tidies before it configures: what a case that passes
 * does at its end, but for the members, of which the program keeps count itself. Nothing happens where
 * nothing was left. */
#define _GNU_SOURCE
#include <rte_eth_bond.h>
#include <rte_ethdev.h>
#include <rte_version.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#if RTE_VERSION >= RTE_VERSION_NUM(23, 7, 0, 0)
#define member_remove rte_eth_bond_member_remove
#define members_get rte_eth_bond_members_get
#else
#define member_remove rte_eth_bond_slave_remove
#define members_get rte_eth_bond_slaves_get
#endif

typedef int configure_function(uint16_t, uint16_t, uint16_t, const struct rte_eth_conf*);

/* Those of one case alone, which it does not count, and brings before it configures: there for the second
 * time they have been left. */
static void remove_polled_members(uint16_t port) {
  static bool known;
  uint16_t members[RTE_MAX_ETHPORTS];
  char name[RTE_ETH_NAME_MAX_LEN];
  const int count = members_get(port, members, RTE_MAX_ETHPORTS);
  bool found = false;
  for (int i = 0; i < count; ++i) {
    if (rte_eth_dev_get_name_by_port(members[i], name) != 0 || strstr(name, "_poll_") == NULL) continue;
    found = true;
    if (known) member_remove(port, members[i]);
  }
  known = found && !known;
}

int rte_eth_dev_configure(uint16_t port, uint16_t rx_queues, uint16_t tx_queues,
                          const struct rte_eth_conf* conf) {
  configure_function* const real = (configure_function*)dlsym(RTLD_NEXT, "rte_eth_dev_configure");
  const int done = real(port, rx_queues, tx_queues, conf);
  uint16_t other;
  if (done != -EBUSY) return done;
  printf("left started: port %u\n", port);
  rte_eth_promiscuous_disable(port);
  remove_polled_members(port);
  rte_eth_dev_stop(port);
  for (other = 0; other < RTE_MAX_ETHPORTS; ++other) /* owned ones as well */
    if (rte_eth_dev_is_valid_port(other)) rte_eth_stats_reset(other);
  rte_eth_bond_mac_address_reset(port);
  return real(port, rx_queues, tx_queues, conf);
}
