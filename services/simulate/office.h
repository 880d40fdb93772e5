// SPDX-License-Identifier: Apache-2.0
// office: how each department's office types what it knows into a spreadsheet.
#ifndef SIMULATE_OFFICE_H
#define SIMULATE_OFFICE_H

#include "buffer.h"
#include "row.h"

enum {
	COLUMNS_MAX = 64
};

enum column_of {
	COLUMN_SUBJECT,
	COLUMN_PERIOD, // the month of a row that folds
	COLUMN_FIELD,
	COLUMN_ENTRY,  // a field of the list that the row folds into
	COLUMN_NUMBER, // the office's own: the row's number, the name beside the ID number
	COLUMN_NAME,
};

struct column {
	enum column_of of;
	const struct field *field; // NULL: the office's own
	size_t index;              // in kind->fields, or in the list's
	const char *header;
};

struct habits;

// The columns of one kind, as this office has them.
struct layout {
	const struct kind *kind;
	const struct habits *habits;
	struct column columns[COLUMNS_MAX];
	size_t count;
};

// plain: field names and values as the catalogue has them, for NDJSON; else the office's habits.
void layout_make(struct layout *layout, const struct kind *kind, bool plain);

// What stands in a row, before it goes to a file.
struct written {
	struct buffer text;
	bool bare; // JSON, not a string
};

// Empty where nothing is given.
void layout_write(const struct layout *layout, const struct row *row, uint64_t row_number,
    struct written cells[COLUMNS_MAX]);

// A month and a day in the office's way of writing.
void layout_write_month(const struct layout *layout, int64_t month, struct buffer *out);
const char *layout_impossible_day(const struct layout *layout);

#endif
