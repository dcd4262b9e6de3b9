/* Every function of rte_eth_bond.h and rte_eth_bond_8023ad.h with what is wrong: ports that are not there,
 * ports that are no bonding device, members that are none, NULL, values that nobody has, and the wrong state.
 * Each is an error, with net_bonding's number. Prints what was not as expected, and how many calls it made.
 */
#include <rte_eal.h>
#include <rte_eth_bond.h>
#include <rte_eth_bond_8023ad.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_version.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#if RTE_VERSION >= RTE_VERSION_NUM(23, 7, 0, 0)
#define MEMBER(before, after) before##member##after
typedef struct rte_eth_bond_8023ad_member_info member_info;
#else
#define MEMBER(before, after) before##slave##after
typedef struct rte_eth_bond_8023ad_slave_info member_info;
#endif
#define member_add MEMBER(rte_eth_bond_, _add)
#define member_remove MEMBER(rte_eth_bond_, _remove)
#define members_get MEMBER(rte_eth_bond_, s_get)
#define active_members_get MEMBER(rte_eth_bond_active_, s_get)
#define info_get MEMBER(rte_eth_bond_8023ad_, _info)

/* rte_eth_bond.h has one number for whatever is wrong. */
enum { REFUSED = -1, ANY = 0, NOWHERE = 31, NOBODY = 0xFFFF };

static unsigned calls, wrong;

static void expect(int wanted, int got, const char* call, unsigned port) {
  ++calls;
  if (wanted == ANY ? got < 0 : got == wanted) return;
  ++wrong;
  printf("wrong: %s of port %u: %d, not %d\n", call, port, got, wanted);
}
#define EXPECT(wanted, call) expect(wanted, call, #call, port)

static void must(int result, const char* what) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %d\n", what, result);
  exit(1);
}

/* `port` is not there, or no bonding device: all of it is refused, whatever else is said. */
static void no_bonding_device(uint16_t port) {
  struct rte_ether_addr address = {.addr_bytes = {2}};
  uint16_t members[4];
  struct rte_eth_bond_8023ad_conf conf = {0};
  member_info info;
  for (int null = 0; null < 2; ++null) {
    EXPECT(REFUSED, rte_eth_bond_mac_address_set(port, null ? NULL : &address));
    EXPECT(REFUSED, members_get(port, null ? NULL : members, 4));
    EXPECT(REFUSED, active_members_get(port, null ? NULL : members, 4));
    EXPECT(-EINVAL, rte_eth_bond_8023ad_conf_get(port, null ? NULL : &conf));
    EXPECT(-EINVAL, rte_eth_bond_8023ad_setup(port, null ? NULL : &conf));
    EXPECT(-EINVAL, info_get(port, 0, null ? NULL : &info));
  }
  EXPECT(REFUSED, member_add(port, 1));
  EXPECT(REFUSED, member_remove(port, 1));
  EXPECT(REFUSED, rte_eth_bond_mode_set(port, BONDING_MODE_ROUND_ROBIN));
  EXPECT(REFUSED, rte_eth_bond_mode_get(port));
  EXPECT(REFUSED, rte_eth_bond_primary_set(port, 1));
  EXPECT(REFUSED, rte_eth_bond_primary_get(port));
  EXPECT(REFUSED, rte_eth_bond_mac_address_reset(port));
  EXPECT(REFUSED, rte_eth_bond_xmit_policy_set(port, BALANCE_XMIT_POLICY_LAYER2));
  EXPECT(REFUSED, rte_eth_bond_xmit_policy_get(port));
  EXPECT(REFUSED, rte_eth_bond_link_monitoring_set(port, 10));
  EXPECT(REFUSED, rte_eth_bond_link_monitoring_get(port));
  EXPECT(REFUSED, rte_eth_bond_link_down_prop_delay_set(port, 10));
  EXPECT(REFUSED, rte_eth_bond_link_down_prop_delay_get(port));
  EXPECT(REFUSED, rte_eth_bond_link_up_prop_delay_set(port, 10));
  EXPECT(REFUSED, rte_eth_bond_link_up_prop_delay_get(port));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_ext_collect(port, 0, 1));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_ext_collect_get(port, 0));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_ext_distrib(port, 0, 1));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_ext_distrib_get(port, 0));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_ext_slowtx(port, 0, NULL));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_dedicated_queues_enable(port));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_dedicated_queues_disable(port));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_agg_selection_get(port));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_agg_selection_set(port, AGG_COUNT));
}

/* A bonding device, and a member that is none: not there, another's or nobody's, or the device itself. */
static void no_member(uint16_t port, uint16_t member) {
  member_info info;
  EXPECT(REFUSED, member_remove(port, member));
  EXPECT(REFUSED, rte_eth_bond_primary_set(port, member));
  EXPECT(-EINVAL, info_get(port, member, &info));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_ext_collect_get(port, member));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_ext_distrib_get(port, member));
}

/* In any state. Others' machines are refused, so nobody may drive ours. */
static void wrong_words(uint16_t port, uint16_t member) {
  struct rte_eth_bond_8023ad_conf conf;
  uint16_t one;
  EXPECT(REFUSED, member_add(port, NOWHERE));
  EXPECT(REFUSED, member_add(port, NOBODY));
  EXPECT(REFUSED, member_add(port, port));
  no_member(port, NOWHERE);
  no_member(port, NOBODY);
  no_member(port, port);
  EXPECT(REFUSED, members_get(port, NULL, 4));
  EXPECT(REFUSED, members_get(port, &one, 1));
  EXPECT(REFUSED, active_members_get(port, NULL, 4));
  EXPECT(REFUSED, rte_eth_bond_mac_address_set(port, NULL));
  EXPECT(REFUSED, rte_eth_bond_xmit_policy_set(port, 77));
  EXPECT(REFUSED, rte_eth_bond_link_monitoring_set(port, UINT32_MAX));
  EXPECT(REFUSED, rte_eth_bond_link_down_prop_delay_set(port, UINT32_MAX));
  EXPECT(REFUSED, rte_eth_bond_link_up_prop_delay_set(port, UINT32_MAX));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_conf_get(port, NULL));
  must(rte_eth_bond_8023ad_conf_get(port, &conf), "8023ad_conf_get");
  conf.aggregate_wait_timeout_ms = UINT32_MAX;
  EXPECT(-EINVAL, rte_eth_bond_8023ad_setup(port, &conf));
  EXPECT(-EINVAL, info_get(port, member, NULL));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_ext_collect(port, member, 1));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_ext_distrib(port, member, 1));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_ext_slowtx(port, member, NULL));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_agg_selection_set(port, (enum rte_bond_8023ad_agg_selection)77));
}

static void states(uint16_t port, uint16_t other, struct rte_mempool* pool) {
  struct rte_eth_conf conf = {0};
  member_info info;
  /* Without members; and what LACP is asked while it is another mode's turn. */
  EXPECT(ANY, rte_eth_dev_start(port) == 0 ? 0 : -1);
  EXPECT(REFUSED, rte_eth_bond_primary_get(port));
  EXPECT(REFUSED, rte_eth_bond_mode_set(port, 77));
  EXPECT(-EINVAL, rte_eth_bond_8023ad_agg_selection_set(port, AGG_COUNT));
  for (uint16_t i = 0; i < 2; ++i) must(member_add(port, i), "member_add");
  EXPECT(REFUSED, member_add(other, 0));
  wrong_words(port, 0);
  must(rte_eth_dev_configure(port, 1, 1, &conf), "rte_eth_dev_configure");
  must(rte_eth_rx_queue_setup(port, 0, 256, 0, NULL, pool), "rte_eth_rx_queue_setup");
  must(rte_eth_tx_queue_setup(port, 0, 256, 0, NULL), "rte_eth_tx_queue_setup");
  EXPECT(-EINVAL, info_get(port, 0, &info));
  must(rte_eth_dev_start(port), "rte_eth_dev_start");
  EXPECT(-EINVAL, info_get(port, 0, &info));
  EXPECT(-EBUSY, rte_eth_bond_mode_set(port, BONDING_MODE_8023AD));
  EXPECT(REFUSED, rte_eth_bond_8023ad_dedicated_queues_enable(port));
  EXPECT(REFUSED, rte_eth_bond_8023ad_dedicated_queues_disable(port));
  EXPECT(REFUSED, member_add(other, 1));
  wrong_words(port, 1);
  must(rte_eth_dev_stop(port), "rte_eth_dev_stop");
  must(rte_eth_bond_mode_set(port, BONDING_MODE_8023AD), "mode_set");
  must(rte_eth_dev_start(port), "rte_eth_dev_start");
  wrong_words(port, 0);
  must(rte_eth_dev_stop(port), "rte_eth_dev_stop");
}

static uint16_t made(const char* name) {
  const int created = rte_eth_bond_create(name, BONDING_MODE_BALANCE, 0);
  must(created, "rte_eth_bond_create");
  return (uint16_t)created;
}

int main(int argc, char** argv) {
  must(rte_eal_init(argc, argv), "rte_eal_init");
  struct rte_mempool* pool =
      rte_pktmbuf_pool_create("pool", 4095, 64, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  uint16_t port = 0;
  const char long_name[] =
      "net_bonding_0123456789012345678901234567890123456789012345678901234567890123456789";
  EXPECT(-EINVAL, rte_eth_bond_create(NULL, BONDING_MODE_BALANCE, 0));
  EXPECT(-EINVAL, rte_eth_bond_free(NULL));
  EXPECT(-EINVAL, rte_eth_bond_create("net_bonding_a", 77, 0));
  EXPECT(-EINVAL, rte_eth_bond_create("net_bonding_a", BONDING_MODE_BALANCE, 77));
  if (rte_eth_bond_create("", BONDING_MODE_BALANCE, 0) >= 0) ++wrong, puts("wrong: a device without a name");
  if (rte_eth_bond_create(long_name, BONDING_MODE_BALANCE, 0) >= 0) ++wrong, puts("wrong: a long name");
  if (rte_eth_bond_free("net_bonding_none") >= 0) ++wrong, puts("wrong: nobody was freed");
  if (rte_eth_bond_free("net_null0") >= 0) ++wrong, puts("wrong: another's port was freed");
  no_bonding_device(0);
  no_bonding_device(NOWHERE);
  no_bonding_device(NOBODY);
  port = made("net_bonding_one");
  if (rte_eth_bond_create("net_bonding_one", BONDING_MODE_BALANCE, 0) >= 0)
    ++wrong, puts("wrong: a name twice");
  const uint16_t other = made("net_bonding_other");
  states(port, other, pool);
  no_member(other, 0);
  must(rte_eth_bond_free("net_bonding_other"), "rte_eth_bond_free");
  no_bonding_device(other);
  must(rte_eth_bond_free("net_bonding_one"), "rte_eth_bond_free");
  no_bonding_device(port);
  printf("calls %u wrong %u\n", calls, wrong);
  must(rte_eal_cleanup(), "rte_eal_cleanup");
  return wrong == 0 ? 0 : 1;
}
