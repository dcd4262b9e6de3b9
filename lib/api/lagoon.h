// Lagoon's C interface: a LAG inside a DPDK program. Ports become its members, and the program sends and
// receives on it as it does on a port: lagoon_rx_burst(), lagoon_tx_burst(). docs/library.md shows a program.
//
// A lagoon_lag is all there is: no global state, no initialisation, any number of them in a process. EAL has
// to be up. Every call but the bursts gives 0 or a negative enum lagoon_error. A lagoon_console is for who
// wants to look at them, and change them, from outside.
//
// lagoon.hpp beside this header says the same in C++17: handles that end by themselves, results, spans.
//
// Threads. A receive queue and a transmit queue each belong to one thread at a time, different queues to any
// threads. Calls marked "any" take any thread. Those that block ask the control thread, and wait for its
// answer for a second at most. In a callback they do not wait: it is the control thread that calls them.
//
// Structs begin with struct_size, which the caller sets to sizeof: so a program and a library of different
// releases understand each other. What the caller's struct has less than ours is taken as zero, which is
// the default; what it has more must be zero, and is given back as zero.
#ifndef LAGOON_H
#define LAGOON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The release that this header is of; lagoon_version() says which one the library is of.
#define LAGOON_VERSION_MAJOR 0
#define LAGOON_VERSION_MINOR 1
#define LAGOON_VERSION_PATCH 0
#define LAGOON_VERSION "0.1.0"

struct rte_eth_conf;
struct rte_mbuf;
struct rte_mempool;

// Errors

enum lagoon_error {
  LAGOON_OK = 0,
  LAGOON_ERR_INVALID_ARGUMENT = -1,  // a value is out of range, or a pointer is NULL that may not be
  LAGOON_ERR_NO_SUCH_THING = -2,     // a name or number that is not known
  LAGOON_ERR_ALREADY_EXISTS = -3,
  LAGOON_ERR_NOT_SUPPORTED = -4,  // the port, its driver or this release can't
  LAGOON_ERR_NO_RESOURCES = -5,   // memory, queues, mbufs
  LAGOON_ERR_BUSY = -6,           // the control thread did not answer, or the call is under way elsewhere
  LAGOON_ERR_PERMISSION = -7,
  LAGOON_ERR_SYSTEM = -8,       // a call of the operating system or of DPDK failed; the text has its words
  LAGOON_ERR_STRUCT_SIZE = -9,  // struct_size is less than the first release's: was it set?
};

/// The error in a few words, "no such thing"; of other numbers "unknown error". Never NULL.
/// Thread:   any.
/// Owns:     the text stays, and is nobody's to free.
const char* lagoon_error_name(int error);

/// The release of the library, "0.1.0". Thread and ownership as above.
const char* lagoon_version(void);

/// A buffer of the caller's for a text: `size` octets at `at`. What is written ends in a 0 octet, and is cut
/// where there is no room; `needed` becomes the length that the whole text needs with its 0 octet. Where a
/// call takes such a text, NULL is fine. (The one struct without struct_size: it will not grow.)
/// After an error it is a sentence for a person: what is wrong with what, and what would be right.
struct lagoon_text {
  char* at;
  size_t size;
  size_t needed;
};

enum { LAGOON_NAME_SIZE = 64, LAGOON_WORD_SIZE = 32 };

// A LAG

/// A LAG. It is made by lagoon_lag_create() and ends with lagoon_lag_free().
struct lagoon_lag;

struct lagoon_link {
  size_t struct_size;
  uint64_t speed_mbps;  // of the members that distribute, together
  bool up;              // under LACP: a member distributes
};

/// One transition, as in lagoond's journal. Words are those of docs/telemetry.md.
struct lagoon_event {
  size_t struct_size;
  uint64_t sequence;  // from 1, without gaps as they happen
  int64_t at_ns;      // of CLOCK_MONOTONIC
  bool of_lag;        // it is about the LAG, not a member
  char member[LAGOON_NAME_SIZE];
  char kind[LAGOON_WORD_SIZE];
  char from[LAGOON_WORD_SIZE];
  char to[LAGOON_WORD_SIZE];
  char why[LAGOON_NAME_SIZE];
};

/// Callbacks. LACP waits while one runs, so it returns soon. It may look at its LAG (link, status, events,
/// explain) and is answered at once, and it may call lagoon_control_stop(). lagoon_command() gives
/// LAGOON_ERR_BUSY there, as does lagoon_control_poll() of a LAG that is polled. lagoon_lag_free() is not for
/// callbacks.
/// Thread:   the control thread at the end of a turn (with LAGOON_CONTROL_CALLER whoever polls or frees). The
///           first one comes after lagoon_lag_create() has stored *lag and may come before it returns; the
///           last one comes before lagoon_lag_free() returns.
/// Owns:     `link` and `event` are gone when the callback has returned.
typedef void (*lagoon_link_callback)(void* user, const struct lagoon_link* link);
typedef void (*lagoon_event_callback)(void* user, const struct lagoon_event* event);

enum lagoon_control {
  LAGOON_CONTROL_THREAD = 0,  // a thread of the library's, on CPUs that are no lcore's
  LAGOON_CONTROL_CALLER = 1,  // the program calls lagoon_control_poll() or lagoon_control_run()
};

enum lagoon_members {
  LAGOON_MEMBERS_CONFIGURE = 0,  // the library configures and starts the ports
  LAGOON_MEMBERS_KEEP = 1,       // the program has configured them and set up at least the LAG's queues. A
                                 // transmit queue more is taken for LACPDUs. Started if they are not
};

/// What to make. All zero but struct_size, ports and pools is a good LAG.
struct lagoon_lag_config {
  size_t struct_size;
  const char* name;          // 1 to 31 letters, digits and -_.; NULL: as `options` says, or "lag0"
  const char* options;       // keys of a LAG as in config/reference.yaml, as text: "mode: active-backup".
                             // NULL: LACP, all defaults
  const char* options_file;  // a file with that; not beside `options`
  const uint16_t* ports;     // members, by DPDK's port id; or `options` has them under "members"
  size_t port_count;
  struct rte_mempool* const* pools;  // where members put what they receive: one, or one for each queue. Not
                                     // needed for members that are kept as they are
  size_t pool_count;
  const struct rte_eth_conf* port_conf;  // what members are configured with; NULL: as lagoond does
  uint16_t rx_queues;  // of the LAG; 0: one. Members get as many, one more for LACP if they can
  uint16_t tx_queues;
  uint16_t rx_descriptors;  // 0: 1024
  uint16_t tx_descriptors;
  uint32_t members;     // enum lagoon_members
  uint32_t control;     // enum lagoon_control
  bool busy;            // the control thread never sleeps: the shortest reaction, for a whole CPU
  bool sets_mbuf_port;  // mbuf->port of what is received becomes mbuf_port; else it is the member's
  uint16_t mbuf_port;
  lagoon_link_callback on_link;    // or NULL
  lagoon_event_callback on_event;  // or NULL
  void* user;                      // handed to callbacks
};

/// Makes a LAG of ports, starts them, and begins. On an error nothing has changed, and *lag is NULL.
/// Thread:   any; not two at once that name the same port.
/// Blocking: as long as its ports take to start.
/// Owns:     nothing of `config` is kept but `user`, the callbacks and the pools. The ports stay the
///           program's, which does not use them until the LAG has ended.
/// Errors:   LAGOON_ERR_STRUCT_SIZE, _INVALID_ARGUMENT, _NO_SUCH_THING (a port, a file), _ALREADY_EXISTS,
///           _NOT_SUPPORTED, _NO_RESOURCES, _PERMISSION, _SYSTEM. `error` names all that is wrong at once.
int lagoon_lag_create(const struct lagoon_lag_config* config, struct lagoon_lag** lag,
                      struct lagoon_text* error);

/// Tells the Partners, stops the members, frees the LAG. NULL is fine.
/// Thread:   any; no other call on this LAG is under way or comes.
/// Blocking: 1.5 s at most, while Partners are told; before that until a command of a console is done.
void lagoon_lag_free(struct lagoon_lag* lag);

/// Up to `count` frames that members have received. None, if `lag` or `frames` is NULL.
/// Thread:   the one that uses the queue. Never blocks, never allocates.
/// Owns:     the frames are the caller's.
/// Precondition: `queue` is below rx_queues (as with rte_eth_rx_burst(), this is not checked).
uint16_t lagoon_rx_burst(struct lagoon_lag* lag, uint16_t queue, struct rte_mbuf** frames, uint16_t count);

/// Sends frames. Gives how many were taken: less than `count` where members take no more, or none of them
/// distributes. None, if `lag` or `frames` is NULL.
/// Thread:   the one that uses the queue. Never blocks, never allocates.
/// Owns:     as many as were taken, from the array's begin on, are the LAG's; the rest stays the caller's.
///           The array may be in another order than before.
/// Precondition: `queue` is below tx_queues.
uint16_t lagoon_tx_burst(struct lagoon_lag* lag, uint16_t queue, struct rte_mbuf** frames, uint16_t count);

/// The LAG as one link.
/// Thread:   any. Never blocks.
/// Errors:   LAGOON_ERR_INVALID_ARGUMENT, _STRUCT_SIZE.
int lagoon_lag_link(struct lagoon_lag* lag, struct lagoon_link* link);

// Control by the program (LAGOON_CONTROL_CALLER)

/// One turn of the control loop: LACP, links, commands, callbacks.
/// Thread:   one, always the same: it is the LAG's control thread.
/// Blocking: no.
/// Units:    *next_ns: the next call has to come within so many nanoseconds. NULL is fine.
/// Errors:   LAGOON_ERR_INVALID_ARGUMENT; _NOT_SUPPORTED: the LAG has a thread of its own; _BUSY: a turn is
///           under way, in another thread or around the callback that calls this.
int lagoon_control_poll(struct lagoon_lag* lag, uint64_t* next_ns);

/// The same turn by turn until lagoon_control_stop(), as for an lcore that has nothing else to do. It sleeps
/// between turns unless `busy` was set. Thread and errors as of lagoon_control_poll().
int lagoon_control_run(struct lagoon_lag* lag);

/// Ends lagoon_control_run(), also one that comes later. NULL is fine.
/// Thread:   any, also in signal handlers. Never blocks.
void lagoon_control_stop(struct lagoon_lag* lag);

// Commands

/// Changes the running LAG, without stopping its traffic: verb and argument as in docs/modes.md, "drain" and
/// "net_ring1", or "set" and "hash: l2+3"; "add" takes DPDK's port id, too. `argument` may be NULL. `reply`
/// says what was done, or what is wrong.
/// Thread:   any; in a callback of this LAG it gives LAGOON_ERR_BUSY.
/// Blocking: a second at most, four for "remove".
/// Errors:   LAGOON_ERR_INVALID_ARGUMENT, _NO_SUCH_THING, _ALREADY_EXISTS, _NOT_SUPPORTED, _NO_RESOURCES,
///           _BUSY, _PERMISSION, _SYSTEM.
int lagoon_command(struct lagoon_lag* lag, const char* verb, const char* argument, struct lagoon_text* reply);

// Status

/// The state of a LAG at one moment.
struct lagoon_status;

struct lagoon_lag_status {
  size_t struct_size;
  char name[LAGOON_NAME_SIZE];
  char mode[LAGOON_WORD_SIZE];  // "lacp", "active-backup", ..
  uint64_t uptime_ns;           // since it last came up or went down
  uint64_t failovers;           // times that another member became active
  uint64_t generation;          // of the table that the bursts follow
  uint32_t members;
  uint32_t distributing_members;
  uint16_t mtu;
  uint8_t address[6];
  uint8_t system[6];  // LACP's System ID
  bool up;
};

struct lagoon_member_status {
  size_t struct_size;
  char name[LAGOON_NAME_SIZE];
  char port[LAGOON_NAME_SIZE];            // the ethdev's name
  char administration[LAGOON_WORD_SIZE];  // "enabled", "drained", "disabled"
  char selected[LAGOON_WORD_SIZE];        // LACP's words: "SELECTED", ..
  char unselected_why[LAGOON_WORD_SIZE];  // "none", "key_mismatch", ..
  char mux[LAGOON_WORD_SIZE];             // "DISTRIBUTING", ..
  uint64_t link_speed_mbps;
  uint64_t rx_packets;
  uint64_t rx_bytes;
  uint64_t tx_packets;
  uint64_t tx_bytes;
  uint64_t rx_ignored;  // heard and not delivered
  uint64_t lacpdu_rx;
  uint64_t lacpdu_tx;
  uint64_t link_failures;
  uint32_t buckets;  // of 4096 that go there
  uint16_t partner_key;
  uint8_t actor_state;  // LACP's octets
  uint8_t partner_state;
  uint8_t address[6];
  uint8_t partner_system[6];
  bool link_up;
  bool works;  // all monitors agree, and it is not disabled
  bool active;
  bool collecting;
  bool distributing;
};

/// Frames that were lost, by the reason's name (docs/telemetry.md).
struct lagoon_drop {
  size_t struct_size;
  char name[LAGOON_NAME_SIZE];
  uint64_t count;
};

/// Takes the state of now.
/// Thread:   any.
/// Blocking: a second at most.
/// Owns:     *status is the caller's, until lagoon_status_free(). The LAG may end before it.
/// Errors:   LAGOON_ERR_INVALID_ARGUMENT, _BUSY, _NO_RESOURCES.
int lagoon_status_take(struct lagoon_lag* lag, struct lagoon_status** status);
/// Thread: as of the calls below. NULL is fine.
void lagoon_status_free(struct lagoon_status* status);

/// What a status says. Members, in the order of the configuration, and drops are numbered from 0.
/// Thread:   any; one status by one thread at a time. Never blocks.
/// Errors:   LAGOON_ERR_INVALID_ARGUMENT, _STRUCT_SIZE; _NO_SUCH_THING: `index` is behind the last one.
int lagoon_status_lag(const struct lagoon_status* status, struct lagoon_lag_status* lag);
int lagoon_status_member(const struct lagoon_status* status, size_t index,
                         struct lagoon_member_status* member);
int lagoon_status_drop(const struct lagoon_status* status, size_t index, struct lagoon_drop* drop);

/// What a field is of.
enum lagoon_subject {
  LAGOON_OF_LAG = 0,  // `index` is 0
  LAGOON_OF_MEMBER = 1,
  LAGOON_OF_CLASS = 2,     // a traffic class
  LAGOON_OF_NEIGHBOR = 3,  // at the other end of a member's cable (LLDP); of all members in their order
  LAGOON_OF_WIRING = 4,    // what is wrong with a member's cable
};

/// One field of a status: all that the JSON view says of a LAG, a member or a class, by its names there. New
/// releases have more of them; none changes its meaning.
struct lagoon_field {
  size_t struct_size;
  const char* name;  // "failovers", "lacp.counters.lacpdu_rx". Texts are static, and never NULL
  const char* kind;  // "flag", "number", "counter", "decimal", "time", "text", "word", "words"
  const char* unit;  // "frames", "octets", "octets/s", "Mbit/s", "ms", "us", or empty
  const char* help;  // a sentence
  int64_t number;    // flags are 0 and 1, times in their unit; of texts 0
  double decimal;    // the same
  bool applies;      // false: the mode has no such thing, or it is not known
};

/// The field of that number, from 0 on, of the LAG, or of the member, class .. numbered `index`; or of that
/// name.
/// The value as text is `text`'s (words with spaces between them), which may be NULL.
/// Thread:   as above.
/// Errors:   LAGOON_ERR_INVALID_ARGUMENT, _STRUCT_SIZE, _NO_RESOURCES; _NO_SUCH_THING: no such member,
///           class .., number or name.
int lagoon_status_field(const struct lagoon_status* status, uint32_t subject, size_t index, size_t number,
                        struct lagoon_field* field, struct lagoon_text* text);
int lagoon_status_field_named(const struct lagoon_status* status, uint32_t subject, size_t index,
                              const char* name, struct lagoon_field* field, struct lagoon_text* text);

/// The status as a text: "json" (all there is), "table", "linux", "lagg", "cisco" (docs/views.md).
/// Thread:   as above.
/// Errors:   LAGOON_ERR_INVALID_ARGUMENT; _NO_SUCH_THING: no such view; _NO_RESOURCES.
int lagoon_status_text(const struct lagoon_status* status, const char* view, struct lagoon_text* text);

// Events and explanations

/// Events that came after the one numbered `after` (0: all that are kept, 512 at most), the oldest first.
/// *count becomes their number, `room` at most. Numbers that are missing are of events that
/// are not kept any more. struct_size is set in the first of the array, and is that of all.
/// Thread:   any.
/// Blocking: a second at most.
/// Errors:   LAGOON_ERR_INVALID_ARGUMENT, _STRUCT_SIZE, _BUSY, _NO_RESOURCES.
int lagoon_events(struct lagoon_lag* lag, uint64_t after, struct lagoon_event* events, size_t room,
                  size_t* count);

/// Which way a conversation takes.
struct lagoon_way {
  size_t struct_size;
  char distribution[LAGOON_WORD_SIZE];  // "flow_hash", "weighted", ..
  char member[LAGOON_NAME_SIZE];        // empty: nobody distributes, or there is no one member
  char before[LAGOON_NAME_SIZE];        // where it was until then
  char why[LAGOON_NAME_SIZE];
  uint64_t since_ns;  // so long it has gone there
  uint32_t hash;
  uint32_t bucket;
  uint32_t entries;  // places of its own on queues, under weighted distribution; the text has them
  bool moving;       // some queue has not followed yet
  bool by_frame;     // every frame goes where it is its turn, or to all
  bool nic_hash;     // the port's own hash decides where a frame has one
};

/// Says which way a frame would take: "udp 10.0.0.1:5000 10.0.0.2:53", or its octets in hexadecimal. Nothing
/// is sent. `reply` is the answer as JSON, or what is wrong. `way` may be NULL.
/// Thread:   any.
/// Blocking: a second at most.
/// Errors:   LAGOON_ERR_INVALID_ARGUMENT, _STRUCT_SIZE, _BUSY, _NO_RESOURCES.
int lagoon_explain(struct lagoon_lag* lag, const char* flow, struct lagoon_way* way,
                   struct lagoon_text* reply);

// The console

/// The control socket of the process, for all its LAGs, those that come later among them: lagoon-console and
/// scripts ask and change them over it as those of a lagoond (docs/control-socket.md). DPDK's telemetry has
/// /lagoon/* as long as it is open. For this process's user and root alone.
struct lagoon_console;

/// Opens it. It has threads of its own, on CPUs that are no lcore's. `path` is where the socket is to be;
/// NULL: the usual place, where `lagoon-console --prefix NAME` looks for EAL's file-prefix. A process has
/// one: who asks again with the same path has the same, and it closes with the last of them.
/// Thread:   any.
/// Owns:     `path` is copied. *console is the caller's, until lagoon_console_close(). It needs no LAG, and
///           no LAG needs it.
/// Errors:   LAGOON_ERR_INVALID_ARGUMENT (the path), _ALREADY_EXISTS (open at another path), _BUSY (somebody
///           else listens there), _NOT_SUPPORTED (a secondary process), _NO_SUCH_THING (there is no usual
///           place), _PERMISSION, _NO_RESOURCES, _SYSTEM. `error` says which, and *console is NULL.
int lagoon_console_open(const char* path, struct lagoon_console** console, struct lagoon_text* error);

/// Ends its connections, and removes the socket. NULL is fine.
/// Thread:   any but a callback's.
/// Blocking: until commands of its clients are done: a second, or as long as lagoon_command() takes.
void lagoon_console_close(struct lagoon_console* console);

#ifdef __cplusplus
}
#endif

#endif  // LAGOON_H
