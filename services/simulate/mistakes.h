// SPDX-License-Identifier: Apache-2.0
// mistakes: what goes wrong in offices, done to a row on purpose.
#ifndef SIMULATE_MISTAKES_H
#define SIMULATE_MISTAKES_H

#include "office.h"
#include "random.h"

struct mistake {
	const char *name; // "check digit"
	const char
	    *code; // of the problem that a department must find; NULL: harmless, the row is taken
	bool repeats; // the row stands there twice
	bool (*make)(struct random *random, const struct layout *layout, int64_t today,
	    struct written *cells, size_t *column); // false: does not fit this row
};

// Does one to the row's cells, or none where none fits: NULL. *column: where, or 0.
const struct mistake *mistake_make(struct random *random, const struct layout *layout,
    int64_t today, struct written cells[COLUMNS_MAX], size_t *column);

#endif
