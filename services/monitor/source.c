// SPDX-License-Identifier: Apache-2.0
// source: how a department is, in one word.
#include "source.h"

enum {
	TREND_NOISE = 10, // so few entries more or less are no trend
	TREND_PARTS = 3,
};

static const char *const state_names[SOURCE_STATES] = {
#define SOURCE_STATE_NAME(name, text) text,
	SOURCE_STATE_TABLE(SOURCE_STATE_NAME)
#undef SOURCE_STATE_NAME
};

const char *source_state_name(enum source_state state)
{
	ENSURE(state < SOURCE_STATES);
	return state_names[state];
}

enum source_state source_judge(const struct source_facts *facts)
{
	bool silent = facts->silent_ms >= SOURCE_SILENT_MS;
	const bool holds[SOURCE_STATES] = {
		[SOURCE_FORK] = facts->fork,
		[SOURCE_DEAD] = silent,
		[SOURCE_WAITING] = !facts->heard,
		[SOURCE_GAP] = facts->gap_open,
		[SOURCE_BEHIND] = facts->lag_ms > SOURCE_BEHIND_MS,
		[SOURCE_QUIET] = facts->still_ms >= facts->quiet_ms,
		[SOURCE_OK] = true,
	};
	int state = 0;
	while (!holds[state])
		state++;
	return (enum source_state)state;
}

void trend_add(struct trend *trend, uint64_t sample)
{
	trend->samples[trend->count++ % TREND_SECONDS] = sample;
}

static uint64_t mean(const struct trend *trend, uint64_t first, uint64_t count)
{
	uint64_t sum = 0;
	for (uint64_t i = first; i < first + count; i++)
		sum += trend->samples[i % TREND_SECONDS];
	return sum / count;
}

const char *trend_name(const struct trend *trend)
{
	uint64_t kept = trend->count < TREND_SECONDS ? trend->count : TREND_SECONDS;
	uint64_t part = kept / TREND_PARTS;
	if (part == 0)
		return "steady";
	uint64_t before = mean(trend, trend->count - kept, part);
	uint64_t now = mean(trend, trend->count - part, part);
	uint64_t least = before / 20 + TREND_NOISE;
	if (now > before + least)
		return "rising";
	return before > now + least ? "falling" : "steady";
}
