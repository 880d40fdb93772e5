// SPDX-License-Identifier: Apache-2.0
// follower: how a reader keeps up with one department, as a state machine without I/O.
//
// It is fed with messages and ticks; it hands on every entry once, in order, asks for what is
// missing, and says what is wrong. Its place is a position: epoch, sequence, chain hash. History
// that does not fit the position is a fork: nothing more is handed on until follower_restart().
#ifndef COMMON_FOLLOWER_H
#define COMMON_FOLLOWER_H

#include "envelope.h"

enum {
	FOLLOWER_CREDIT = 16 * 1024,               // entries asked for at a time
	FOLLOWER_HELD_BYTES_MAX = 8 * 1024 * 1024, // live batches kept while a replay catches up
	FOLLOWER_RETRY_MS = 2000,                  // a replay without progress is asked for again
	FOLLOWER_SILENT_MS = 3500,                 // three heartbeats missed
};

// name, as programs see it
#define FOLLOWER_STATE_TABLE(X)                                                      \
	X(WAITING, "waiting")     /* nothing heard yet */                            \
	X(REPLAYING, "replaying") /* behind, and asking for what is missing */       \
	X(LIVE, "live")                                                              \
	X(FORK, "fork")       /* the department's history is not the one followed */ \
	X(STOPPED, "stopped") /* something came that this program must not guess at */

enum follower_state {
#define FOLLOWER_STATE_ENUM(name, text) FOLLOWER_##name,
	FOLLOWER_STATE_TABLE(FOLLOWER_STATE_ENUM)
#undef FOLLOWER_STATE_ENUM
	FOLLOWER_STATES
};

const char *follower_state_name(enum follower_state state);

struct follower_calls {
	// An entry, in order and once. chain: the hash behind it. This call may pause the follower:
	// no more follow then.
	void (*entry)(uint64_t sequence, const struct entry *entry,
	    const uint8_t chain[CHAIN_BYTES], void *context);
	// The entries since the last call are whole: a batch of the department, or the part of one
	// that was new.
	void (*batch_end)(const struct position *position, void *context);
	void (*inputs)(const struct input *inputs, size_t count, void *context); // from a heartbeat
	void (*request)(
	    struct bytes message, void *context); // send this to the department's replay
};

struct follower;

// start: where to go on; a zeroed position is the beginning. Copies calls.
struct follower *follower_new(unsigned department, const struct position *start,
    const struct follower_calls *calls, void *context);
void follower_free(struct follower **follower);

// Goes on from another position, as after the store forgot something. Ends a fork.
void follower_restart(struct follower *follower, const struct position *position);

// After a restart, by whoever keeps more than the position: entries up to this sequence were
// followed once. A department whose journal ends before it has another history: a fork.
void follower_expect(struct follower *follower, uint64_t sequence);

// Goes on with the entry of this sequence, from 1, though nobody kept the hash before it: the first
// batch that reaches it is believed, and all that follows must fit. For readers who keep nothing.
void follower_start_at(struct follower *follower, uint64_t sequence);

void follower_message(struct follower *follower, struct bytes message, int64_t now_ms);
void follower_tick(struct follower *follower, int64_t now_ms);

// While paused nothing is handed on or asked for; the head is still learnt.
void follower_pause(struct follower *follower, bool paused);

struct follower_report {
	enum follower_state state;
	bool silent;        // no message for FOLLOWER_SILENT_MS
	const char *reason; // for FORK and STOPPED, else ""
	struct position position;
	uint64_t head; // as far as the department is known to be
	uint64_t gaps, gaps_filled;
	uint64_t handed_on;    // entries since the start
	int64_t heard_ms;      // now_ms of the last message; -1: never
	int64_t recorded_ms;   // of the last entry handed on; 0: none
	int64_t department_ms; // the department's clock in its last message; 0: never
};

void follower_report(
    const struct follower *follower, int64_t now_ms, struct follower_report *report);

#endif
