// SPDX-License-Identifier: Apache-2.0
// marks: which entries of a department are on their way into the profiles, and since when.
//
// Bounded: when it is full, what comes is put to the newest mark, which then says more delay than
// there was, never less.
#ifndef MONITOR_MARKS_H
#define MONITOR_MARKS_H

#include "base.h"

enum {
	MARKS_MAX = 256
};

struct mark {
	uint64_t sequence; // the last of them
	uint64_t count;
	int64_t recorded_ms;
};

// { 0 } is empty.
struct marks {
	struct mark list[MARKS_MAX];
	size_t first, count;
};

void marks_add(struct marks *marks, uint64_t sequence, uint64_t count, int64_t recorded_ms);
// The oldest, if all of it is at or before position: true, and it is gone.
bool marks_take(struct marks *marks, uint64_t position, struct mark *mark);
// When the oldest was recorded; 0: there is none.
int64_t marks_oldest_ms(const struct marks *marks);

#endif
