// SPDX-License-Identifier: Apache-2.0
// series: counters of the last 24 hours, one slot for 10 s.
#include "series.h"

struct series {
	struct series_slot slots[SERIES_SLOTS];
	int64_t begun, newest; // numbers of slots since 1970
};

static const int64_t bounds_ms[SERIES_DELAYS - 1] = {
#define SERIES_DELAY_BOUND(ms) ms,
	SERIES_DELAY_TABLE(SERIES_DELAY_BOUND)
#undef SERIES_DELAY_BOUND
};

struct series *series_new(int64_t now_ms)
{
	struct series *series = allocate(sizeof *series);
	series->begun = series->newest = now_ms / SERIES_SLOT_MS;
	return series;
}

void series_free(struct series **series)
{
	free(*series);
	*series = NULL;
}

// --- counting -----------------------------------------------------------------------------------

static struct series_slot *slot_at(struct series *series, int64_t number)
{
	return &series->slots[number % SERIES_SLOTS];
}

static void advance(struct series *series, int64_t now_ms)
{
	int64_t now = now_ms / SERIES_SLOT_MS;
	if (now - series->newest > SERIES_SLOTS)
		series->newest = now - SERIES_SLOTS; // all of them are emptied below
	while (series->newest < now)
		*slot_at(series, ++series->newest) = (struct series_slot){ 0 };
}

static struct series_slot *current(struct series *series, int64_t now_ms)
{
	advance(series, now_ms);
	return slot_at(series, series->newest);
}

static void add(uint32_t *counter, uint64_t count)
{
	uint64_t sum = *counter + count;
	*counter = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}

void series_add_published(struct series *series, size_t source, uint64_t count, int64_t now_ms)
{
	ENSURE(source < SERIES_SOURCES_MAX);
	add(&current(series, now_ms)->published[source], count);
}

void series_add_skipped(struct series *series, uint64_t count, int64_t now_ms)
{
	add(&current(series, now_ms)->skipped, count);
}

void series_add_rejected(struct series *series, const char *code, int64_t now_ms)
{
	enum problem_code known;
	size_t place = problem_named(code, &known) ? (size_t)known : PROBLEM_COUNT;
	add(&current(series, now_ms)->rejected[place], 1);
}

void series_add_delay(struct series *series, int64_t delay_ms, uint64_t count, int64_t now_ms)
{
	size_t place = 0;
	while (place < SERIES_DELAYS - 1 && delay_ms > bounds_ms[place])
		place++;
	add(&current(series, now_ms)->delays[place], count);
}

// --- asking -------------------------------------------------------------------------------------

static int64_t oldest(const struct series *series)
{
	int64_t kept = series->newest - SERIES_SLOTS + 1;
	return kept > series->begun ? kept : series->begun;
}

int64_t series_begin_ms(struct series *series, int64_t now_ms)
{
	advance(series, now_ms);
	return oldest(series) * SERIES_SLOT_MS;
}

static void sum_counters(uint64_t *sums, const uint32_t *counters, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sums[i] += counters[i];
}

static void sum_slot(struct series_sum *sum, const struct series_slot *slot)
{
	sum_counters(sum->published, slot->published, SERIES_SOURCES_MAX);
	sum_counters(&sum->skipped, &slot->skipped, 1);
	sum_counters(sum->delays, slot->delays, SERIES_DELAYS);
	sum_counters(sum->rejected, slot->rejected, SERIES_REASONS);
}

bool series_sum(struct series *series, int64_t from_ms, int64_t length_ms, int64_t now_ms,
    struct series_sum *sum)
{
	advance(series, now_ms);
	int64_t first = (from_ms + SERIES_SLOT_MS - 1) / SERIES_SLOT_MS;
	int64_t last = (from_ms + length_ms - 1) / SERIES_SLOT_MS;
	*sum = (struct series_sum){ 0 };
	if (first < oldest(series))
		first = oldest(series);
	if (last > series->newest)
		last = series->newest;
	for (int64_t number = first; number <= last; number++)
		sum_slot(sum, slot_at(series, number));
	return first <= last;
}

uint64_t series_delay_count(const struct series_sum *sum)
{
	uint64_t count = 0;
	for (size_t i = 0; i < SERIES_DELAYS; i++)
		count += sum->delays[i];
	return count;
}

int64_t series_percentile_ms(const struct series_sum *sum, unsigned percent)
{
	uint64_t count = series_delay_count(sum), so_far = 0;
	if (count == 0)
		return -1;
	for (size_t i = 0; i < SERIES_DELAYS - 1; i++) {
		so_far += sum->delays[i];
		if (so_far * 100 >= count * percent)
			return bounds_ms[i];
	}
	return bounds_ms[SERIES_DELAYS - 2];
}
