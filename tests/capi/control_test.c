// A LAG whose control loop runs in a thread of the program, and members that come and go while it does.
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "capi_tests.h"
#include "check.h"

static void* control(void* lag) {
  static int ended;
  ended = lagoon_control_run(lag);
  return &ended;
}

void test_control_by_a_thread_of_the_program(const uint16_t* ports) {
  struct lagoon_lag_config config = {.options = "{ name: spare, mode: balance-xor, mac: 02:00:00:00:00:0c }",
                                     .control = LAGOON_CONTROL_CALLER};
  struct lagoon_lag* lag = make_lag(&config, ports, 1);
  if (lag == NULL) return;
  lagoon_control_stop(lag);
  GIVES(LAGOON_OK, lagoon_control_run(lag));  // (ends at once: it was stopped before)

  pthread_t thread;
  if (!CHECK(pthread_create(&thread, NULL, control, lag) == 0)) return;
  CHECK(members_of(lag) == 1);
  GIVES(LAGOON_OK, lagoon_command(lag, "add", "{ dev: net_ring_c1 }", &said));
  CHECK(members_of(lag) == 2);
  GIVES(LAGOON_OK, lagoon_command(lag, "remove", "net_ring_c1", &said));
  CHECK(members_of(lag) == 1);
  lagoon_control_stop(lag);
  void* ended;
  CHECK(pthread_join(thread, &ended) == 0);
  GIVES(LAGOON_OK, *(int*)ended);
  lagoon_lag_free(lag);
}
