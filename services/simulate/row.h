// SPDX-License-Identifier: Apache-2.0
// row: one thing that a department has to say, before any office has typed it.
#ifndef SIMULATE_ROW_H
#define SIMULATE_ROW_H

#include "catalogue.h"

enum {
	ROW_LIST_MAX = 24,
	ROW_ENTRY_FIELDS_MAX = 8,
	ROW_TEXT_BYTES_MAX = 8192,
	ROW_SUBJECT_SIZE = 24,
};

// Texts and codes in text; dates, months, years, scaled numbers and booleans in number.
struct cell {
	bool given;
	int64_t number;
	const char *text; // in the row's texts
};

struct row {
	const struct kind *kind;
	char subject[ROW_SUBJECT_SIZE]; // an ID number or credit code; "": the department itself
	const char *name; // of the person, for offices that put it beside the number; or NULL
	int64_t period;   // YYYYMM of a row that folds; 0: none
	struct cell cells[CATALOGUE_FIELDS_MAX]; // by index in kind->fields
	struct cell list[ROW_LIST_MAX][ROW_ENTRY_FIELDS_MAX];
	size_t list_count; // of a row that folds: 1, its month's other columns
	char texts[ROW_TEXT_BYTES_MAX];
	size_t text_size;
};

void row_begin(struct row *row, const struct kind *kind, const char *subject);

// By field number. A code that is not in the field's list is a bug of ours.
void row_put_text(struct row *row, unsigned field, const char *format, ...) PRINTF_LIKE(3, 4);
void row_put_number(struct row *row, unsigned field, int64_t number);
void row_put_day(struct row *row, unsigned field, int64_t date); // 0: leaves it out

// A new entry of the kind's list, and its fields.
void row_add_entry(struct row *row);
void row_entry_text(struct row *row, unsigned field, const char *format, ...) PRINTF_LIKE(3, 4);
void row_entry_number(struct row *row, unsigned field, int64_t number);

void row_copy(struct row *row, const struct row *from);
// Adds a copy of another row's only entry.
void row_copy_entry(struct row *row, const struct row *from);

const struct field *row_list(const struct kind *kind); // or NULL
bool field_is_text(const struct field *field);

#endif
