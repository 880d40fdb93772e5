// SPDX-License-Identifier: Apache-2.0
// facts_rows: rows of a facts file as records: what `_each`, `_months` and `_times` stand for, rows
// of single months put together by year, keys that were left out.
#ifndef POINTS_FACTS_ROWS_H
#define POINTS_FACTS_ROWS_H

#include "facts_kinds.h"
#include "facts_place.h"
#include "record.h"

enum {
	FACTS_ROWS_MAX = 50000,     // of a file, written out; a month is a row
	FACTS_EACH_MEMBERS_MAX = 8, // of an `_each`
};

// Gets a record with its key; takes what it wants and leaves the rest, which is deinited.
typedef void facts_take(struct record *record, void *context);

// Reads a row or a list of rows of a kind about one subject, at the present place; take gets each
// record once if all are good. rows_left is what the file may still hold. False: *place's errors
// say why.
bool facts_rows_read(struct facts_place *place, const struct facts_kind *kind,
    const struct json_value *rows, size_t *rows_left, facts_take *take, void *context);

// Reads one row whose key fields may be left out, too, such as an application. The caller owns
// *record either way.
bool facts_row_read(struct facts_place *place, const struct facts_kind *kind,
    const struct json_value *row, struct record *record);

// Tells what record.h or value.h found wrong with a row.
bool facts_refuse_problem(
    struct facts_place *place, const struct json_value *row, const struct problem *problem);

#endif
