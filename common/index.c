// SPDX-License-Identifier: Apache-2.0
// index: a table in memory from a 64-bit hash to a number.
#include "index.h"

enum {
	PLACES_MIN = 1024
};

struct index_place {
	uint64_t hash;
	uint64_t number; // 0: free
};

void index_deinit(struct index *index)
{
	free(index->places);
	*index = (struct index){ 0 };
}

static size_t place_at(const struct index *index, uint64_t hash, size_t step)
{
	return (size_t)(hash + step) & (index->place_count - 1);
}

bool index_next(const struct index *index, uint64_t hash, size_t *cursor, uint64_t *number)
{
	if (index->place_count == 0)
		return false;
	for (;;) { // ends at a free place: the table is never full
		const struct index_place *place =
		    &index->places[place_at(index, hash, (*cursor)++)];
		if (place->number == 0)
			return false;
		if (place->hash == hash) {
			*number = place->number;
			return true;
		}
	}
}

static void put_in_free_place(struct index *index, uint64_t hash, uint64_t number)
{
	size_t step = 0;
	while (index->places[place_at(index, hash, step)].number != 0)
		step++;
	index->places[place_at(index, hash, step)] = (struct index_place){ hash, number };
}

static void grow(struct index *index)
{
	struct index old = *index;
	index->place_count = old.place_count ? 2 * old.place_count : PLACES_MIN;
	index->places = allocate(index->place_count * sizeof *index->places);
	for (size_t i = 0; i < old.place_count; i++)
		if (old.places[i].number != 0)
			put_in_free_place(index, old.places[i].hash, old.places[i].number);
	free(old.places);
}

void index_add(struct index *index, uint64_t hash, uint64_t number)
{
	ENSURE(number > 0);
	if (4 * (index->used + 1) > 3 * index->place_count)
		grow(index);
	put_in_free_place(index, hash, number);
	index->used++;
}

void index_change(struct index *index, uint64_t hash, size_t cursor, uint64_t number)
{
	struct index_place *place = &index->places[place_at(index, hash, cursor - 1)];
	ENSURE(number > 0 && place->hash == hash && place->number != 0);
	place->number = number;
}
