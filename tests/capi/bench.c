#define _DEFAULT_SOURCE
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_ring.h>
#include <rte_udp.h>

#include "check.h"

// (a cable takes all that a test sends at once: what waited while conversations moved goes out together)
enum { MBUFS = 8191, RING = 4096, DESCRIPTORS = 256, BURST = 64, FRAME_OCTETS = 100, PATIENCE_S = 20 };

struct rte_mempool* pool;

static char text[TEXT_SIZE];
struct lagoon_text said = {.at = text, .size = sizeof text};

bool start_eal(void) {
  char words[][24] = {"c_api_test", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry",
                      "-m",         "128",       "-l",          "0"};
  char* argv[sizeof words / sizeof words[0]];
  for (size_t i = 0; i < sizeof words / sizeof words[0]; ++i) argv[i] = words[i];
  if (rte_eal_init((int)(sizeof words / sizeof words[0]), argv) < 0) return false;
  pool = rte_pktmbuf_pool_create("frames", MBUFS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  return pool != NULL;
}

static uint16_t port_of(const char* name, struct rte_ring* in, struct rte_ring* out) {
  struct rte_ring* outs[] = {out, out};
  const int port = rte_eth_from_rings(name, &in, 1, outs, 2, 0);
  CHECK(port >= 0);
  return (uint16_t)port;
}

struct cable make_cable(const char* near, const char* far) {
  char name[2][32];
  snprintf(name[0], sizeof name[0], "to_%s", near);
  snprintf(name[1], sizeof name[1], "to_%s", far);
  struct rte_ring* to_near = rte_ring_create(name[0], RING, SOCKET_ID_ANY, 0);
  struct rte_ring* to_far = rte_ring_create(name[1], RING, SOCKET_ID_ANY, 0);
  CHECK(to_near != NULL && to_far != NULL);
  const struct cable made = {.near = port_of(near, to_near, to_far), .far = port_of(far, to_far, to_near)};
  return made;
}

bool configure(uint16_t port) {
  const struct rte_eth_conf conf = {0};
  return rte_eth_dev_configure(port, 1, 2, &conf) == 0 &&
         rte_eth_rx_queue_setup(port, 0, DESCRIPTORS, 0, NULL, pool) == 0 &&
         rte_eth_tx_queue_setup(port, 0, DESCRIPTORS, 0, NULL) == 0 &&
         rte_eth_tx_queue_setup(port, 1, DESCRIPTORS, 0, NULL) == 0;
}

struct lagoon_lag* make_lag(const struct lagoon_lag_config* config, const uint16_t* ports, size_t count) {
  struct lagoon_lag_config full = *config;
  full.struct_size = sizeof full;
  full.ports = ports;
  full.port_count = count;
  if (full.members == LAGOON_MEMBERS_CONFIGURE) {
    full.pools = &pool;
    full.pool_count = 1;
  }
  struct lagoon_lag* lag;
  if (!GIVES(LAGOON_OK, lagoon_lag_create(&full, &lag, &said))) printf("    %s\n", said.at);
  return lag;
}

size_t members_of(struct lagoon_lag* lag) {
  struct lagoon_status* status;
  struct lagoon_lag_status of = {.struct_size = sizeof of};
  GIVES(LAGOON_OK, lagoon_status_take(lag, &status));
  GIVES(LAGOON_OK, lagoon_status_lag(status, &of));
  lagoon_status_free(status);
  return of.members;
}

struct rte_mbuf* frame_of(unsigned conversation) {
  struct rte_mbuf* frame = rte_pktmbuf_alloc(pool);
  if (frame == NULL) return NULL;
  char* octets = rte_pktmbuf_append(frame, FRAME_OCTETS);
  if (octets == NULL) abort();  // (an mbuf has room for more)
  memset(octets, 0, FRAME_OCTETS);
  struct rte_ether_hdr* ethernet = (struct rte_ether_hdr*)octets;
  ethernet->dst_addr.addr_bytes[0] = ethernet->src_addr.addr_bytes[0] = 2;
  ethernet->dst_addr.addr_bytes[5] = 1;
  ethernet->src_addr.addr_bytes[5] = 2;
  ethernet->ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
  struct rte_ipv4_hdr* ip = (struct rte_ipv4_hdr*)(ethernet + 1);
  ip->version_ihl = RTE_IPV4_VHL_DEF;
  ip->total_length = rte_cpu_to_be_16(FRAME_OCTETS - sizeof *ethernet);
  ip->time_to_live = 64;
  ip->next_proto_id = IPPROTO_UDP;
  ip->src_addr = rte_cpu_to_be_32(RTE_IPV4(10, 0, 0, 1));
  ip->dst_addr = rte_cpu_to_be_32(RTE_IPV4(10, 0, 0, 2));
  struct rte_udp_hdr* udp = (struct rte_udp_hdr*)(ip + 1);
  udp->src_port = rte_cpu_to_be_16((uint16_t)(5000 + conversation));
  udp->dst_port = RTE_BE16(53);
  udp->dgram_len = rte_cpu_to_be_16(FRAME_OCTETS - sizeof *ethernet - sizeof *ip);
  return frame;
}

void free_frames(struct rte_mbuf** frames, unsigned count) {
  rte_pktmbuf_free_bulk(frames, count);
}

void serve(struct end* end) {
  if (end->polled) {
    uint64_t next_ns = 0;
    GIVES(LAGOON_OK, lagoon_control_poll(end->lag, &next_ns));
    CHECK(next_ns <= 1000000000);
  }
  struct rte_mbuf* frames[BURST];
  const uint16_t count = lagoon_rx_burst(end->lag, 0, frames, BURST);
  for (uint16_t i = 0; i < count; ++i) {
    end->last_port = frames[i]->port;
    ++end->received;
  }
  rte_pktmbuf_free_bulk(frames, count);
  CHECK(lagoon_tx_burst(end->lag, 0, frames, 0) == 0);
}

static int64_t now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

bool served_until(struct end* a, struct end* b, fact_of fact, void* of) {
  const int64_t begun = now_s();
  while (!fact(of)) {
    serve(a);
    serve(b);
    if (now_s() - begun > PATIENCE_S) return false;
  }
  return true;
}
