#include "check.h"

#include <stdio.h>

#include <lagoon.h>

enum { LAST_ERROR = -LAGOON_ERR_STRUCT_SIZE };

static int wrong;
static int checked;
static bool seen[LAST_ERROR + 1];

bool check(bool fact, const char* words, const char* file, int line) {
  ++checked;
  if (fact) return true;
  ++wrong;
  printf("%s:%d: not so: %s\n", file, line, words);
  return false;
}

bool check_error(int got, int expected, const char* words, const char* file, int line) {
  if (got <= 0 && got >= -LAST_ERROR) seen[-got] = true;
  if (check(got == expected, words, file, line)) return true;
  printf("    gave %d (%s), expected %d (%s)\n", got, lagoon_error_name(got), expected,
         lagoon_error_name(expected));
  return false;
}

int verdict(void) {
  for (int error = 0; error <= LAST_ERROR; ++error)
    if (!seen[error]) {
      ++wrong;
      printf("no call gave %d (%s)\n", -error, lagoon_error_name(-error));
    }
  printf("%d facts checked, %d not so\n", checked, wrong);
  return wrong == 0 ? 0 : 1;
}
