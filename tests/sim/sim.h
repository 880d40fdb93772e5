// SPDX-License-Identifier: Apache-2.0
// sim: a whole city in one process on virtual time: real daemons over simulated seams.
//
// The daemons are the real ones: department.c with its committer, ledger, journal and publisher,
// the aggregator's main.c with its followers and store, facts.lua in a real Lua. Simulated is what
// lies below them: time (loop.h, clock.h), the network (bus.h), the disk (database.h), Redis's
// connection and server (redis.h). Everything that happens is decided by the seed.
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "aggregator.h"
#include "department_parts.h"
#include "scratch.h"

enum {
	SIM_DEPARTMENTS = 2,
	SIM_AGGREGATORS = 2,
	SIM_PROCESSES = SIM_DEPARTMENTS + SIM_AGGREGATORS,
	SIM_PARTITIONS = 3,
	SIM_PEOPLE = 5,
	SIM_KEYS = 3, // records of one person at one department
	SIM_RECORDS = SIM_PEOPLE * SIM_KEYS,
	SIM_FAULTS_MAX = 64,
};

// name, as told
#define FAULT_TABLE(X)                                                                    \
	X(LOSS, "messages are lost")                                                      \
	X(DOUBLING, "messages come twice")                                                \
	X(DELAY, "messages are late and overtake each other")                             \
	X(FULL_QUEUE, "queues are full")                                                  \
	X(PARTITION, "a department and an aggregator do not hear each other")             \
	X(KILL_DEPARTMENT, "a department is killed")                                      \
	X(KILL_AGGREGATOR, "an aggregator is killed")                                     \
	X(CUT_DEPARTMENT, "a department is killed in the middle of what it does")         \
	X(CUT_AGGREGATOR, "an aggregator is killed in the middle of what it does")        \
	X(STOP_DEPARTMENT, "a department is stopped in order")                            \
	X(STOP_AGGREGATOR, "an aggregator is stopped in order")                           \
	X(STALL_AGGREGATOR, "an aggregator stands still")                                 \
	X(COMMIT_FAILS, "the disk refuses a commit")                                      \
	X(LOST_WRITES, "a power cut; the disk had not written what it said was synced")   \
	X(COPY_JOURNAL, "a copy is made of a journal")                                    \
	X(RESTORE_COPY, "a journal is restored from the copy")                            \
	X(NEW_JOURNAL, "a journal is lost and made anew")                                 \
	X(REDIS_CONNECTION, "connections to Redis break")                                 \
	X(REDIS_LATE, "what was sent to Redis on a broken connection arrives much later") \
	X(REDIS_RESTART, "Redis dies and forgets its last second")                        \
	X(REDIS_EMPTY, "Redis forgets everything")                                        \
	X(SECOND_AGGREGATOR, "a second aggregator runs beside the first")                 \
	X(REBUILD, "the operator asks for a rebuild")                                     \
	X(CLOCK, "a machine's clock is set")

enum fault_class {
#define FAULT_ENUM(name, text) FAULT_##name,
	FAULT_TABLE(FAULT_ENUM)
#undef FAULT_ENUM
	FAULT_CLASSES
};

struct fault {
	enum fault_class class;
	unsigned step;
	unsigned target; // which department, aggregator
	unsigned amount; // per cent, number of effects, ...
	int64_t lasts_ms;
};

enum process_kind {
	PROCESS_DEPARTMENT,
	PROCESS_AGGREGATOR
};

struct process {
	enum process_kind kind;
	unsigned place;
	bool wanted;       // to be running; the supervisor starts it again
	struct loop *loop; // NULL: it is not running
	struct service service;
	void *state; // struct department or struct aggregator
	bool opened;
	bool dying; // it asked to end, or is to be ended after what it does now
	bool muted; // killed: nothing it does has an effect any more
	bool draining;
	unsigned fuse; // killed at its n-th effect from now; 0: not
	int64_t stalled_until_ms;
	int64_t clock_ms; // its wall clock is off by this
	int64_t start_ms; // when it is to be started
};

struct event {
	int64_t at_ms;
	uint64_t order;
	struct process *process; // NULL: the world's own
	void (*call)(void *context);
	void (*drop)(void *context); // instead, when its process ended; may be NULL
	void *context;
};

struct node; // an entry that became durable: see history.h
struct disk;
struct redis_server;

struct sim_department {
	struct disk *disk, *copy;
	const struct node *head;            // of what is durable
	uint64_t acknowledged[SIM_RECORDS]; // the greatest version that a pusher was told is kept
	bool rewritten;                     // its history was: a fork is no surprise
	bool commit_fails;
	uint64_t pushed; // versions given out
};

struct sim {
	uint64_t seed;
	unsigned steps, step;
	struct dice work, chance, bytes; // what people do; what the world does; salts and epochs
	int64_t now_ms;
	uint64_t order;
	struct event *events;
	size_t event_count, event_room;
	struct process processes[SIM_PROCESSES], *current;
	struct sim_department departments[SIM_DEPARTMENTS];
	struct redis_server *redis;
	struct fault faults[SIM_FAULTS_MAX];
	size_t fault_count;
	unsigned rates[FAULT_CLASSES]; // per cent, of those that go on for a while
	int64_t rate_ends_ms[FAULT_CLASSES];
	bool cut[SIM_DEPARTMENTS][SIM_AGGREGATORS];
	char subjects[SIM_PEOPLE][SUBJECT_SIZE];
	bool disks_lose;
	bool quiet; // the faults are over
	bool print;
	uint64_t trace;
	uint64_t effects;
};

extern struct sim *sim; // the one that runs: seams have no place to keep it

// --- the world (world.c) ---

// Everything that happens is told; the hash of it all is the run's.
void sim_trace(const char *format, ...) PRINTF_LIKE(1, 2);
// A promise is broken: ends the run.
_Noreturn void sim_violation(const char *format, ...) PRINTF_LIKE(1, 2);

void sim_event_add(int64_t at_ms, struct process *process, void (*call)(void *),
    void (*drop)(void *), void *context);
void sim_event_cancel(const void *context);
// Whether the current process may still do something to the world; counts it as an effect.
bool sim_effect(void);
bool sim_chance(enum fault_class rate);
void sim_run_until(int64_t at_ms);

void sim_process_start(struct process *process);
void sim_process_kill(struct process *process);
void sim_process_stop(struct process *process); // as by TERM
bool sim_process_runs(const struct process *process);
struct process *sim_department_process(unsigned place);
struct process *sim_aggregator_process(unsigned place);

// --- the seams ---

void sim_loop_run_works(struct loop *loop); // those that threads of the pool are at
struct loop *sim_loop_new(struct process *process);

struct disk *disk_new(void);
void disk_free(struct disk **disk);
struct disk *disk_copy(const struct disk *disk);
const struct node *disk_head(const struct disk *disk); // of the journal on it
// The last commits are gone, at most so many. Returns how many.
size_t disk_lose(struct disk *disk, size_t commits);

void bus_forget_all(void); // what is left of the network at the end of a run

struct redis_server *redis_server_new(void);
void redis_server_free(struct redis_server **server);
void redis_server_break(struct redis_server *server); // all its connections
void redis_server_restart(struct redis_server *server, int64_t forget_ms, int64_t down_ms);
bool redis_server_is_up(const struct redis_server *server);

// --- the story (story.c) ---

unsigned sim_record_of(const struct entry *entry); // SIM_RECORDS: none of ours
const char *sim_fault_text(enum fault_class class);
void sim_plan(void);           // fills faults from the seed
void sim_story(uint64_t kept); // bit n: fault n happens

#endif
