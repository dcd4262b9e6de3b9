// What is wrong is refused, by name and with a sentence, and changes nothing.
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "capi_tests.h"
#include "check.h"

enum { NOBODY = 65534 };

static bool says(const char* words) {
  const bool found = strstr(said.at, words) != NULL && said.needed == strlen(said.at) + 1;
  if (!found) printf("    said: %s\n", said.at);
  return found;
}

// lagoon_lag_create() with `change` of a good configuration.
static int created(const uint16_t* port, void (*change)(struct lagoon_lag_config*)) {
  struct lagoon_lag_config config = {
      .struct_size = sizeof config, .ports = port, .port_count = 1, .pools = &pool, .pool_count = 1};
  change(&config);
  struct lagoon_lag* lag = (struct lagoon_lag*)&config;  // (becomes NULL)
  said.at[0] = '\0';
  const int error = lagoon_lag_create(&config, &lag, &said);
  CHECK((lag == NULL) == (error != LAGOON_OK));
  lagoon_lag_free(lag);
  return error;
}

static void no_pools(struct lagoon_lag_config* c) {
  c->pools = NULL;
}
static void empty_pools(struct lagoon_lag_config* c) {
  c->pool_count = 0;
}
static void three_pools(struct lagoon_lag_config* c) {
  c->pool_count = 3;
}
static void null_pool(struct lagoon_lag_config* c) {
  static struct rte_mempool* none;
  c->pools = &none;
}
static void no_ports(struct lagoon_lag_config* c) {
  c->ports = NULL;
}
static void no_members(struct lagoon_lag_config* c) {
  c->port_count = 0;
}
static void found_members(struct lagoon_lag_config* c) {
  c->port_count = 0;
  c->options = "members: { from: [net_ring0] }";
}
static void odd_control(struct lagoon_lag_config* c) {
  c->control = 2;
}
static void odd_members(struct lagoon_lag_config* c) {
  c->members = 2;
}
static void conf_for_kept(struct lagoon_lag_config* c) {
  c->members = LAGOON_MEMBERS_KEEP;
  c->port_conf = (const struct rte_eth_conf*)c;
}
static void two_options(struct lagoon_lag_config* c) {
  c->options = c->options_file = "x";
}
static void wrong_options(struct lagoon_lag_config* c) {
  c->options = "mode: lacpp\nhash: l9\nlacp: { rat: fast }";
}
static void no_map(struct lagoon_lag_config* c) {
  c->options = "lacp";
}
static void no_yaml(struct lagoon_lag_config* c) {
  c->options = "mode: [";
}
static void two_names(struct lagoon_lag_config* c) {
  c->name = "one";
  c->options = "name: other";
}
static void port_77(struct lagoon_lag_config* c) {
  static const uint16_t none = 77;
  c->ports = &none;
}
static void small(struct lagoon_lag_config* c) {
  c->struct_size = sizeof *c - 1;
}
static void not_set(struct lagoon_lag_config* c) {
  c->struct_size = 0;
}
static void no_file(struct lagoon_lag_config* c) {
  c->options_file = "nowhere/lag.yaml";
}
static void directory(struct lagoon_lag_config* c) {
  c->options_file = ".";
}
static void many_queues(struct lagoon_lag_config* c) {
  c->rx_queues = 9;
}

void test_wrong_configurations(const uint16_t* port) {
  const struct {
    void (*change)(struct lagoon_lag_config*);
    int error;
    const char* said;
  } rows[] = {
      {no_pools, LAGOON_ERR_INVALID_ARGUMENT, "but pools is NULL"},
      {empty_pools, LAGOON_ERR_INVALID_ARGUMENT, "pools is empty"},
      {three_pools, LAGOON_ERR_INVALID_ARGUMENT, "pool_count"},
      {null_pool, LAGOON_ERR_INVALID_ARGUMENT, "pools is NULL"},
      {no_ports, LAGOON_ERR_INVALID_ARGUMENT, "ports is NULL"},
      {no_members, LAGOON_ERR_INVALID_ARGUMENT, "has no members"},
      {found_members, LAGOON_ERR_NOT_SUPPORTED, "finds its members by itself"},
      {odd_control, LAGOON_ERR_INVALID_ARGUMENT, "LAGOON_CONTROL_THREAD"},
      {odd_members, LAGOON_ERR_INVALID_ARGUMENT, "LAGOON_MEMBERS_KEEP"},
      {conf_for_kept, LAGOON_ERR_INVALID_ARGUMENT, "port_conf"},
      {two_options, LAGOON_ERR_INVALID_ARGUMENT, "options_file"},
      {wrong_options, LAGOON_ERR_INVALID_ARGUMENT, "options:1:7: error: mode is 'lacpp'"},
      {wrong_options, LAGOON_ERR_INVALID_ARGUMENT, "options:2:7: error: hash is 'l9'"},
      {wrong_options, LAGOON_ERR_INVALID_ARGUMENT, "options:3:9: error: "},
      {no_map, LAGOON_ERR_INVALID_ARGUMENT, "expected keys of a LAG"},
      {no_yaml, LAGOON_ERR_INVALID_ARGUMENT, "not valid YAML"},
      {two_names, LAGOON_ERR_INVALID_ARGUMENT, "name"},
      {port_77, LAGOON_ERR_NO_SUCH_THING, "there is no port 77"},
      {small, LAGOON_ERR_STRUCT_SIZE, "struct_size is too small"},
      {not_set, LAGOON_ERR_STRUCT_SIZE, "struct_size"},
      {no_file, LAGOON_ERR_NO_SUCH_THING, "nowhere/lag.yaml: can't be opened"},
      {directory, LAGOON_ERR_SYSTEM, ".: can't be read"},
      {many_queues, LAGOON_ERR_NO_RESOURCES, "queues"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i)
    if (!GIVES(rows[i].error, created(port, rows[i].change)) || !CHECK(says(rows[i].said)))
      printf("    in row %zu, expected: %s\n", i, rows[i].said);
}

static char file_name[] = "options-XXXXXX";
static void from_file(struct lagoon_lag_config* c) {
  c->options_file = file_name;
}

void test_options_come_from_a_file(const uint16_t* port) {
  const int file = mkstemp(file_name);
  const char keys[] = "mode: balance-xor\nmac: 02:00:00:00:00:09\n";
  if (!CHECK(file >= 0 && write(file, keys, sizeof keys - 1) == sizeof keys - 1)) return;
  GIVES(LAGOON_OK, created(port, from_file));
  // Whoever may not read it is told so; root, as somebody else.
  CHECK(fchmod(file, 0) == 0);
  const int before = setfsuid(NOBODY);
  GIVES(LAGOON_ERR_PERMISSION, created(port, from_file));
  setfsuid((uid_t)before);
  CHECK(says("can't be opened"));
  close(file);
  unlink(file_name);
}

void test_null_pointers(struct lagoon_lag* lag) {
  struct lagoon_lag* made;
  struct lagoon_status* status = NULL;
  size_t count;
  struct rte_mbuf* frames[4] = {NULL};
  GIVES(0, lagoon_rx_burst(NULL, 0, frames, 4));
  GIVES(0, lagoon_rx_burst(lag, 0, NULL, 4));
  GIVES(0, lagoon_tx_burst(NULL, 0, frames, 4));
  GIVES(0, lagoon_tx_burst(lag, 0, NULL, 4));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_lag_create(NULL, &made, NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_lag_create(NULL, NULL, &said));
  lagoon_lag_free(NULL);
  lagoon_control_stop(NULL);
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_lag_link(NULL, NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_lag_link(lag, NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_control_poll(NULL, NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_control_run(NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_command(lag, NULL, NULL, &said));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_command(NULL, "drain", "a0", NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_take(lag, NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_take(NULL, &status));
  CHECK(status == NULL);
  lagoon_status_free(NULL);
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_lag(NULL, NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_member(NULL, 0, NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_drop(NULL, 0, NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_field(NULL, 0, 0, 0, NULL, NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_field_named(NULL, 0, 0, "name", NULL, NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_text(NULL, "json", NULL));
  if (GIVES(LAGOON_OK, lagoon_status_take(lag, &status))) {
    struct lagoon_field field = {.struct_size = sizeof field};
    GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_lag(status, NULL));
    GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_member(status, 0, NULL));
    GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_drop(status, 0, NULL));
    GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_field(status, 0, 0, 0, NULL, NULL));
    GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_field_named(status, 0, 0, NULL, &field, NULL));
    GIVES(LAGOON_ERR_NO_SUCH_THING, lagoon_status_field(status, 0, 0, 100000, &field, NULL));
    GIVES(LAGOON_ERR_NO_SUCH_THING, lagoon_status_field_named(status, 0, 0, "nothing", &field, NULL));
    GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_field(status, 77, 0, 0, &field, NULL));
    GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_status_text(status, NULL, &said));
    GIVES(LAGOON_ERR_NO_SUCH_THING, lagoon_status_text(status, "", &said));
    lagoon_status_free(status);
    status = NULL;
  }
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_events(lag, 0, NULL, 0, NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_events(NULL, 0, NULL, 0, &count));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_explain(lag, NULL, NULL, NULL));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_explain(NULL, "udp", NULL, NULL));
}

void test_words(void) {
  CHECK(strcmp(lagoon_version(), LAGOON_TEST_VERSION) == 0);
  CHECK(strcmp(lagoon_version(), LAGOON_VERSION) == 0);
  char numbers[32];
  snprintf(numbers, sizeof numbers, "%d.%d.%d", LAGOON_VERSION_MAJOR, LAGOON_VERSION_MINOR,
           LAGOON_VERSION_PATCH);
  CHECK(strcmp(numbers, LAGOON_VERSION) == 0);
  CHECK(strcmp(lagoon_error_name(LAGOON_OK), "success") == 0);
  CHECK(strcmp(lagoon_error_name(LAGOON_ERR_BUSY), "busy") == 0);
  CHECK(strcmp(lagoon_error_name(1), "unknown error") == 0);
  for (int error = LAGOON_ERR_STRUCT_SIZE; error <= LAGOON_OK; ++error) {
    CHECK(strcmp(lagoon_error_name(error), "unknown error") != 0);
    for (int other = error + 1; other <= LAGOON_OK; ++other)
      CHECK(strcmp(lagoon_error_name(error), lagoon_error_name(other)) != 0);
  }
  CHECK(strcmp(lagoon_error_name(LAGOON_ERR_STRUCT_SIZE - 1), "unknown error") == 0);
}
