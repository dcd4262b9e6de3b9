// Two LAGs that are cabled to each other: frames, status, events, explanations and commands of both.
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include "bench.h"
#include "capi_tests.h"
#include "check.h"

enum { CONVERSATIONS = 64, FRAMES = 2048, MBUF_PORT = 42 };

static bool is_left(const char* member) {
  return strncmp(member, "net_ring_a", 10) == 0;
}

static struct lagoon_status* status_of(const struct end* end) {
  struct lagoon_status* status = NULL;
  GIVES(LAGOON_OK, lagoon_status_take(end->lag, &status));
  return status;
}

struct arrival {
  const struct end* at;
  uint64_t wanted;
};

static bool has_arrived(void* of) {
  const struct arrival* arrival = of;
  return arrival->at->received >= arrival->wanted;
}

// Sends on one, and expects all that was taken at the other. (Less is taken while there is no room for what
// waits because conversations move.)
static void send_frames(struct end* from, struct end* to) {
  const struct arrival all = {.at = to, .wanted = to->received + FRAMES};
  for (unsigned sent = 0, tries = 0; CHECK(tries < 10 * FRAMES) && sent < FRAMES; ++tries) {
    struct rte_mbuf* frames[CONVERSATIONS];
    const uint16_t count = (uint16_t)RTE_MIN((unsigned)CONVERSATIONS, FRAMES - sent);
    for (unsigned i = 0; i < count; ++i) frames[i] = frame_of(i);
    const uint16_t taken = lagoon_tx_burst(from->lag, 0, frames, count);
    if (CHECK(taken <= count)) rte_pktmbuf_free_bulk(frames + taken, count - taken);
    sent += taken;
    serve(from);
    serve(to);
  }
  CHECK(served_until(from, to, has_arrived, (void*)&all));
  CHECK(to->received == all.wanted);
}

void test_traffic(struct end* a, struct end* b) {
  send_frames(a, b);
  send_frames(b, a);
  CHECK(a->last_port == MBUF_PORT);
  CHECK(b->last_port != MBUF_PORT);
}

void test_status(struct end* a, struct end* b) {
  struct lagoon_link link = {.struct_size = sizeof link};
  GIVES(LAGOON_OK, lagoon_lag_link(a->lag, &link));
  CHECK(link.up && link.speed_mbps == 20000);

  struct lagoon_status* status = status_of(a);
  struct lagoon_lag_status lag = {.struct_size = sizeof lag};
  GIVES(LAGOON_OK, lagoon_status_lag(status, &lag));
  CHECK(strcmp(lag.name, "left") == 0 && strcmp(lag.mode, "lacp") == 0);
  CHECK(lag.up && lag.members == CABLES && lag.distributing_members == CABLES);
  CHECK(lag.address[5] == 0x0a && lag.generation != 0);

  uint64_t sent = 0, received = 0;
  for (size_t i = 0; i < CABLES; ++i) {
    struct lagoon_member_status member = {.struct_size = sizeof member};
    GIVES(LAGOON_OK, lagoon_status_member(status, i, &member));
    CHECK(member.link_up && member.works && member.collecting && member.distributing);
    CHECK(strcmp(member.name, i == 0 ? "net_ring_a0" : "net_ring_a1") == 0 &&
          strcmp(member.port, member.name) == 0);
    CHECK(strcmp(member.selected, "SELECTED") == 0 && strcmp(member.mux, "DISTRIBUTING") == 0);
    CHECK(strcmp(member.administration, "enabled") == 0 && strcmp(member.unselected_why, "none") == 0);
    CHECK(member.partner_system[5] == 0x0b && member.lacpdu_rx > 0 && member.lacpdu_tx > 0);
    CHECK(member.tx_packets > 0 && member.buckets == 2048);
    sent += member.tx_packets;
    received += member.rx_packets;
  }
  CHECK(sent == FRAMES && received == FRAMES);
  struct lagoon_member_status none = {.struct_size = sizeof none};
  GIVES(LAGOON_ERR_NO_SUCH_THING, lagoon_status_member(status, CABLES, &none));

  struct lagoon_drop drop = {.struct_size = sizeof drop};
  size_t drops = 0;
  for (; lagoon_status_drop(status, drops, &drop) == LAGOON_OK; ++drops) CHECK(drop.name[0] != '\0');
  CHECK(drops > 0);
  GIVES(LAGOON_ERR_NO_SUCH_THING, lagoon_status_drop(status, drops, &drop));

  GIVES(LAGOON_OK, lagoon_status_text(status, "json", &said));
  CHECK(said.needed == strlen(said.at) + 1 && said.at[0] == '{' && strstr(said.at, "\"left\"") != NULL);
  GIVES(LAGOON_OK, lagoon_status_text(status, "table", &said));
  GIVES(LAGOON_ERR_NO_SUCH_THING, lagoon_status_text(status, "xml", &said));
  // A text that does not fit is cut, and says how long it is.
  char few[4] = "???";
  struct lagoon_text cut = {.at = few, .size = sizeof few};
  GIVES(LAGOON_OK, lagoon_status_text(status, "json", &cut));
  CHECK(few[0] == '{' && few[3] == '\0' && cut.needed > 1000);
  cut.size = 0;
  few[0] = '?';
  GIVES(LAGOON_OK, lagoon_status_text(status, "json", &cut));
  CHECK(few[0] == '?');
  lagoon_status_free(status);
  lagoon_status_free(status_of(b));
}

// As programs of other releases: one whose struct has more at its end, and one whose struct is no struct.
void test_struct_sizes(struct end* a) {
  struct {
    struct lagoon_link link;
    unsigned char later[8];
    unsigned char beyond;
  } newer;
  memset(&newer, 0xee, sizeof newer);
  newer.link.struct_size = sizeof newer.link + sizeof newer.later;
  GIVES(LAGOON_OK, lagoon_lag_link(a->lag, &newer.link));
  CHECK(newer.link.up && newer.beyond == 0xee);
  for (size_t i = 0; i < sizeof newer.later; ++i) CHECK(newer.later[i] == 0);
  CHECK(newer.link.struct_size == sizeof newer.link + sizeof newer.later);
  newer.link.struct_size = sizeof newer.link - 1;
  newer.link.up = false;
  GIVES(LAGOON_ERR_STRUCT_SIZE, lagoon_lag_link(a->lag, &newer.link));
  CHECK(!newer.link.up);

  // What a program says that the library can't know is refused, unless it is zero.
  struct {
    struct lagoon_lag_config config;
    unsigned char later[8];
  } config;
  memset(&config, 0, sizeof config);
  config.config.struct_size = sizeof config;
  struct lagoon_lag* none;
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_lag_create(&config.config, &none, &said));
  CHECK(strstr(said.at, "pools is empty") != NULL);
  config.later[7] = 1;
  GIVES(LAGOON_ERR_NOT_SUPPORTED, lagoon_lag_create(&config.config, &none, &said));

  struct lagoon_status* status = status_of(a);
  struct lagoon_lag_status lag = {.struct_size = 8};
  struct lagoon_member_status member = {.struct_size = 8};
  struct lagoon_drop drop = {.struct_size = 8};
  struct lagoon_event event = {.struct_size = 8};
  struct lagoon_way way = {.struct_size = 8};
  size_t count = 1;
  GIVES(LAGOON_ERR_STRUCT_SIZE, lagoon_status_lag(status, &lag));
  GIVES(LAGOON_ERR_STRUCT_SIZE, lagoon_status_member(status, 0, &member));
  GIVES(LAGOON_ERR_STRUCT_SIZE, lagoon_status_drop(status, 0, &drop));
  GIVES(LAGOON_ERR_STRUCT_SIZE, lagoon_events(a->lag, 0, &event, 1, &count));
  CHECK(count == 0);
  GIVES(LAGOON_ERR_STRUCT_SIZE, lagoon_explain(a->lag, "udp 10.0.0.1:1 10.0.0.2:2", &way, &said));
  lagoon_status_free(status);
}

void test_events(struct end* a, struct end* b) {
  enum { ROOM = 16 };
  // (of a later release: with something behind)
  struct {
    struct lagoon_event event;
    char later[8];
  } events[ROOM];
  uint64_t last = 0;
  size_t count = ROOM, distributing = 0;
  while (count == ROOM) {
    events[0].event.struct_size = sizeof events[0];
    GIVES(LAGOON_OK, lagoon_events(a->lag, last, &events[0].event, ROOM, &count));
    for (size_t i = 0; i < count; ++i) {
      CHECK(events[i].event.sequence == ++last && events[i].event.struct_size == sizeof events[0]);
      CHECK(events[i].event.of_lag || is_left(events[i].event.member));
      distributing += strcmp(events[i].event.to, "DISTRIBUTING") == 0;
    }
  }
  CHECK(last > 4 && distributing == CABLES);
  struct lagoon_event none = {.struct_size = sizeof none};
  GIVES(LAGOON_OK, lagoon_events(b->lag, UINT64_MAX, &none, 1, &count));
  CHECK(count == 0);
}

void test_explain(struct end* a) {
  struct lagoon_way way = {.struct_size = sizeof way};
  GIVES(LAGOON_OK, lagoon_explain(a->lag, "udp 10.0.0.1:5003 10.0.0.2:53", &way, &said));
  CHECK(is_left(way.member) && way.bucket < 4096 && !way.by_frame && way.hash != 0);
  CHECK(strcmp(way.distribution, "flow_hash") == 0);
  char words[LAGOON_NAME_SIZE + 16];
  snprintf(words, sizeof words, "\"member\": \"%s\"", way.member);
  if (!CHECK(strstr(said.at, words) != NULL)) printf("    %s\n", said.at);
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_explain(a->lag, "udp here there", NULL, &said));
  CHECK(said.needed > 1);
}

// Where a member's frames go, and whether it is drained.
static bool is_drained(void* of) {
  struct lagoon_status* status = status_of(of);
  struct lagoon_member_status member = {.struct_size = sizeof member};
  GIVES(LAGOON_OK, lagoon_status_member(status, 0, &member));
  lagoon_status_free(status);
  return member.buckets == 0;
}

void test_commands(struct end* a, struct end* b) {
  GIVES(LAGOON_OK, lagoon_command(a->lag, "drain", "net_ring_a0", &said));
  CHECK(strstr(said.at, "drained") != NULL);
  CHECK(served_until(a, b, is_drained, a));
  send_frames(a, b);
  GIVES(LAGOON_OK, lagoon_command(a->lag, "enable", "net_ring_a0", NULL));
  GIVES(LAGOON_OK, lagoon_command(a->lag, "set", "hash: l2+3", &said));
  GIVES(LAGOON_OK, lagoon_command(b->lag, "set", "lacp.rate: fast", &said));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_command(a->lag, "drain", NULL, &said));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_command(a->lag, "dance", "a0", &said));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_command(a->lag, "set", "hash: l9", &said));
  GIVES(LAGOON_ERR_NO_SUCH_THING, lagoon_command(a->lag, "drain", "a7", &said));
  CHECK(strstr(said.at, "a7") != NULL);
  GIVES(LAGOON_ERR_NO_SUCH_THING, lagoon_command(a->lag, "set", "hsah: l2", &said));
  GIVES(LAGOON_ERR_NOT_SUPPORTED, lagoon_command(a->lag, "set", "mode: active-backup", &said));
  GIVES(LAGOON_ERR_ALREADY_EXISTS, lagoon_command(a->lag, "add", "{ dev: net_ring_a1 }", &said));
}
