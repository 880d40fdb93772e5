// SPDX-License-Identifier: Apache-2.0
// series: counters of the last 24 hours, one slot for 10 s; all its memory is taken at the start.
//
// The time of day is given with every call. One that goes back is taken as standing still.
#ifndef MONITOR_SERIES_H
#define MONITOR_SERIES_H

#include "problem.h"

enum {
	SERIES_SLOT_MS = 10 * 1000,
	SERIES_SLOTS = 24 * 60 * 6,
	SERIES_SOURCES_MAX = 32,
	SERIES_REASONS = PROBLEM_COUNT + 1, // the last: codes that this program does not know
};

// Upper bounds in milliseconds of the buckets of delays; the last bucket, behind them, has none.
#define SERIES_DELAY_TABLE(X) \
	X(250) X(500) X(1000) X(2000) X(5000) X(10000) X(30000) X(60000) X(300000) X(3600000)

enum {
#define SERIES_DELAY_ONE(ms) +1
	SERIES_DELAYS = 0 SERIES_DELAY_TABLE(SERIES_DELAY_ONE) + 1
#undef SERIES_DELAY_ONE
};

struct series_slot {
	uint32_t published[SERIES_SOURCES_MAX];
	uint32_t skipped;
	uint32_t delays[SERIES_DELAYS]; // entries that took so long to be applied
	uint32_t rejected[SERIES_REASONS];
};

struct series;

struct series *series_new(int64_t now_ms);
void series_free(struct series **series);

void series_add_published(struct series *series, size_t source, uint64_t count, int64_t now_ms);
void series_add_skipped(struct series *series, uint64_t count, int64_t now_ms);
void series_add_rejected(struct series *series, const char *code, int64_t now_ms);
void series_add_delay(struct series *series, int64_t delay_ms, uint64_t count, int64_t now_ms);

// The sum of the slots that begin in [from_ms, from_ms + length_ms). False: nothing is known of any
// of them: before the start, forgotten, or yet to come.
struct series_sum {
	uint64_t published[SERIES_SOURCES_MAX];
	uint64_t skipped;
	uint64_t delays[SERIES_DELAYS];
	uint64_t rejected[SERIES_REASONS];
};
bool series_sum(struct series *series, int64_t from_ms, int64_t length_ms, int64_t now_ms,
    struct series_sum *sum);

// The first time of which something is known.
int64_t series_begin_ms(struct series *series, int64_t now_ms);

// Upper bound of the bucket within which so many percent lie; the last bound stands for more; -1:
// nothing was applied.
int64_t series_percentile_ms(const struct series_sum *sum, unsigned percent);
uint64_t series_delay_count(const struct series_sum *sum);

#endif
