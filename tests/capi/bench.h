// The bench of the tests: EAL without hugepages, ring ports that are cabled to each other, frames, and turns
// of the programs that stand at their ends.
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lagoon.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CABLES = 2, TEXT_SIZE = 16384 };

extern struct rte_mempool* pool;

bool start_eal(void);

/// A port at each end of a cable: what one sends, the other receives. Ports have a receive queue and two
/// transmit queues.
struct cable {
  uint16_t near;
  uint16_t far;
};
struct cable make_cable(const char* near, const char* far);
/// As a program does that starts its ports itself.
bool configure(uint16_t port);

/// A LAG of those ports, with the pool; all else as `config` says. NULL, and why in `said`, if there is an
/// error.
struct lagoon_lag* make_lag(const struct lagoon_lag_config* config, const uint16_t* ports, size_t count);
/// How many it has now.
size_t members_of(struct lagoon_lag* lag);
/// The text of the last call that took it.
extern struct lagoon_text said;

/// One of `count` UDP conversations.
struct rte_mbuf* frame_of(unsigned conversation);
void free_frames(struct rte_mbuf** frames, unsigned count);

/// A LAG with somebody at its queue 0, who takes what comes.
struct end {
  struct lagoon_lag* lag;
  bool polled;  // it has no control thread
  uint64_t received;
  uint16_t last_port;  // mbuf->port of the last frame
};
/// Receives, and gives the control loop its turn.
void serve(struct end* end);

typedef bool (*fact_of)(void* of);
/// Serves both ends until it is so; false if that takes too long.
bool served_until(struct end* a, struct end* b, fact_of fact, void* of);

#ifdef __cplusplus
}
#endif

#endif
