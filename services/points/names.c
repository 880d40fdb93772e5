// SPDX-License-Identifier: Apache-2.0
// names: pseudonyms in a list that is put in order once.
#include "engine.h"

void names_add(struct names *names, struct bytes name)
{
	if (!subject_valid(name))
		return;
	if (names->count == names->capacity) {
		names->capacity = names->capacity ? names->capacity * 2 : 64;
		names->list = reallocate(names->list, names->capacity * sizeof *names->list);
	}
	memcpy(names->list[names->count], name.data, SUBJECT_SIZE - 1);
	names->list[names->count++][SUBJECT_SIZE - 1] = 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

void names_settle(struct names *names)
{
	size_t kept = 0;
	if (names->count > 0)
		qsort(names->list, names->count, sizeof *names->list, compare);
	for (size_t i = 0; i < names->count; i++)
		if (kept == 0 || strcmp(names->list[kept - 1], names->list[i]) != 0)
			memmove(names->list[kept++], names->list[i], SUBJECT_SIZE);
	names->count = kept;
}

void names_deinit(struct names *names)
{
	if (names->list != NULL)
		explicit_bzero(names->list, names->capacity * sizeof *names->list);
	free(names->list);
	*names = (struct names){ 0 };
}
