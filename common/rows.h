// SPDX-License-Identifier: Apache-2.0
// rows: rows as departments' systems send them: a JSON object, an array of them, or NDJSON.
#ifndef COMMON_ROWS_H
#define COMMON_ROWS_H

#include "problem.h"
#include "status.h"

enum {
	ROWS_LINE_BYTES_MAX = 256 * 1024,
	ROWS_JSON_FILE_BYTES_MAX = 16 * 1024 * 1024 // a larger file is to be NDJSON, or several
};

enum rows_form {
	ROWS_JSON,
	ROWS_NDJSON
};

struct json_value;
struct rows;

// A row, or, with value NULL, text that is no row, and why. line: its number among the rows or
// lines, from 1. Borrowed until the next call.
struct row {
	const struct json_value *value;
	struct bytes text;
	const char *reason;
	enum problem_code problem;
	uint64_t line;
};

// From memory (borrowed until rows_close), or from a regular file, no symbolic link.
// STATUS_TOO_LARGE: a JSON file over ROWS_JSON_FILE_BYTES_MAX; STATUS_INVALID: no regular file;
// NOT_FOUND, DENIED, IO.
struct rows *rows_open_memory(struct bytes body, enum rows_form form);
MUST_CHECK enum status rows_open_file(struct rows **rows, const char *path, enum rows_form form);
void rows_close(struct rows **rows); // overwrites

// The next row, or *ended. What cannot be read is one unreadable row: a line of NDJSON (blank ones
// are passed over), or a whole JSON text. STATUS_IO; STATUS_BUSY: the file was changed meanwhile,
// so that no row given so far may be taken for a whole list.
MUST_CHECK enum status rows_next(struct rows *rows, struct row *row, bool *ended);

// To the first row again: they will be the same, or the reading ends with STATUS_BUSY.
MUST_CHECK enum status rows_rewind(struct rows *rows);

// The visit's failure ends the walk and is returned.
typedef enum status rows_visit(const struct json_value *value, struct bytes text,
    const char *reason, uint64_t line, void *context);

// Visits all rows in order.
MUST_CHECK enum status rows_read(
    struct bytes body, enum rows_form form, rows_visit *visit, void *context);

#endif
