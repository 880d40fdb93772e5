// SPDX-License-Identifier: Apache-2.0
// terminal: what the verbs share: the table that they read, and words for people.
#ifndef POINTS_TERMINAL_H
#define POINTS_TERMINAL_H

#include "rules.h"

#include <stdio.h>

// The one of the two that the user reads. Both are formats for the same arguments.
const char *say(const char *english, const char *chinese)
    __attribute__((format_arg(1), format_arg(2)));
const char *say_title(struct title title); // "" where there is none

// One line on standard error; returns EXIT_FAILURE.
int give_up(const char *format, ...) PRINTF_LIKE(1, 2);

// Prints a text of several lines; control characters, which could steer the terminal, as '?'.
void print_clean(FILE *file, struct bytes text);

// A table with the catalogues that it was held against.
struct terminal_table {
	struct catalogue_set *catalogues;
	struct rules *rules;
};

// False: it was told on standard error; nothing is left to close. The catalogues are those of
// catalogue_directory().
MUST_CHECK bool terminal_table_open(struct terminal_table *table, const char *path);
void terminal_table_close(struct terminal_table *table);

#endif
