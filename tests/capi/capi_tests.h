// The tests, in the order in which they are run.
#ifndef CAPI_TESTS_H
#define CAPI_TESTS_H

#include <stdint.h>

#include <lagoon.h>

#include "bench.h"

#ifdef __cplusplus
extern "C" {
#endif

void test_words(void);
void test_wrong_configurations(const uint16_t* port);
void test_options_come_from_a_file(const uint16_t* port);
void test_null_pointers(struct lagoon_lag* lag);

// Of two LAGs that are cabled to each other.
void test_traffic(struct end* a, struct end* b);
void test_status(struct end* a, struct end* b);
void test_struct_sizes(struct end* a);
void test_events(struct end* a, struct end* b);
void test_explain(struct end* a);
void test_commands(struct end* a, struct end* b);

void test_control_by_a_thread_of_the_program(const uint16_t* ports);
void test_console(const uint16_t* ports);
void test_what_a_port_has(const struct cable* cables);

// The same in C++.
void test_hpp(const struct cable* cables);

#ifdef __cplusplus
}
#endif

#endif
