// SPDX-License-Identifier: Apache-2.0
// table: rows for people, in columns as wide as what stands in them.
#ifndef ONECITY_TABLE_H
#define ONECITY_TABLE_H

#include "say.h"

struct table;

struct table_column {
	const char *english, *chinese;
	bool right; // numbers
};

struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table **table);

// The next cell; the first of a row follows the last of the one before. Copies.
void table_add(struct table *table, const char *text);
void table_add_coloured(struct table *table, enum colour colour, const char *text);
void table_add_number(struct table *table, int64_t number); // negative: unknown, "-"

void table_print(const struct table *table, FILE *file);

// The columns that a text takes on a terminal: Chinese characters take two.
size_t text_columns(const char *text);

#endif
