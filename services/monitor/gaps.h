// SPDX-License-Identifier: Apache-2.0
// gaps: what was missing on the bus and how it ended; the last ones.
#ifndef MONITOR_GAPS_H
#define MONITOR_GAPS_H

#include "catalogue.h"

enum {
	GAPS_MAX = 100
};

// name, as programs see it, how it ended
#define GAP_STATE_TABLE(X)                                             \
	X(OPEN, "open", "")                                            \
	X(FILLED, "filled", "replay")                                  \
	X(SKIPPED, "skipped", "") /* too much: counted and not read */ \
	X(FORK, "fork", "")       /* the history is not the one before */

enum gap_state {
#define GAP_STATE_ENUM(name, text, how) GAP_##name,
	GAP_STATE_TABLE(GAP_STATE_ENUM)
#undef GAP_STATE_ENUM
	GAP_STATES
};

const char *gap_state_name(enum gap_state state);
const char *gap_state_how(enum gap_state state); // "replay", or ""

struct gap {
	uint64_t id; // from 1
	const struct catalogue *catalogue;
	uint64_t from, to;
	enum gap_state state;
	int64_t noticed_ms, ended_ms; // 0: still open
};

struct gaps {
	struct gap list[GAPS_MAX]; // by id
	uint64_t count;            // since the start
};

// A new one; whatever its state, it is over unless that is GAP_OPEN.
void gaps_add(struct gaps *gaps, const struct catalogue *catalogue, uint64_t from, uint64_t to,
    enum gap_state state, int64_t now_ms);
// The open one of the department, or NULL. It may be widened.
struct gap *gaps_open(struct gaps *gaps, const struct catalogue *catalogue);
// Ends the open one of the department, if there is one.
void gaps_end(
    struct gaps *gaps, const struct catalogue *catalogue, enum gap_state state, int64_t now_ms);

size_t gaps_kept(const struct gaps *gaps);
// 0: the newest.
const struct gap *gaps_at(const struct gaps *gaps, size_t place);

#endif
