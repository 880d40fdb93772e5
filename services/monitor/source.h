// SPDX-License-Identifier: Apache-2.0
// source: how a department is, in one word. No clock and no I/O in here.
#ifndef MONITOR_SOURCE_H
#define MONITOR_SOURCE_H

#include "base.h"

enum {
	SOURCE_SILENT_MS = 3500, // three heartbeats missed
	SOURCE_BEHIND_MS = 5000,
	TREND_SECONDS = 60,
};

// name, as programs see it. The first that is true holds.
#define SOURCE_STATE_TABLE(X)                                                          \
	X(FORK, "fork")       /* its history is not the one followed */                \
	X(DEAD, "dead")       /* no heartbeat */                                       \
	X(WAITING, "waiting") /* not heard yet, and we have just begun */              \
	X(GAP, "gap")         /* something is missing and was asked for */             \
	X(BEHIND, "behind")   /* not in the profiles for longer than it should take */ \
	X(QUIET, "quiet")     /* heard, but it has nothing to say: well */             \
	X(OK, "ok")

enum source_state {
#define SOURCE_STATE_ENUM(name, text) SOURCE_##name,
	SOURCE_STATE_TABLE(SOURCE_STATE_ENUM)
#undef SOURCE_STATE_ENUM
	SOURCE_STATES
};

const char *source_state_name(enum source_state state);

struct source_facts {
	bool fork, heard, gap_open;
	int64_t silent_ms; // since the last heartbeat, or since we began
	int64_t lag_ms;    // 0: not behind, or not known
	int64_t still_ms;  // since the last entry, or since we began
	int64_t quiet_ms;  // so long without one is quiet
};

enum source_state source_judge(const struct source_facts *facts);

// How a number goes: its last samples, one a second. { 0 } is none.
struct trend {
	uint64_t samples[TREND_SECONDS];
	uint64_t count;
};

void trend_add(struct trend *trend, uint64_t sample);
// "rising", "steady" or "falling": the newest third against the oldest.
const char *trend_name(const struct trend *trend);

#endif
