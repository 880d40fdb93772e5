// SPDX-License-Identifier: Apache-2.0
// random: splitmix64, by Steele, Lea and Flood's published constants.
#include "random.h"

#include "date.h"

static const uint64_t step = 0x9E3779B97F4A7C15U;

static uint64_t stir(uint64_t bits)
{
	bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9U;
	bits = (bits ^ bits >> 27) * 0x94D049BB133111EBU;
	return bits ^ bits >> 31;
}

uint64_t random_mix(uint64_t a, uint64_t b)
{
	return stir(stir(a + step) ^ (b + 1) * step);
}

struct random random_make(uint64_t seed, uint64_t purpose, uint64_t index)
{
	return (struct random){ random_mix(random_mix(seed, purpose), index) };
}

uint64_t random_next(struct random *random)
{
	random->state += step;
	return stir(random->state);
}

int64_t random_between(struct random *random, int64_t minimum, int64_t maximum)
{
	ENSURE(minimum <= maximum);
	uint64_t choices = (uint64_t)(maximum - minimum) + 1;
	return minimum + (int64_t)(random_next(random) % choices);
}

bool random_chance(struct random *random, unsigned permille)
{
	return random_next(random) % 1000 < permille;
}

int64_t random_day(struct random *random, int64_t first, int64_t last)
{
	int64_t from = date_to_days(first), to = date_to_days(last);
	return from < to ? date_from_days(random_between(random, from, to)) : last;
}

size_t random_weighted(struct random *random, const unsigned *weights, size_t count)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += weights[i];
	ENSURE(sum > 0);
	uint64_t drawn = random_next(random) % sum;
	size_t chosen = 0;
	while (drawn >= weights[chosen])
		drawn -= weights[chosen++];
	return chosen;
}
