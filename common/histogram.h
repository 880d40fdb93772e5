// SPDX-License-Identifier: Apache-2.0
// histogram: how long something took, many times over, in buckets of one fixed ladder.
#ifndef COMMON_HISTOGRAM_H
#define COMMON_HISTOGRAM_H

#include "base.h"

enum {
	HISTOGRAM_BUCKETS = 20
};

// From 0.1 ms to 5 minutes; what took longer is in the last bucket. { 0 } is empty.
struct histogram {
	uint64_t counts[HISTOGRAM_BUCKETS];
	uint64_t sum_us;
};

void histogram_add(struct histogram *histogram, int64_t microseconds); // less than 0 counts as 0

// The most that a bucket takes, in seconds, as text; of the last one "+Inf".
const char *histogram_bound(size_t bucket);

#endif
