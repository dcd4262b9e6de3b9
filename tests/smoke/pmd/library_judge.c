/* Makes LAGs with the library, one for each argument (the options of a LAG as a file has them), and gives
 * them the commands that it reads: "NUMBER VERB ARGUMENT". A line for each LAG and each command tells what
 * came of it. */
#include <lagoon.h>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAGS_MAX = 8, TEXT_MAX = 4096 };

static char said[TEXT_MAX];

static void tell(int result, const char* good) {
  printf("%s\n", result == LAGOON_OK ? good : said);
  said[0] = '\0';
}

int main(int argc, char** argv) {
  struct lagoon_lag* lags[LAGS_MAX] = {NULL};
  struct lagoon_text text = {.at = said, .size = sizeof said};
  char line[TEXT_MAX];
  const int taken = rte_eal_init(argc, argv);
  if (taken < 0) return 1;
  struct rte_mempool* pool =
      rte_pktmbuf_pool_create("frames", 16383, 64, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  if (pool == NULL) return 1;
  const int count = argc - taken - 1;
  for (int i = 0; i < count && i < LAGS_MAX; ++i) {
    const struct lagoon_lag_config config = {
        .struct_size = sizeof config, .options = argv[taken + 1 + i], .pools = &pool, .pool_count = 1};
    tell(lagoon_lag_create(&config, &lags[i], &text), "made");
  }
  while (fgets(line, sizeof line, stdin) != NULL) {
    char* rest = line;
    line[strcspn(line, "\n")] = '\0';
    const int lag = atoi(strsep(&rest, " "));
    const char* const verb = strsep(&rest, " ");
    tell(lagoon_command(lags[lag], verb, rest, &text), "done");
  }
  for (int i = 0; i < LAGS_MAX; ++i) lagoon_lag_free(lags[i]);
  return rte_eal_cleanup() == 0 ? 0 : 1;
}
