// The control socket of a program that has LAGs: what a client asks and changes, who may open one, and what
// is left.
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "capi_tests.h"
#include "check.h"

static char reply[262144];

// A client that asks one line; the answer is in `reply`.
static bool answers(const char* path, const char* line, const char* words) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  char request[512];
  const int size =
      snprintf(request, sizeof request, "{\"version\":1,\"command\":\"run\",\"line\":\"%s\"}", line);
  const int client = socket(AF_UNIX, SOCK_SEQPACKET, 0);
  ssize_t heard = -1;
  if (connect(client, (const struct sockaddr*)&address, sizeof address) == 0 &&
      send(client, request, (size_t)size, MSG_NOSIGNAL) == size)
    heard = recv(client, reply, sizeof reply - 1, 0);
  close(client);
  reply[heard < 0 ? 0 : heard] = '\0';
  const bool found = strstr(reply, words) != NULL;
  if (!found) printf("    %s: %s\n", line, reply);
  return found;
}

static bool says(const char* words) {
  const bool found = strstr(said.at, words) != NULL;
  if (!found) printf("    said: %s\n", said.at);
  return found;
}

static void test_wrong_paths(void) {
  struct lagoon_console* console = (struct lagoon_console*)&said;
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_console_open(NULL, NULL, &said));
  GIVES(LAGOON_ERR_INVALID_ARGUMENT, lagoon_console_open("here.sock", &console, &said));
  CHECK(console == NULL && says("begin at the root"));
  CHECK(lagoon_console_open("/proc/none.sock", &console, &said) != LAGOON_OK);
  CHECK(console == NULL && says("/proc/none.sock"));
  lagoon_console_close(NULL);
}

// The child has none of it, and takes nothing away at its end.
static void test_fork(struct lagoon_console* console, struct lagoon_console* again, const char* path) {
  const pid_t child = fork();
  if (child == 0) {
    lagoon_console_close(console);
    lagoon_console_close(again);
    _exit(0);
  }
  int ended = -1;
  CHECK(child > 0 && waitpid(child, &ended, 0) == child && ended == 0);
  CHECK(answers(path, "show version", LAGOON_VERSION));
}

void test_console(const uint16_t* ports) {
  test_wrong_paths();
  char folder[] = "/tmp/lagoon-capi-XXXXXX", path[64], other[64];
  if (!CHECK(mkdtemp(folder) != NULL)) return;
  snprintf(path, sizeof path, "%s/s.sock", folder);
  snprintf(other, sizeof other, "%s/t.sock", folder);
  struct lagoon_console *console, *again, *none;
  GIVES(LAGOON_OK, lagoon_console_open(path, &console, &said));
  struct stat status;
  CHECK(lstat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
  GIVES(LAGOON_OK, lagoon_console_open(path, &again, &said));
  GIVES(LAGOON_ERR_ALREADY_EXISTS, lagoon_console_open(other, &none, &said));
  CHECK(none == NULL && says(path));
  CHECK(answers(path, "show lag", "no LAG runs in this program"));

  // LAGs come and go, two of one name.
  const struct lagoon_lag_config config = {.options = "{ mode: balance-xor, mac: 02:00:00:00:00:0d }"};
  const struct lagoon_lag_config twin = {.options = "{ mode: balance-xor, mac: 02:00:00:00:00:0e }"};
  struct lagoon_lag* lag = make_lag(&config, ports, 1);
  struct lagoon_lag* second = make_lag(&twin, ports + 1, 1);
  if (lag != NULL && second != NULL) {
    CHECK(answers(path, "show lag", "lag0: up"));
    CHECK(answers(path, "show lag lag0.2", "lag0.2: up"));
    CHECK(answers(path, "set lag0.2 hash l2+3", "\"ok\":true"));
    CHECK(answers(path, "show lag lag0.2", "l2+3"));
    CHECK(answers(path, "explain flow lag0 udp 10.0.0.1:1 10.0.0.2:2", "bucket"));
    CHECK(answers(path, "drain member lag0 0", "has no member '0'"));
    CHECK(answers(path, "config save", "no configuration file"));
    test_fork(console, again, path);
  }
  lagoon_lag_free(second);
  CHECK(answers(path, "show lag lag0.2", "there are: lag0"));
  lagoon_lag_free(lag);

  lagoon_console_close(console);
  CHECK(answers(path, "show version", LAGOON_VERSION));
  lagoon_console_close(again);
  CHECK(access(path, F_OK) != 0);
  rmdir(folder);
}
