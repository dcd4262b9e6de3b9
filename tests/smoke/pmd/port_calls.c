/* What a LAG's port answers to the calls of rte_ethdev that a driver need not have: `NAME number` a line,
 * with the name as in docs/pmd.md. Makes the LAG of ports 0 and 1 by net_bonding's API, starts it, and asks.
 */
#include <rte_eal.h>
#include <rte_eth_bond.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_version.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if RTE_VERSION >= RTE_VERSION_NUM(23, 7, 0, 0)
#define member_add rte_eth_bond_member_add
#else
#define member_add rte_eth_bond_slave_add
#endif

static void must(int result, const char* what) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %d\n", what, result);
  exit(1);
}

static uint16_t started_lag(void) {
  struct rte_eth_conf conf = {0};
  struct rte_mempool* pool =
      rte_pktmbuf_pool_create("pool", 4095, 64, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  const int bond = rte_eth_bond_create("net_bonding_calls", BONDING_MODE_BALANCE, 0);
  must(bond, "rte_eth_bond_create");
  const uint16_t port = (uint16_t)bond;
  for (uint16_t i = 0; i < 2; ++i) must(member_add(port, i), "member_add");
  must(rte_eth_dev_configure(port, 1, 1, &conf), "rte_eth_dev_configure");
  must(rte_eth_rx_queue_setup(port, 0, 256, 0, NULL, pool), "rte_eth_rx_queue_setup");
  must(rte_eth_tx_queue_setup(port, 0, 256, 0, NULL), "rte_eth_tx_queue_setup");
  must(rte_eth_dev_start(port), "rte_eth_dev_start");
  return port;
}

#define TELL(call) tell(#call, call)

/* "rte_eth_dev_reset(port)": the name is what stands before the parenthesis. */
static void tell(const char* call, int answer) {
  printf("%.*s %d\n", (int)strcspn(call, "("), call, answer);
}

int main(int argc, char** argv) {
  must(rte_eal_init(argc, argv), "rte_eal_init");
  const uint16_t port = started_lag();
  char version[32];
  struct rte_eth_fc_conf flow_control = {0};
  struct rte_eth_udp_tunnel tunnel = {.udp_port = 4789, .prot_type = RTE_ETH_TUNNEL_TYPE_VXLAN};
  struct rte_eth_dev_module_info module;
  struct rte_dev_reg_info registers = {0};
  struct rte_eth_fec_capa fec[4];
  struct timespec time;
  struct rte_eth_pfc_conf pfc = {.priority = 3};
  TELL(rte_eth_rx_queue_count(port, 0));
  TELL(rte_eth_rx_descriptor_status(port, 0, 0));
  TELL(rte_eth_tx_descriptor_status(port, 0, 0));
  TELL(rte_eth_tx_done_cleanup(port, 0, 0));
  TELL(rte_eth_dev_rx_intr_enable(port, 0));
  TELL(rte_eth_dev_rx_intr_disable(port, 0));
  TELL(rte_eth_dev_rx_queue_stop(port, 0));
  TELL(rte_eth_dev_tx_queue_stop(port, 0));
  TELL(rte_eth_dev_fw_version_get(port, version, sizeof version));
  TELL(rte_eth_dev_reset(port));
  TELL(rte_eth_dev_flow_ctrl_get(port, &flow_control));
  TELL(rte_eth_dev_priority_flow_ctrl_set(port, &pfc));
  TELL(rte_eth_dev_udp_tunnel_port_add(port, &tunnel));
  TELL(rte_eth_dev_get_module_info(port, &module));
  TELL(rte_eth_dev_get_eeprom_length(port));
  TELL(rte_eth_dev_get_reg_info(port, &registers));
  TELL(rte_eth_dev_set_vlan_pvid(port, 7, 1));
  TELL(rte_eth_dev_uc_all_hash_table_set(port, 1));
  TELL(rte_eth_set_queue_rate_limit(port, 0, 100));
  TELL(rte_eth_timesync_enable(port));
  TELL(rte_eth_timesync_read_time(port, &time));
  TELL(rte_eth_led_on(port));
  TELL(rte_eth_fec_get_capability(port, fec, 4));
  must(rte_eth_dev_stop(port), "rte_eth_dev_stop");
  must(rte_eth_bond_free("net_bonding_calls"), "rte_eth_bond_free");
  must(rte_eal_cleanup(), "rte_eal_cleanup");
  return 0;
}
