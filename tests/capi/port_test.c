// What a DPDK program knows of its ports, as a LAG has it: the table in docs/library.md.
#define _DEFAULT_SOURCE  // DPDK's headers use strnlen()
#include <stdio.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

#include "bench.h"
#include "capi_tests.h"
#include "check.h"

enum { FRAMES = 10 };

static void set(struct lagoon_lag* lag, const char* option) {
  if (!GIVES(LAGOON_OK, lagoon_command(lag, "set", option, &said))) printf("    %s: %s\n", option, said.at);
}

static void test_options_of_a_port(struct lagoon_lag* lag, uint16_t port) {
  set(lag, "mtu: 1400");  // (net_ring keeps its own; the test `MTUs` sees others change)
  set(lag, "promiscuous: true");
  CHECK(rte_eth_promiscuous_get(port) == 1);
  set(lag, "promiscuous: false");
  set(lag, "all-multicast: true");
  CHECK(rte_eth_allmulticast_get(port) == 1);
  set(lag, "all-multicast: false");
  set(lag, "addresses: [\"02:00:00:00:00:51\"]");
  set(lag, "multicast: [\"01:00:5e:00:00:05\"]");
  GIVES(LAGOON_ERR_NOT_SUPPORTED, lagoon_command(lag, "set", "mac: 02:00:00:00:00:0e", &said));
}

/// By number, as rte_eth_xstats_get_by_id() does, and by name the same.
static void test_fields(struct lagoon_lag* lag) {
  struct lagoon_status* status;
  struct lagoon_field named = {.struct_size = sizeof named}, numbered = {.struct_size = sizeof numbered};
  GIVES(LAGOON_OK, lagoon_status_take(lag, &status));
  GIVES(LAGOON_OK,
        lagoon_status_field_named(status, LAGOON_OF_MEMBER, 0, "traffic.tx_packets", &named, NULL));
  size_t number = 0;
  while (lagoon_status_field(status, LAGOON_OF_MEMBER, 0, number, &numbered, NULL) == LAGOON_OK &&
         strcmp(numbered.name, named.name) != 0)
    ++number;
  CHECK(strcmp(numbered.name, named.name) == 0 && numbered.number == named.number && named.number >= FRAMES);
  lagoon_status_free(status);
}

static void test_members_by_id(struct lagoon_lag* lag, uint16_t id) {
  char port[8], name[RTE_ETH_NAME_MAX_LEN];
  snprintf(port, sizeof port, "%u", id);
  CHECK(rte_eth_dev_get_name_by_port(id, name) == 0);
  for (const char* word = port; word != NULL; word = word == port ? name : NULL) {
    if (!GIVES(LAGOON_OK, lagoon_command(lag, "add", word, &said))) printf("    %s\n", said.at);
    CHECK(members_of(lag) == 2);
    GIVES(LAGOON_OK, lagoon_command(lag, "remove", name, &said));
    CHECK(members_of(lag) == 1);
  }
  GIVES(LAGOON_ERR_ALREADY_EXISTS, lagoon_command(lag, "add", "0", &said));
  // A port that is not there, and a driver that nobody has.
  CHECK(lagoon_command(lag, "add", "31", &said) != LAGOON_OK);
  CHECK(strstr(said.at, "31") != NULL);
  GIVES(LAGOON_ERR_NO_SUCH_THING, lagoon_command(lag, "add", "net_nobody0", &said));
  CHECK(strstr(said.at, "net_nobody0: no driver that is loaded") != NULL);
}

void test_what_a_port_has(const struct cable* cable) {
  struct lagoon_lag_config config = {.options = "{ name: port, mode: balance-xor, mac: 02:00:00:00:00:0d }"};
  struct lagoon_lag* lag = make_lag(&config, &cable->near, 1);
  if (lag == NULL) return;
  test_options_of_a_port(lag, cable->near);
  for (unsigned i = 0; i < FRAMES; ++i) {
    struct rte_mbuf* frame = frame_of(i);
    if (!CHECK(lagoon_tx_burst(lag, 0, &frame, 1) == 1)) rte_pktmbuf_free(frame);
  }
  test_fields(lag);
  test_members_by_id(lag, cable->far);
  lagoon_lag_free(lag);
  rte_eth_stats_reset(cable->near);
}
