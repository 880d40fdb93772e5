// SPDX-License-Identifier: Apache-2.0
// base: what happens when one of our own assumptions is wrong, or memory is gone.
#include "base.h"

#include <stdio.h>

_Noreturn void ensure_failed(const char *condition, const char *file, int line)
{
	fprintf(stderr, "%s:%d: our own assumption does not hold: %s\n", file, line, condition);
	abort();
}

void *allocate(size_t size)
{
	void *memory = calloc(1, size ? size : 1);
	ENSURE(memory != NULL);
	return memory;
}

void *reallocate(void *memory, size_t size)
{
	void *grown = realloc(memory, size ? size : 1);
	ENSURE(grown != NULL);
	return grown;
}

char *text_copy(const char *text)
{
	return bytes_copy_text(bytes_of_text(text));
}

char *bytes_copy_text(struct bytes bytes)
{
	char *copy = allocate(bytes.size + 1);
	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	return copy;
}
