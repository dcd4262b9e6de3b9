/*
 * A LACP partner made of DPDK's own net_bonding driver over kernel interfaces: one LAG, one access port,
 * every frame forwarded between the two. It makes the ports from names of interfaces, so that the words in
 * which DPDK releases differ are in this file alone, and writes each change of LACP state to a file for its
 * caller.
 *
 *   net_bonding_partner FILE-PREFIX LCORE STATE-FILE ACCESS-INTERFACE MEMBER-INTERFACE...
 *
 * STATE-FILE has a line for each member: its interface, the state octets of Actor and Partner (hexadecimal),
 * and whether the driver distributes on it.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_eth_bond.h>
#include <rte_eth_bond_8023ad.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_version.h>

/* 23.11 renamed the members of a bonding device, in functions and in its arguments. */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0)
#define MEMBER_ARGUMENT "member"
#define member_info rte_eth_bond_8023ad_member_info
#define active_members_of rte_eth_bond_active_members_get
typedef struct rte_eth_bond_8023ad_member_info lacp_info;
#else
#define MEMBER_ARGUMENT "slave"
#define member_info rte_eth_bond_8023ad_slave_info
#define active_members_of rte_eth_bond_active_slaves_get
typedef struct rte_eth_bond_8023ad_slave_info lacp_info;
#endif

enum { MEMBERS_MAX = 16, BURST = 32, DESCRIPTORS = 512, MBUFS = 8191, LOOK_MS = 5, REST_US = 50 };

struct member_state {
  uint8_t actor;
  uint8_t partner;
  bool active;
};

struct partner {
  uint16_t bond;
  uint16_t access;
  uint16_t members[MEMBERS_MAX];
  char* const* interfaces;
  int count;
  const char* state_file;
  struct member_state seen[MEMBERS_MAX];
};

static volatile sig_atomic_t stopping;

static void stop(int signal_number) {
  (void)signal_number;
  stopping = 1;
}

static void start_eal(const char* prefix, const char* lcore, const char* access, char* const* interfaces,
                      int count) {
  char vdevs[MEMBERS_MAX + 2][512];
  char* argv[16 + 2 * (MEMBERS_MAX + 2)];
  char file_prefix[128];
  int argc = 0;
  const char* const fixed[] = {
      "net_bonding_partner", "--no-pci", "--no-telemetry", "--no-huge", "-m", "192", "-l", lcore};

  for (size_t i = 0; i < RTE_DIM(fixed); i++) argv[argc++] = strdup(fixed[i]);
  snprintf(file_prefix, sizeof(file_prefix), "--file-prefix=%s", prefix);
  argv[argc++] = file_prefix;

  size_t length =
      (size_t)snprintf(vdevs[count + 1], sizeof(vdevs[0]), "--vdev=net_bonding0,mode=4,xmit_policy=l34");
  for (int i = 0; i <= count; i++) {
    snprintf(vdevs[i], sizeof(vdevs[0]), "--vdev=net_af_packet%d,iface=%s", i,
             i < count ? interfaces[i] : access);
    argv[argc++] = vdevs[i];
    if (i < count)
      length += (size_t)snprintf(vdevs[count + 1] + length, sizeof(vdevs[0]) - length,
                                 "," MEMBER_ARGUMENT "=net_af_packet%d", i);
  }
  argv[argc++] = vdevs[count + 1];
  if (rte_eal_init(argc, argv) < 0)
    rte_exit(EXIT_FAILURE, "DPDK did not start: %s\n", rte_strerror(rte_errno));
}

static uint16_t port_named(const char* kind, int number) {
  char name[64];
  uint16_t port;

  snprintf(name, sizeof(name), "%s%d", kind, number);
  if (rte_eth_dev_get_port_by_name(name, &port) != 0) rte_exit(EXIT_FAILURE, "there is no port %s\n", name);
  return port;
}

static void configure(uint16_t port, struct rte_mempool* pool) {
  const struct rte_eth_conf plain = {0};
  const int socket = rte_eth_dev_socket_id(port);

  if (rte_eth_dev_configure(port, 1, 1, &plain) != 0 ||
      rte_eth_rx_queue_setup(port, 0, DESCRIPTORS, (unsigned int)socket, NULL, pool) != 0 ||
      rte_eth_tx_queue_setup(port, 0, DESCRIPTORS, (unsigned int)socket, NULL) != 0)
    rte_exit(EXIT_FAILURE, "port %u cannot be configured\n", port);
}

/* The bonding device configures and starts its members by itself. */
static void start_ports(const struct partner* self) {
  struct rte_mempool* pool =
      rte_pktmbuf_pool_create("frames", MBUFS, 64, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);

  if (pool == NULL) rte_exit(EXIT_FAILURE, "no memory for frames: %s\n", rte_strerror(rte_errno));
  configure(self->bond, pool);
  configure(self->access, pool);
  if (rte_eth_dev_start(self->bond) != 0 || rte_eth_dev_start(self->access) != 0)
    rte_exit(EXIT_FAILURE, "the ports do not start\n");
  rte_eth_promiscuous_enable(self->bond);
  rte_eth_promiscuous_enable(self->access);
}

/* net_bonding speaks LACP inside its bursts only, so the bursts are called even when there is nothing to
 * send. */
static uint16_t forward(uint16_t from, uint16_t to) {
  struct rte_mbuf* frames[BURST];
  const uint16_t received = rte_eth_rx_burst(from, 0, frames, BURST);
  uint16_t sent = rte_eth_tx_burst(to, 0, frames, received);

  for (; sent < received; sent++) rte_pktmbuf_free(frames[sent]);
  return received;
}

static void look(const struct partner* self, struct member_state* states) {
  uint16_t active[RTE_MAX_ETHPORTS];
  const int active_count = active_members_of(self->bond, active, RTE_MAX_ETHPORTS);

  memset(states, 0, sizeof(self->seen));
  for (int i = 0; i < self->count; i++) {
    lacp_info info;

    if (member_info(self->bond, self->members[i], &info) == 0) {
      states[i].actor = info.actor_state;
      states[i].partner = info.partner_state;
    }
    for (int j = 0; j < active_count; j++) states[i].active |= active[j] == self->members[i];
  }
}

/* A reader finds the old state or the new one, never half of one. */
static void write_state(const struct partner* self) {
  char temporary[4096];
  snprintf(temporary, sizeof(temporary), "%s.new", self->state_file);
  FILE* file = fopen(temporary, "w");

  if (file == NULL) rte_exit(EXIT_FAILURE, "%s: %s\n", temporary, strerror(errno));
  for (int i = 0; i < self->count; i++)
    fprintf(file, "%s 0x%02x 0x%02x %s\n", self->interfaces[i], self->seen[i].actor, self->seen[i].partner,
            self->seen[i].active ? "active" : "inactive");
  if (fclose(file) != 0 || rename(temporary, self->state_file) != 0)
    rte_exit(EXIT_FAILURE, "%s: %s\n", self->state_file, strerror(errno));
}

static void run(struct partner* self) {
  const uint64_t look_every = rte_get_timer_hz() * LOOK_MS / 1000;
  uint64_t next_look = 0;

  while (!stopping) {
    const uint16_t moved = (uint16_t)(forward(self->access, self->bond) + forward(self->bond, self->access));
    const uint64_t now = rte_get_timer_cycles();

    if (now >= next_look) {
      struct member_state states[MEMBERS_MAX];

      look(self, states);
      if (next_look == 0 || memcmp(states, self->seen, sizeof(states)) != 0) {
        memcpy(self->seen, states, sizeof(states));
        write_state(self);
      }
      next_look = now + look_every;
    }
    if (moved == 0) usleep(REST_US);
  }
}

int main(int argc, char** argv) {
  struct partner self = {.state_file = argc > 3 ? argv[3] : NULL, .interfaces = argv + 5, .count = argc - 5};

  if (self.count < 1 || self.count > MEMBERS_MAX) {
    fprintf(stderr, "usage: %s FILE-PREFIX LCORE STATE-FILE ACCESS-INTERFACE MEMBER-INTERFACE...\n", argv[0]);
    return 2;
  }
  signal(SIGTERM, stop);
  signal(SIGINT, stop);
  start_eal(argv[1], argv[2], argv[4], self.interfaces, self.count);
  self.bond = port_named("net_bonding", 0);
  self.access = port_named("net_af_packet", self.count);
  for (int i = 0; i < self.count; i++) self.members[i] = port_named("net_af_packet", i);
  start_ports(&self);
  run(&self);
  rte_eth_dev_stop(self.access);
  rte_eth_dev_stop(self.bond);
  rte_eal_cleanup();
  return 0;
}
