// SPDX-License-Identifier: Apache-2.0
// spans: sets of days, as half-open intervals that are disjoint, do not adjoin, and are in order.
#ifndef POINTS_SPANS_H
#define POINTS_SPANS_H

#include "exact.h"

// Days since 1970-01-01 (date_to_days): from is in it, until is not; from < until.
struct span {
	int64_t from, until;
};

// { 0 } is no day. Owns list.
struct spans {
	struct span *list;
	size_t count, capacity;
};

void spans_deinit(struct spans *spans);

// Appends an interval, in any order, overlapping others or not; an empty one is left out. The set
// is none until spans_settle() has put it in order.
void spans_append(struct spans *spans, int64_t from, int64_t until);
void spans_settle(struct spans *spans);

// Each makes *out anew from settled sets, which stay as they are; *out is none of them.
void spans_unite(struct spans *out, const struct spans *a, const struct spans *b);
void spans_intersect(struct spans *out, const struct spans *a, const struct spans *b);
void spans_without(struct spans *out, const struct spans *a, const struct spans *b);
// What lies in [from, until).
void spans_clip(struct spans *out, const struct spans *a, int64_t from, int64_t until);
// Gaps of at most months (whole, not negative) are filled.
void spans_bridge(struct spans *out, const struct spans *a, int64_t months);
// What is connected backwards from until (not counted itself) over gaps of at most months.
void spans_last_run(struct spans *out, const struct spans *a, int64_t until, int64_t months);
// The run of greatest length, without its gaps; of equals the latest. Lengths that cannot be added
// count as they could be.
void spans_longest_run(struct spans *out, const struct spans *a, int64_t months);

// The lengths in months, added. False: the sum is no fraction of 64 bits.
MUST_CHECK bool spans_length(struct exact *out, const struct spans *a);
int64_t spans_days(const struct spans *a);

#endif
