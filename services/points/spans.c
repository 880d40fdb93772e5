// SPDX-License-Identifier: Apache-2.0
// spans: sets of days. Two sets are combined in one walk over all their borders.
#include "spans.h"

#include "calendar.h"
#include "date.h"

void spans_deinit(struct spans *spans)
{
	free(spans->list);
	*spans = (struct spans){ 0 };
}

void spans_append(struct spans *spans, int64_t from, int64_t until)
{
	if (from >= until)
		return;
	if (spans->count == spans->capacity) {
		spans->capacity = spans->capacity > 0 ? spans->capacity * 2 : 8;
		spans->list = reallocate(spans->list, spans->capacity * sizeof *spans->list);
	}
	spans->list[spans->count++] = (struct span){ from, until };
}

static int span_compare(const void *left, const void *right)
{
	const struct span *a = left, *b = right;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->until < b->until ? -1 : a->until > b->until;
}

void spans_settle(struct spans *spans)
{
	size_t kept = 0;
	if (spans->count == 0)
		return;
	qsort(spans->list, spans->count, sizeof *spans->list, span_compare);
	for (size_t i = 1; i < spans->count; i++) {
		struct span *last = &spans->list[kept], next = spans->list[i];
		if (next.from > last->until)
			spans->list[++kept] = next;
		else if (next.until > last->until)
			last->until = next.until;
	}
	spans->count = kept + 1;
}

void spans_unite(struct spans *out, const struct spans *a, const struct spans *b)
{
	*out = (struct spans){ 0 };
	for (size_t i = 0; i < a->count; i++)
		spans_append(out, a->list[i].from, a->list[i].until);
	for (size_t i = 0; i < b->count; i++)
		spans_append(out, b->list[i].from, b->list[i].until);
	spans_settle(out);
}

static int64_t lesser(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void spans_intersect(struct spans *out, const struct spans *a, const struct spans *b)
{
	*out = (struct spans){ 0 };
	for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
		struct span left = a->list[i], right = b->list[j];
		spans_append(out, greater(left.from, right.from), lesser(left.until, right.until));
		if (left.until < right.until)
			i++;
		else
			j++;
	}
}

void spans_without(struct spans *out, const struct spans *a, const struct spans *b)
{
	*out = (struct spans){ 0 };
	size_t j = 0;
	for (size_t i = 0; i < a->count; i++) {
		int64_t from = a->list[i].from, until = a->list[i].until;
		while (j < b->count && b->list[j].until <= from)
			j++;
		for (size_t k = j; k < b->count && b->list[k].from < until; k++) {
			spans_append(out, from, lesser(b->list[k].from, until));
			from = greater(from, b->list[k].until);
		}
		spans_append(out, from, until);
	}
}

void spans_clip(struct spans *out, const struct spans *a, int64_t from, int64_t until)
{
	*out = (struct spans){ 0 };
	for (size_t i = 0; i < a->count; i++)
		spans_append(out, greater(a->list[i].from, from), lesser(a->list[i].until, until));
}

// Is the gap from the day `end` to the day `start` at most so many months long?
static bool gap_is_small(int64_t end, int64_t start, int64_t months)
{
	int64_t shifted;
	if (end >= start)
		return true;
	if (!calendar_shift(&shifted, date_from_days(end), months, 0))
		return true;
	return date_to_days(shifted) >= start;
}

void spans_bridge(struct spans *out, const struct spans *a, int64_t months)
{
	*out = (struct spans){ 0 };
	for (size_t i = 0; i < a->count; i++) {
		struct span next = a->list[i];
		struct span *last = out->count > 0 ? &out->list[out->count - 1] : NULL;
		if (last != NULL && gap_is_small(last->until, next.from, months))
			last->until = next.until;
		else
			spans_append(out, next.from, next.until);
	}
}

void spans_last_run(struct spans *out, const struct spans *a, int64_t until, int64_t months)
{
	struct spans before;
	spans_clip(&before, a, INT64_MIN, until);
	size_t first = before.count;
	int64_t start = until;
	while (first > 0 && gap_is_small(before.list[first - 1].until, start, months))
		start = before.list[--first].from;
	*out = (struct spans){ 0 };
	for (size_t i = first; i < before.count; i++)
		spans_append(out, before.list[i].from, before.list[i].until);
	spans_deinit(&before);
}

static struct exact span_length(struct span span)
{
	return calendar_months_between(date_from_days(span.from), date_from_days(span.until));
}

bool spans_length(struct exact *out, const struct spans *a)
{
	struct exact sum = EXACT_ZERO;
	for (size_t i = 0; i < a->count; i++)
		if (!exact_add(&sum, sum, span_length(a->list[i])))
			return false;
	*out = sum;
	return true;
}

int64_t spans_days(const struct spans *a)
{
	int64_t days = 0;
	for (size_t i = 0; i < a->count; i++)
		days += a->list[i].until - a->list[i].from;
	return days;
}

void spans_longest_run(struct spans *out, const struct spans *a, int64_t months)
{
	struct exact greatest = EXACT_ZERO;
	size_t best = 0, best_end = 0;
	for (size_t first = 0, end; first < a->count; first = end) {
		struct exact length = EXACT_ZERO;
		for (end = first; end < a->count; end++) {
			if (end > first &&
			    !gap_is_small(a->list[end - 1].until, a->list[end].from, months))
				break;
			(void)!exact_add(&length, length, span_length(a->list[end]));
		}
		if (exact_compare(length, greatest) >= 0) {
			greatest = length;
			best = first;
			best_end = end;
		}
	}
	*out = (struct spans){ 0 };
	for (size_t i = best; i < best_end; i++)
		spans_append(out, a->list[i].from, a->list[i].until);
}
