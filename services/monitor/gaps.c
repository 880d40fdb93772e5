// SPDX-License-Identifier: Apache-2.0
// gaps: what was missing on the bus and how it ended; the last ones.
#include "gaps.h"

static const struct {
	const char *name, *how;
} states[GAP_STATES] = {
#define GAP_STATE_ROW(name, text, how) { text, how },
	GAP_STATE_TABLE(GAP_STATE_ROW)
#undef GAP_STATE_ROW
};

const char *gap_state_name(enum gap_state state)
{
	ENSURE(state < GAP_STATES);
	return states[state].name;
}

const char *gap_state_how(enum gap_state state)
{
	ENSURE(state < GAP_STATES);
	return states[state].how;
}

void gaps_add(struct gaps *gaps, const struct catalogue *catalogue, uint64_t from, uint64_t to,
    enum gap_state state, int64_t now_ms)
{
	struct gap *gap = &gaps->list[gaps->count++ % GAPS_MAX];
	*gap = (struct gap){
		.id = gaps->count,
		.catalogue = catalogue,
		.from = from,
		.to = to,
		.state = state,
		.noticed_ms = now_ms,
		.ended_ms = state == GAP_OPEN ? 0 : now_ms,
	};
}

size_t gaps_kept(const struct gaps *gaps)
{
	return gaps->count < GAPS_MAX ? (size_t)gaps->count : GAPS_MAX;
}

const struct gap *gaps_at(const struct gaps *gaps, size_t place)
{
	ENSURE(place < gaps_kept(gaps));
	return &gaps->list[(gaps->count - 1 - place) % GAPS_MAX];
}

struct gap *gaps_open(struct gaps *gaps, const struct catalogue *catalogue)
{
	for (size_t i = 0; i < gaps_kept(gaps); i++) {
		struct gap *gap = &gaps->list[(gaps->count - 1 - i) % GAPS_MAX];
		if (gap->catalogue == catalogue && gap->state == GAP_OPEN)
			return gap;
	}
	return NULL;
}

void gaps_end(
    struct gaps *gaps, const struct catalogue *catalogue, enum gap_state state, int64_t now_ms)
{
	struct gap *gap = gaps_open(gaps, catalogue);
	if (gap == NULL)
		return;
	gap->state = state;
	gap->ended_ms = now_ms;
}
