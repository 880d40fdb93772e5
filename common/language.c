// SPDX-License-Identifier: Apache-2.0
// language: the environment's, by the first variable that says one.
#include "language.h"

bool language_is_chinese(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && *value != 0)
			return strncmp(value, "zh", 2) == 0;
	}
	return false;
}
