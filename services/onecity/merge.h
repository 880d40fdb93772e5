// SPDX-License-Identifier: Apache-2.0
// merge: what several departments tell of their past, in the order in which it was recorded, and
// then what comes, as it comes.
//
// While a source has not ended its past, nothing is given that it might still have something
// before.
#ifndef ONECITY_MERGE_H
#define ONECITY_MERGE_H

#include "entry_view.h"

struct merge;

enum {
	MERGE_WAITING_MAX = 4096 // of a source; then it is full
};
#define MERGE_ALL SIZE_MAX

// last: of each source's past only so many are kept, the last ones; MERGE_ALL: all.
struct merge *merge_new(size_t sources, size_t last);
void merge_free(struct merge **merge);

void merge_add(struct merge *merge, size_t source, const struct entry_view *view); // copies
void merge_clear(struct merge *merge, size_t source); // its past will come again
void merge_end(struct merge *merge, size_t source);   // its past is over

// Nothing more should be added now: it waits for other sources. What is added all the same is kept.
bool merge_is_full(const struct merge *merge, size_t source);

// The next, in order. False: none may be given yet.
bool merge_next(struct merge *merge, struct entry_view *view);

// The past of all is over and given.
bool merge_is_over(const struct merge *merge);

#endif
