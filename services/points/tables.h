// SPDX-License-Identifier: Apache-2.0
// tables: the rule tables that the engine scores by, read from their files.
#ifndef POINTS_TABLES_H
#define POINTS_TABLES_H

#include "gathering.h"
#include "rules.h"
#include "settings.h"

enum {
	TABLES_MAX = 64
};

struct tables {
	struct rules *list[TABLES_MAX];
	size_t count;
	struct wants wants; // of all of them
	struct buffer
	    made_from; // text: changes when a table, its file's content or our own way does
};

// Reads all anew. live: files whose status is live; demonstration: files whose status is
// demonstration, loaded because they are named as such. STATUS_INVALID: one of them is refused, and
// every error was logged with file, line, path and reason.
MUST_CHECK enum status tables_read(struct tables *tables, const struct catalogue_set *catalogues,
    const struct setting_list *live, const struct setting_list *demonstration);
void tables_deinit(struct tables *tables);

const struct rules *tables_named(const struct tables *tables, const char *id); // or NULL

#endif
