// SPDX-License-Identifier: Apache-2.0
// rows_file: a file of rows, or a pipe, on its way to a department.
#ifndef ONECITY_ROWS_FILE_H
#define ONECITY_ROWS_FILE_H

#include "buffer.h"
#include "status.h"

enum {
	ROWS_FILE_WHOLE_BYTES_MAX = 64 * 1024 * 1024, // of what cannot be cut: JSON, CSV
};

struct rows_format {
	const char *name;
	const char *content_type;
	bool in_pieces; // may be cut between lines
};

// type: "ndjson", "json", "csv"; NULL: by the file name's ending; "-" is ndjson. NULL: neither
// says.
const struct rows_format *rows_format_of(const char *type, const char *file_name);
const char *rows_format_missing(void); // what to tell then

// "-" is standard input. Closed with rows_file_close, which leaves standard input open.
MUST_CHECK enum status rows_file_open(int *file, const char *file_name);
void rows_file_close(int file);

// Appends what can be read at once, until content has bytes_max. ended: there is no more.
MUST_CHECK enum status rows_file_read(
    int file, struct buffer *content, size_t bytes_max, bool *ended);

// Appends all. STATUS_TOO_LARGE: more than ROWS_FILE_WHOLE_BYTES_MAX, and content is useless.
MUST_CHECK enum status rows_file_read_whole(int file, struct buffer *content);

#endif
