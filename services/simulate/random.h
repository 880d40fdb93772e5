// SPDX-License-Identifier: Apache-2.0
// random: numbers that look random and are the same everywhere, for ever: splitmix64.
#ifndef SIMULATE_RANDOM_H
#define SIMULATE_RANDOM_H

#include "base.h"

struct random {
	uint64_t state;
};

// One number out of two, with all bits stirred.
uint64_t random_mix(uint64_t a, uint64_t b);

// A stream of its own for each thing that is drawn: more draws for one change nothing in another.
struct random random_make(uint64_t seed, uint64_t purpose, uint64_t index);

uint64_t random_next(struct random *random);

// Bounds included. The remainder's bias is below 2^-40 for what is drawn here.
int64_t random_between(struct random *random, int64_t minimum, int64_t maximum);

bool random_chance(struct random *random, unsigned permille);

// A day from the first to the last, or the last where they are the wrong way round.
int64_t random_day(struct random *random, int64_t first, int64_t last);

// The index of a weight, drawn by the weights.
size_t random_weighted(struct random *random, const unsigned *weights, size_t count);

#endif
