// SPDX-License-Identifier: Apache-2.0
// arena: memory for many small things that are freed together.
#ifndef POINTS_ARENA_H
#define POINTS_ARENA_H

#include "base.h"

struct arena_block;

// { 0 } is empty.
struct arena {
	struct arena_block *last;
};

// Overwrites, then frees.
void arena_deinit(struct arena *arena);

// Zeroed, aligned for anything; running out of memory ends the process.
void *arena_allocate(struct arena *arena, size_t size);
void *arena_copy(struct arena *arena, const void *data, size_t size);
char *arena_text(struct arena *arena, const char *text);

// Frees (and overwrites) all that was allocated since the mark was taken.
struct arena_mark {
	struct arena_block *block;
	size_t used;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_release(struct arena *arena, struct arena_mark mark);

#endif
