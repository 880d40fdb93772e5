// SPDX-License-Identifier: Apache-2.0
// arena: a chain of blocks, the newest first.
#include "arena.h"

#include <stdalign.h>

enum {
	BLOCK_BYTES = 16 * 1024
};

struct arena_block {
	struct arena_block *earlier;
	size_t size, used;
	alignas(max_align_t) uint8_t memory[];
};

static void block_free(struct arena_block *block)
{
	explicit_bzero(block->memory, block->used);
	free(block);
}

void arena_deinit(struct arena *arena)
{
	while (arena->last != NULL) {
		struct arena_block *earlier = arena->last->earlier;
		block_free(arena->last);
		arena->last = earlier;
	}
}

static struct arena_block *block_new(struct arena_block *earlier, size_t size)
{
	size = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct arena_block *block = malloc(sizeof *block + size);
	ENSURE(block != NULL);
	block->earlier = earlier;
	block->size = size;
	block->used = 0;
	return block;
}

void *arena_allocate(struct arena *arena, size_t size)
{
	size_t step = alignof(max_align_t);
	size = (size + step - 1) / step * step;
	if (arena->last == NULL || arena->last->size - arena->last->used < size)
		arena->last = block_new(arena->last, size);
	void *memory = arena->last->memory + arena->last->used;
	arena->last->used += size;
	memset(memory, 0, size);
	return memory;
}

void *arena_copy(struct arena *arena, const void *data, size_t size)
{
	void *copy = arena_allocate(arena, size);
	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
	return arena_copy(arena, text, strlen(text) + 1);
}

struct arena_mark arena_mark(const struct arena *arena)
{
	return (struct arena_mark){ arena->last, arena->last != NULL ? arena->last->used : 0 };
}

void arena_release(struct arena *arena, struct arena_mark mark)
{
	while (arena->last != mark.block) {
		struct arena_block *earlier = arena->last->earlier;
		block_free(arena->last);
		arena->last = earlier;
	}
	if (mark.block == NULL)
		return;
	explicit_bzero(mark.block->memory + mark.used, mark.block->used - mark.used);
	mark.block->used = mark.used;
}
