// SPDX-License-Identifier: Apache-2.0
// sheet: a spreadsheet's columns, and its rows as intake keeps them.
//
// Columns are understood by the catalogue's names, titles and aliases, in any order; those that
// mean nothing to the kind are dropped, and listed by sheet_write_columns().
#ifndef COMMON_SHEET_H
#define COMMON_SHEET_H

#include "csv.h"
#include "record.h"

// The columns that a result file has behind the others (result_file.h).
enum {
	SHEET_RESULT_HEADERS = 3
};
extern const char *const sheet_result_headers[SHEET_RESULT_HEADERS];

struct sheet {
	const struct kind *kind;
	const struct bytes *headers;                  // the csv's
	const struct field *columns[CSV_COLUMNS_MAX]; // NULL: dropped; row_columns.h's among them
	size_t count;
};

// Reads the header of csv, from which sheet borrows. False: columns are missing without which no
// row can be taken (with is_changes: the operation's, the subject's and the key's; else all that
// are required), and *problems names them.
bool sheet_make(struct sheet *sheet, const struct csv *csv, const struct kind *kind,
    bool is_changes, struct problems *problems);

// Is it the result of another one, that is, some of its rows?
bool sheet_is_result(const struct sheet *sheet);

// Appends the row as the JSON object that intake_row() would read to the same record: the columns
// that are understood, header -> cell.
void sheet_write_row(
    const struct sheet *sheet, const struct bytes *cells, size_t count, struct buffer *out);

// [{"header": "参保人证件号", "field": "id_number"}, {"header": "备注", "field": null}]; where
// hardly any is understood the others are only numbered: {"header": "#2", ...}.
void sheet_write_columns(const struct sheet *sheet, struct json_writer *writer);

#endif
