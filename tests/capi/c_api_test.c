// lagoon.h, every call and every error of it, as a C11 program has it: LAGs over ring ports that are cabled
// to each other. One (left) has a control thread of its own, and configures its ports; the other (right) is
// polled, and its ports are the program's.
#define _DEFAULT_SOURCE
#include <stdatomic.h>
#include <stdio.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "bench.h"
#include "capi_tests.h"
#include "check.h"

enum { MBUF_PORT = 42 };

// What callbacks of a LAG have said.
struct heard {
  atomic_bool up;
  atomic_uint_fast64_t speed_mbps;
  atomic_uint links;
  atomic_uint events;
  struct lagoon_lag* polled;  // in whose control turn they come
};

static struct heard left_heard, right_heard;

static void on_link(void* user, const struct lagoon_link* link) {
  struct heard* heard = user;
  CHECK(link->struct_size == sizeof *link);
  atomic_store(&heard->speed_mbps, link->speed_mbps);
  atomic_store(&heard->up, link->up);
  atomic_fetch_add(&heard->links, 1);
  if (heard->polled == NULL) return;
  struct lagoon_link now = {.struct_size = sizeof now};
  struct lagoon_status* status = NULL;
  GIVES(LAGOON_OK, lagoon_lag_link(heard->polled, &now));
  GIVES(LAGOON_OK, lagoon_status_take(heard->polled, &status));
  lagoon_status_free(status);
  GIVES(LAGOON_ERR_BUSY, lagoon_command(heard->polled, "set", "hash: l2", NULL));
  CHECK(now.up == link->up && now.speed_mbps == link->speed_mbps);
  GIVES(LAGOON_ERR_BUSY, lagoon_control_poll(heard->polled, NULL));
}

static void on_event(void* user, const struct lagoon_event* event) {
  struct heard* heard = user;
  CHECK(event->struct_size == sizeof *event && event->sequence == atomic_load(&heard->events) + 1);
  CHECK(event->kind[0] != '\0');
  atomic_fetch_add(&heard->events, 1);
}

static bool both_are_up(void* unused) {
  (void)unused;
  return atomic_load(&left_heard.up) && atomic_load(&left_heard.speed_mbps) == 20000 &&
         atomic_load(&right_heard.up) && atomic_load(&right_heard.speed_mbps) == 20000;
}

static bool left_has_lost_one(void* unused) {
  (void)unused;
  return atomic_load(&left_heard.speed_mbps) == 10000 && atomic_load(&right_heard.speed_mbps) == 10000;
}

static bool both_are_down(void* unused) {
  (void)unused;
  return !atomic_load(&left_heard.up) && !atomic_load(&right_heard.up);
}

static void test_carrier(struct end* left, struct end* right, const struct cable* cables) {
  CHECK(rte_eth_dev_set_link_down(cables[0].near) == 0);
  CHECK(served_until(left, right, left_has_lost_one, NULL));
  test_traffic(left, right);
  CHECK(rte_eth_dev_set_link_down(cables[1].near) == 0);
  CHECK(served_until(left, right, both_are_down, NULL));
  struct rte_mbuf* lost = frame_of(0);
  CHECK(lagoon_tx_burst(left->lag, 0, &lost, 1) == 0);
  rte_pktmbuf_free(lost);
  for (int i = 0; i < CABLES; ++i) CHECK(rte_eth_dev_set_link_up(cables[i].near) == 0);
  CHECK(served_until(left, right, both_are_up, NULL));
}

static void test_pair(const struct cable* cables) {
  const uint16_t near[] = {cables[0].near, cables[1].near}, far[] = {cables[0].far, cables[1].far};
  CHECK(configure(far[0]) && configure(far[1]));
  const struct lagoon_lag_config left = {
      .name = "left",
      .options = "mac: 02:00:00:00:00:0a\nlacp: { aggregate-wait: 0s, partner-settle: 0s }",
      .sets_mbuf_port = true,
      .mbuf_port = MBUF_PORT,
      .on_link = on_link,
      .on_event = on_event,
      .user = &left_heard};
  const struct lagoon_lag_config right = {
      .options = "{ name: right, mac: 02:00:00:00:00:0b, lacp: { aggregate-wait: 0s, partner-settle: 0s } }",
      .members = LAGOON_MEMBERS_KEEP,
      .control = LAGOON_CONTROL_CALLER,
      .busy = true,
      .on_link = on_link,
      .on_event = on_event,
      .user = &right_heard};
  struct end a = {.lag = make_lag(&left, near, CABLES)};
  struct end b = {.lag = make_lag(&right, far, CABLES), .polled = true};
  if (a.lag == NULL || b.lag == NULL) return;
  right_heard.polled = b.lag;
  CHECK(served_until(&a, &b, both_are_up, NULL));
  test_null_pointers(a.lag);
  test_traffic(&a, &b);
  test_status(&a, &b);
  test_struct_sizes(&a);
  test_events(&a, &b);
  test_explain(&a);
  test_commands(&a, &b);
  test_carrier(&a, &b, cables);
  GIVES(LAGOON_ERR_NOT_SUPPORTED, lagoon_control_poll(a.lag, NULL));
  GIVES(LAGOON_ERR_NOT_SUPPORTED, lagoon_control_run(a.lag));
  CHECK(atomic_load(&left_heard.links) >= 3 && atomic_load(&right_heard.links) >= 3);
  lagoon_lag_free(a.lag);
  lagoon_lag_free(b.lag);
}

int main(void) {
  if (!start_eal()) {
    printf("EAL does not start\n");
    return 1;
  }
  test_words();
  const struct cable spare = make_cable("c0", "c1");
  test_wrong_configurations(&spare.near);
  test_options_come_from_a_file(&spare.near);
  test_control_by_a_thread_of_the_program(&spare.near);
  const uint16_t both[] = {spare.near, spare.far};
  test_console(both);
  test_what_a_port_has(&spare);
  const struct cable cables[CABLES] = {make_cable("a0", "b0"), make_cable("a1", "b1")};
  test_pair(cables);
  const struct cable others[CABLES] = {make_cable("d0", "e0"), make_cable("d1", "e1")};
  test_hpp(others);
  rte_eal_cleanup();
  return verdict();
}
