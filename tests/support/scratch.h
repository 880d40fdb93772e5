// SPDX-License-Identifier: Apache-2.0
// scratch: what many tests need: a folder of their own, and dice that fall the same for the same
// seed.
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include "base.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SCRATCH_PATH_SIZE = 64
};

static inline void scratch_make(char path[SCRATCH_PATH_SIZE])
{
	snprintf(path, SCRATCH_PATH_SIZE, "/tmp/onecity-test.XXXXXX");
	ENSURE(mkdtemp(path) != NULL);
}

static inline int scratch_unlink(
    const char *path, const struct stat *facts, int type, struct FTW *where)
{
	(void)facts;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void scratch_remove(const char *path)
{
	nftw(path, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

static inline bool scratch_copy(const char *from, const char *to)
{
	char block[64 * 1024];
	size_t size;
	FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
	bool copied = out != NULL;
	while (copied && (size = fread(block, 1, sizeof block, in)) > 0)
		copied = fwrite(block, 1, size, out) == size;
	if (out != NULL)
		copied = fclose(out) == 0 && copied;
	if (in != NULL)
		fclose(in);
	return copied;
}

// splitmix64
struct dice {
	uint64_t state;
};

static inline uint64_t dice_roll(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline uint64_t dice_below(struct dice *dice, uint64_t limit)
{
	return dice_roll(dice) % limit;
}

static inline bool dice_chance(struct dice *dice, unsigned percent)
{
	return dice_below(dice, 100) < percent;
}

static inline void dice_fill(struct dice *dice, void *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)data)[i] = (uint8_t)dice_roll(dice);
}

#endif
