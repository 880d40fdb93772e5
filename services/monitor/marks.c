// SPDX-License-Identifier: Apache-2.0
// marks: which entries of a department are on their way into the profiles, and since when.
#include "marks.h"

static struct mark *mark_at(struct marks *marks, size_t place)
{
	return &marks->list[(marks->first + place) % MARKS_MAX];
}

void marks_add(struct marks *marks, uint64_t sequence, uint64_t count, int64_t recorded_ms)
{
	if (marks->count == MARKS_MAX) {
		struct mark *newest = mark_at(marks, marks->count - 1);
		newest->sequence = sequence;
		newest->count += count;
		return;
	}
	*mark_at(marks, marks->count++) = (struct mark){ sequence, count, recorded_ms };
}

bool marks_take(struct marks *marks, uint64_t position, struct mark *mark)
{
	if (marks->count == 0 || marks->list[marks->first].sequence > position)
		return false;
	*mark = marks->list[marks->first];
	marks->first = (marks->first + 1) % MARKS_MAX;
	marks->count--;
	return true;
}

int64_t marks_oldest_ms(const struct marks *marks)
{
	return marks->count > 0 ? marks->list[marks->first].recorded_ms : 0;
}
