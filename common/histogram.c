// SPDX-License-Identifier: Apache-2.0
// histogram: how long something took, many times over.
#include "histogram.h"

// What is longer than the last of these is in the bucket behind it.
static const struct {
	uint64_t us;
	const char *text; // in seconds
} bounds[HISTOGRAM_BUCKETS - 1] = {
	{ 100, "0.0001" },
	{ 250, "0.00025" },
	{ 500, "0.0005" },
	{ 1000, "0.001" },
	{ 2500, "0.0025" },
	{ 5000, "0.005" },
	{ 10000, "0.01" },
	{ 25000, "0.025" },
	{ 50000, "0.05" },
	{ 100000, "0.1" },
	{ 250000, "0.25" },
	{ 500000, "0.5" },
	{ 1000000, "1" },
	{ 2500000, "2.5" },
	{ 5000000, "5" },
	{ 10000000, "10" },
	{ 30000000, "30" },
	{ 60000000, "60" },
	{ 300000000, "300" },
};

void histogram_add(struct histogram *histogram, int64_t microseconds)
{
	uint64_t us = microseconds > 0 ? (uint64_t)microseconds : 0;
	size_t place = 0;
	while (place < COUNT_OF(bounds) && us > bounds[place].us)
		place++;
	histogram->counts[place]++;
	histogram->sum_us += us;
}

const char *histogram_bound(size_t bucket)
{
	ENSURE(bucket < HISTOGRAM_BUCKETS);
	return bucket < COUNT_OF(bounds) ? bounds[bucket].text : "+Inf";
}
