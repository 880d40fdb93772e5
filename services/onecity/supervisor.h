// SPDX-License-Identifier: Apache-2.0
// supervisor: keeps programs running: starts what ended again, with back-off, and stops all in
// order.
//
// A program that ends is started again after 250 ms, then twice as long each time up to 10 s; one
// that lived for 30 s begins at 250 ms again. Stopping goes stage by stage, the highest first:
// TERM, and KILL for what is still there after the grace.
#ifndef ONECITY_SUPERVISOR_H
#define ONECITY_SUPERVISOR_H

#include "loop.h"

enum {
	RESTART_PAUSE_MIN_MS = 250,
	RESTART_PAUSE_MAX_MS = 10 * 1000,
	RESTART_FORGIVEN_MS = 30 * 1000,
	STOP_GRACE_MS = 10 * 1000,
};

struct supervisor;

struct supervised {
	const char *const *arguments; // as loop_child_open takes them
	const char *log_path;
	int stage; // 0: stopped last
};

// index: the how manyth that was added. exit_code: 128 + signal for one that was killed. pause_ms:
// until it starts again; -1: it was meant to end, and does not.
typedef void supervisor_ended(size_t index, int64_t exit_code, int64_t pause_ms, void *context);
// All have ended after supervisor_stop().
typedef void supervisor_stopped(void *context);

struct supervisor_options {
	struct loop *loop;
	int64_t stop_grace_ms; // STOP_GRACE_MS
	supervisor_ended *ended;
	supervisor_stopped *stopped;
	void *context;
};

void supervisor_open(struct supervisor **supervisor, const struct supervisor_options *options);

// Those that still run are not waited for: call it after `stopped`. Accepts NULL.
void supervisor_close(struct supervisor **supervisor);

// Copies. Starts it at once.
void supervisor_add(struct supervisor *supervisor, const struct supervised *supervised);

// `stopped` is called when all have ended; inside this call if none runs. A second call does
// nothing.
void supervisor_stop(struct supervisor *supervisor);

// Stops waiting: KILL to all.
void supervisor_kill(struct supervisor *supervisor);

// The pause before the next start of a program that paused for previous_ms before (0: never) and
// then lived alive_ms.
int64_t supervisor_pause_ms(int64_t previous_ms, int64_t alive_ms);

#endif
