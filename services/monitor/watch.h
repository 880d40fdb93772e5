// SPDX-License-Identifier: Apache-2.0
// watch: what the aggregator says of itself, asked four times a second.
#ifndef MONITOR_WATCH_H
#define MONITOR_WATCH_H

#include "calls.h"

enum {
	WATCH_EVERY_MS = 250,
	WATCH_TIMEOUT_MS = 2000,
	WATCH_WORD_SIZE = 24,
	WATCH_REASON_SIZE = 160,
};

struct monitor;
struct json_writer;

// What it says of one department.
struct watched {
	bool known;
	char state[WATCH_WORD_SIZE];
	char reason[WATCH_REASON_SIZE];
	uint64_t position, gaps, gaps_filled;
};

enum watch_state {
	WATCH_WAITING,
	WATCH_OK,
	WATCH_UNREACHABLE
};

const char *watch_state_name(enum watch_state state); // "ok"

// { 0 }: not opened.
struct watch {
	struct monitor *monitor;
	struct loop_timer *timer;
	bool asking;
	enum watch_state state;
	char redis[WATCH_WORD_SIZE]; // "" while it cannot be asked
	char reason[WATCH_REASON_SIZE];
	int64_t checked_ms; // wall clock of the last good answer; 0: none
	uint64_t asked[CALL_OUTCOMES];
	struct watched *departments; // as many as feeds
};

void watch_open(struct watch *watch, struct monitor *monitor);
void watch_deinit(struct watch *watch);

// Writes an object.
void watch_write(const struct watch *watch, struct json_writer *json);

#endif
