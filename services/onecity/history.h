// SPDX-License-Identifier: Apache-2.0
// history: the last entries of a department, and then those that come: a follower that finds out by
// itself where to begin. No I/O.
//
// It learns the head from the first message, begins some entries before it, and begins again from
// further back as long as too few of them were wanted, or they are not old enough.
#ifndef ONECITY_HISTORY_H
#define ONECITY_HISTORY_H

#include "follower.h"

enum {
	HISTORY_ENTRIES_MIN = 256,             // looked at first
	HISTORY_ENTRIES_MAX = 4 * 1024 * 1024, // looked at in search of `count` wanted ones
	HISTORY_PROBE_REQUEST = 0x7fffffff,    // no follower ever counts so far
};

struct history_options {
	unsigned department;
	uint64_t count;   // of wanted entries from before; not looked at with since_ms
	int64_t since_ms; // all that was recorded since then; 0: by count
};

struct history_calls {
	// An entry, in order and, since the last begin, once. True: it is a wanted one.
	bool (*entry)(uint64_t sequence, const struct entry *entry, void *context);
	void (*begin)(void *context); // what came so far will come again: forget it
	void (*request)(struct bytes message, void *context);
};

struct history;

// Copies both.
struct history *history_new(
    const struct history_options *options, const struct history_calls *calls, void *context);
void history_free(struct history **history);

// A request whose answer tells the head, for who would not wait for a heartbeat.
void history_probe(struct history *history);

void history_message(struct history *history, struct bytes message, int64_t now_ms);
void history_tick(struct history *history, int64_t now_ms);

// Begins anew at the head of the next message: after a fork, or when the past is no longer wanted.
void history_skip(struct history *history);

bool history_is_heard(const struct history *history);    // the head is known
bool history_is_complete(const struct history *history); // all that was there then was handed on
bool history_is_cut(const struct history *history);      // HISTORY_ENTRIES_MAX were not enough

void history_report(const struct history *history, int64_t now_ms, struct follower_report *report);

#endif
