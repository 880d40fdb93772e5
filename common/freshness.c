// SPDX-License-Identifier: Apache-2.0
// freshness: how far what a profile shows of a department can be relied upon.
//
// The rules are asked in order, and the first that holds decides: what could make facts be missing
// comes before what merely makes them old.
#include "freshness.h"

#include "follower.h"

const char *freshness_state_name(enum freshness_state state)
{
	static const char *const names[FRESHNESS_STATES] = {
#define FRESHNESS_NAME(name, text) text,
		FRESHNESS_TABLE(FRESHNESS_NAME)
#undef FRESHNESS_NAME
	};
	ENSURE(state < FRESHNESS_STATES);
	return names[state];
}

bool freshness_is_checked(const struct profile_source *source, int64_t now_ms)
{
	return source->written_ms >= now_ms - FRESHNESS_CHECKED_MS &&
	       source->written_ms <= now_ms + FRESHNESS_CHECKED_MS;
}

// --- the rules -----------------------------------------------------------------------------------

struct question {
	const struct freshness_basis *basis;
	const struct profile_source *source;
	const struct freshness *numbers;
	int64_t now_ms;
};

static bool follower_is(const struct question *question, enum follower_state state)
{
	return bytes_equal_text(question->source->state, follower_state_name(state));
}

static bool is_marked(const struct question *question)
{
	return question->basis->rebuild;
}

static bool is_not_followed(const struct question *question)
{
	const struct freshness_basis *basis = question->basis;
	return question->source == NULL && !basis->source_damaged && basis->aggregator_lives &&
	       basis->opened;
}

static bool is_unchecked(const struct question *question)
{
	return question->source == NULL ||
	       !freshness_is_checked(question->source, question->now_ms);
}

static bool is_rebuilding(const struct question *question)
{
	return question->source->rebuilding;
}

static bool is_fork(const struct question *question)
{
	return follower_is(question, FOLLOWER_FORK);
}

static bool is_stopped(const struct question *question)
{
	return follower_is(question, FOLLOWER_STOPPED);
}

// Redis was emptied: the partition has less than the aggregator put there, or than there is to put.
static bool was_emptied(const struct question *question)
{
	const struct freshness_basis *basis = question->basis;
	bool is_filled = question->source->position > 0 || question->source->head > 0;
	return !basis->opened || (!basis->has_position && is_filled);
}

static bool was_never_heard(const struct question *question)
{
	return question->source->heard_ms == 0 && !question->basis->has_position;
}

static bool is_silent(const struct question *question)
{
	return question->source->silent;
}

static bool is_behind(const struct question *question)
{
	return question->numbers->behind > 0 || follower_is(question, FOLLOWER_REPLAYING);
}

static bool is_not_live(const struct question *question)
{
	return !follower_is(question, FOLLOWER_LIVE);
}

static bool is_late(const struct question *question)
{
	return question->basis->late;
}

static bool holds_always(const struct question *question)
{
	(void)question;
	return true;
}

static const struct rule {
	bool (*holds)(const struct question *question);
	enum freshness_state state;
	bool settled;
} rules[] = {
	{ is_marked, FRESHNESS_REBUILDING, false },
	{ is_not_followed, FRESHNESS_NEVER_HEARD, true }, // it has no voice in this city
	{ is_unchecked, FRESHNESS_UNKNOWN, false },
	{ is_rebuilding, FRESHNESS_REBUILDING, false },
	{ is_fork, FRESHNESS_FORK, false },
	{ is_stopped, FRESHNESS_STOPPED, false },
	{ was_emptied, FRESHNESS_REBUILDING, false },
	{ was_never_heard, FRESHNESS_NEVER_HEARD, false },
	{ is_silent, FRESHNESS_SILENT, false },
	{ is_behind, FRESHNESS_BEHIND, false },
	{ is_not_live, FRESHNESS_UNKNOWN, false },
	{ is_late, FRESHNESS_LATE, true },
	{ holds_always, FRESHNESS_CURRENT, true },
};

// --- judging -------------------------------------------------------------------------------------

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

// A partition's own position lags where nothing came for it; the source's lags where others wait.
// What either says is in, is in.
static void count_numbers(struct freshness *freshness, const struct freshness_basis *basis)
{
	const struct profile_source *source = basis->source;
	if (basis->opened && basis->has_position && !basis->rebuild)
		freshness->position = larger(basis->position, source ? source->position : 0);
	freshness->head = larger(freshness->position, source ? source->head : 0);
	freshness->behind = freshness->head - freshness->position;
}

static void copy_times(struct freshness *freshness, const struct profile_source *source)
{
	if (source == NULL)
		return;
	freshness->heard_ms = source->heard_ms;
	freshness->checked_ms = source->written_ms;
	for (size_t i = 0; i < source->input_count; i++)
		if (source->inputs[i].last_input_ms > freshness->input_ms)
			freshness->input_ms = source->inputs[i].last_input_ms;
}

void freshness_judge(
    struct freshness *freshness, const struct freshness_basis *basis, int64_t now_ms)
{
	*freshness = (struct freshness){ .state = FRESHNESS_UNKNOWN };
	count_numbers(freshness, basis);
	copy_times(freshness, basis->source);
	const struct question question = { basis, basis->source, freshness, now_ms };
	const struct rule *rule = rules;
	while (!rule->holds(&question))
		rule++;
	freshness->state = rule->state;
	freshness->settled = rule->settled;
}
