// SPDX-License-Identifier: Apache-2.0
// settings: a service's settings file, read into a struct by a table.
//
// The file: `name = value` lines, UTF-8, lines that begin with `#`, blank lines; at most 256 KiB. A
// setting unknown to the table, given twice without SETTING_LIST, missing though required, or out
// of its range stops the start; the reason begins with "path:line:" and says what was expected.
#ifndef COMMON_SETTINGS_H
#define COMMON_SETTINGS_H

#include "status.h"

enum setting_type {
	SETTING_TEXT,    // char *; owned by the struct, freed by settings_deinit
	SETTING_PATH,    // the same; a relative one is taken from the folder of the settings file
	SETTING_INTEGER, // int64_t, minimum..maximum
	SETTING_BOOLEAN, // bool: yes or no
	SETTING_LIST,    // struct setting_list: one value for each line of that name
};

struct setting_list {
	char **values;
	size_t count;
};

struct setting {
	const char *name;
	enum setting_type type;
	size_t offset;        // of the member in the struct
	const char *fallback; // the value when the file has none; NULL: required (a list may be
			      // empty with "")
	int64_t minimum, maximum;
	const char *description; // English, one line, for --help
};

// Fills target, a zeroed struct, by the table; on failure nothing is left to free.
MUST_CHECK enum status settings_read(
    const char *path, const struct setting *table, size_t count, void *target);
void settings_deinit(const struct setting *table, size_t count, void *target);

// Lists the table for --help on standard output.
void settings_print_help(const struct setting *table, size_t count);

#endif
