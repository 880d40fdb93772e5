// SPDX-License-Identifier: Apache-2.0
// merge: what several departments tell, in the order in which it was recorded.
#include "merge.h"

struct source {
	struct entry_view *ring;
	size_t first, count, capacity;
	bool ended;
};

struct merge {
	struct source *sources;
	size_t source_count;
	size_t last;
};

struct merge *merge_new(size_t sources, size_t last)
{
	struct merge *merge = allocate(sizeof *merge);
	merge->sources = allocate(sources * sizeof *merge->sources);
	merge->source_count = sources;
	merge->last = last;
	return merge;
}

void merge_free(struct merge **merge)
{
	if (*merge == NULL)
		return;
	for (size_t i = 0; i < (*merge)->source_count; i++)
		free((*merge)->sources[i].ring);
	free((*merge)->sources);
	free(*merge);
	*merge = NULL;
}

static struct source *source_of(const struct merge *merge, size_t source)
{
	ENSURE(source < merge->source_count);
	return &merge->sources[source];
}

static void grow(struct source *source)
{
	size_t capacity = source->capacity > 0 ? 2 * source->capacity : 64;
	struct entry_view *ring = allocate(capacity * sizeof *ring);
	for (size_t i = 0; i < source->count; i++)
		ring[i] = source->ring[(source->first + i) % source->capacity];
	free(source->ring);
	source->ring = ring;
	source->capacity = capacity;
	source->first = 0;
}

static void drop_first(struct source *source)
{
	source->first = (source->first + 1) % source->capacity;
	source->count--;
}

void merge_add(struct merge *merge, size_t at, const struct entry_view *view)
{
	struct source *source = source_of(merge, at);
	bool is_past = !source->ended;
	if (is_past && merge->last == 0)
		return;
	if (is_past && source->count >= merge->last)
		drop_first(source);
	if (source->count == source->capacity)
		grow(source);
	source->ring[(source->first + source->count++) % source->capacity] = *view;
}

void merge_clear(struct merge *merge, size_t source)
{
	source_of(merge, source)->count = 0;
}

void merge_end(struct merge *merge, size_t source)
{
	source_of(merge, source)->ended = true;
}

// Of a past of which the last are wanted, the first make room.
bool merge_is_full(const struct merge *merge, size_t at)
{
	const struct source *source = source_of(merge, at);
	bool makes_room = !source->ended && merge->last != MERGE_ALL;
	return !makes_room && source->count >= MERGE_WAITING_MAX;
}

// Something that belongs before what others have may still come from it.
static bool holds_others_back(const struct merge *merge, const struct source *source)
{
	bool may_still_drop = merge->last != MERGE_ALL;
	return !source->ended && (may_still_drop || source->count == 0);
}

bool merge_next(struct merge *merge, struct entry_view *view)
{
	struct source *earliest = NULL;
	for (size_t i = 0; i < merge->source_count; i++) {
		struct source *source = &merge->sources[i];
		if (holds_others_back(merge, source))
			return false;
		if (source->count > 0 &&
		    (earliest == NULL || source->ring[source->first].recorded_ms <
					     earliest->ring[earliest->first].recorded_ms))
			earliest = source;
	}
	if (earliest == NULL)
		return false;
	*view = earliest->ring[earliest->first];
	drop_first(earliest);
	return true;
}

bool merge_is_over(const struct merge *merge)
{
	for (size_t i = 0; i < merge->source_count; i++)
		if (!merge->sources[i].ended || merge->sources[i].count > 0)
			return false;
	return true;
}
