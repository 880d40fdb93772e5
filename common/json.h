// SPDX-License-Identifier: Apache-2.0
// json: the strict reader for JSON from outside, and the writer.
//
// Accepted is RFC 8259 and no more: UTF-8 (a BOM in front is dropped), one whole value, no NUL, no
// lone surrogates, no duplicate keys, at most JSON_DEPTH_MAX levels. Numbers have at most 15
// significant digits (zeros that end a fraction not counted), 30 behind the point and an exponent
// within +-30 that leaves them below 10^15, so that every one survives its way through binary
// floating point.
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include "buffer.h"
#include "status.h"

enum {
	JSON_DEPTH_MAX = 16
};

enum json_type {
	JSON_NULL,
	JSON_BOOLEAN,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

struct json;       // a document; owns its values
struct json_value; // borrowed from its document

// Copies text. On STATUS_OK the caller owns *json; STATUS_INVALID gives line, column and what is
// wrong, never the offending content.
MUST_CHECK enum status json_parse(struct json **json, struct bytes text);

// Of which sort was what json_parse() refused last, on this thread?
enum json_fault {
	JSON_FAULT_FORM,
	JSON_FAULT_ENCODING,    // no UTF-8
	JSON_FAULT_DUPLICATE,   // a name twice in an object
	JSON_FAULT_LONG_NUMBER, // more digits than a number may have
};
enum json_fault json_fault(void);

// Reads a file of at most bytes_max bytes; the reason begins with "path:line:column:", or "path:"
// when the file itself cannot be read.
MUST_CHECK enum status json_read_file(struct json **json, const char *path, size_t bytes_max);

// Overwrites the content. Accepts NULL; sets *json to NULL.
void json_free(struct json **json);

const struct json_value *json_root(const struct json *json);

// The line, from 1, where value begins in the text of its document.
int json_line(const struct json *json, const struct json_value *value);

enum json_type json_type(const struct json_value *value);

// The member of an object, or NULL. Accepts NULL and values that are no objects: NULL.
const struct json_value *json_member(const struct json_value *object, const char *name);

// First child of an array or object, and the next sibling; NULL at the end. Accept NULL.
const struct json_value *json_first(const struct json_value *value);
const struct json_value *json_next(const struct json_value *value);
size_t json_size(const struct json_value *value); // children

const char *json_name(const struct json_value *member); // its name inside an object

// The text of a JSON_STRING, else NULL. Accepts NULL. Holds no NUL inside.
const char *json_string(const struct json_value *value);
bool json_boolean(const struct json_value *value); // JSON_BOOLEAN only

// A JSON_NUMBER that is an integer within +-(10^15 - 1): true.
bool json_integer(const struct json_value *value, int64_t *integer);

// A JSON_NUMBER written out exactly as a plain decimal ("4494.5", "-0.001"), no exponent; at most
// size bytes with the NUL. False: no number, or too long.
bool json_decimal(const struct json_value *value, char *text, size_t size);

// --- writing: appends to a buffer, commas put by itself ---

struct json_writer {
	struct buffer *out;
	bool comma; // one is due before the next value
};

struct json_writer json_writer_make(struct buffer *out);
void json_write_begin_object(struct json_writer *writer);
void json_write_end_object(struct json_writer *writer);
void json_write_begin_array(struct json_writer *writer);
void json_write_end_array(struct json_writer *writer);
void json_write_name(struct json_writer *writer, const char *name);
void json_write_text(struct json_writer *writer, const char *text);
void json_write_bytes(struct json_writer *writer,
    struct bytes text); // NULs and bytes that are no UTF-8 become U+FFFD
void json_write_integer(struct json_writer *writer, int64_t integer); // past 15 digits: as a string
void json_write_boolean(struct json_writer *writer, bool boolean);
void json_write_null(struct json_writer *writer);
void json_write_decimal(
    struct json_writer *writer, int64_t scaled, int scale); // 449450, 2: 4494.50; the same
void json_write_value(
    struct json_writer *writer, const struct json_value *value);    // a parsed one, compact
void json_write_raw(struct json_writer *writer, struct bytes json); // a whole value, as it is

// name and value in one.
void json_write_member_text(struct json_writer *writer, const char *name, const char *text);
void json_write_member_integer(struct json_writer *writer, const char *name, int64_t integer);
void json_write_member_boolean(struct json_writer *writer, const char *name, bool boolean);

#endif
