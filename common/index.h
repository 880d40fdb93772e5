// SPDX-License-Identifier: Apache-2.0
// index: a table in memory from a 64-bit hash to a number, 16 bytes a place.
//
// Hashes may collide: whoever needs certainty looks at what the number stands for.
#ifndef COMMON_INDEX_H
#define COMMON_INDEX_H

#include "base.h"

struct index {
	struct index_place *places;
	size_t place_count; // a power of two, or 0
	size_t used;
};

void index_deinit(struct index *index);

// Walks the numbers kept under a hash: start with *cursor = 0; false at the end.
bool index_next(const struct index *index, uint64_t hash, size_t *cursor, uint64_t *number);

// Adds a number under a hash, beside those that are there. number > 0.
void index_add(struct index *index, uint64_t hash, uint64_t number);

// Changes the one that index_next just gave (its cursor) to number.
void index_change(struct index *index, uint64_t hash, size_t cursor, uint64_t number);

#endif
