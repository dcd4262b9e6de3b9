// What the tests of lagoon.h count: facts that are not so, and which errors have been seen.
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Says where, if it is not so.
bool check(bool fact, const char* words, const char* file, int line);
/// The same for what a call gives, and notes that this error was seen.
bool check_error(int got, int expected, const char* words, const char* file, int line);
/// Gives the program's exit code; not 0 if a fact was not so, or an error of lagoon.h never seen.
int verdict(void);

#ifdef __cplusplus
}
#endif

#define CHECK(fact) check((fact), #fact, __FILE__, __LINE__)
#define GIVES(expected, call) check_error((call), (expected), #call, __FILE__, __LINE__)

#endif
