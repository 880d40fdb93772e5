// SPDX-License-Identifier: Apache-2.0
// csv_parts: what csv.c and csv_writer.c share; for them only.
#ifndef COMMON_CSV_PARTS_H
#define COMMON_CSV_PARTS_H

#include "charset.h"
#include "csv.h"

enum {
	CSV_CHUNK_BYTES = 65536
};

static inline bool is_line_end(uint8_t byte)
{
	return byte == '\n' || byte == '\r';
}

static inline bool bytes_begin_with(struct bytes bytes, const char *text)
{
	size_t size = strlen(text);
	return bytes.size >= size && memcmp(bytes.data, text, size) == 0;
}

enum charset csv_charset(enum csv_encoding encoding);
bool csv_has_mark(enum csv_encoding encoding); // is a byte order mark written
bool csv_is_separator(char character);

// "cannot <action>: <errno in words>", with the status that fits.
enum status csv_fail_system(const char *action);

#endif
