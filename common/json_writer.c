// SPDX-License-Identifier: Apache-2.0
// json_writer: JSON written straight into a buffer.
#include "json.h"

#include "utf8.h"

static const int64_t PLAIN_MAX = 999999999999999; // what our own reader takes, and JavaScript

// Stands for itself inside a string and in ASCII.
static bool is_plain(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

struct json_writer json_writer_make(struct buffer *out)
{
	return (struct json_writer){ .out = out };
}

static void write_comma(struct json_writer *writer)
{
	if (writer->comma)
		buffer_append_byte(writer->out, ',');
	writer->comma = true;
}

static void write_begin(struct json_writer *writer, uint8_t bracket)
{
	write_comma(writer);
	buffer_append_byte(writer->out, bracket);
	writer->comma = false;
}

static void write_end(struct json_writer *writer, uint8_t bracket)
{
	buffer_append_byte(writer->out, bracket);
	writer->comma = true;
}

void json_write_begin_object(struct json_writer *writer)
{
	write_begin(writer, '{');
}

void json_write_end_object(struct json_writer *writer)
{
	write_end(writer, '}');
}

void json_write_begin_array(struct json_writer *writer)
{
	write_begin(writer, '[');
}

void json_write_end_array(struct json_writer *writer)
{
	write_end(writer, ']');
}

void json_write_name(struct json_writer *writer, const char *name)
{
	json_write_text(writer, name);
	buffer_append_byte(writer->out, ':');
	writer->comma = false;
}

void json_write_text(struct json_writer *writer, const char *text)
{
	json_write_bytes(writer, bytes_of_text(text));
}

// U+2028 and U+2029 end a line in older JavaScript, inside a string too.
static bool is_line_separator(const uint8_t *at, size_t size)
{
	return size == 3 && at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9);
}

// What cannot stand for itself. Returns how many bytes of the text are done with.
static size_t write_special(struct buffer *out, const uint8_t *at, size_t left)
{
	size_t size = utf8_size(at, left);
	if (size == 0 || *at == 0) {
		buffer_append_text(out, "\xef\xbf\xbd"); // U+FFFD; our reader refuses a NUL
		return 1;
	}
	if (is_line_separator(at, size))
		buffer_printf(out, "\\u20%02x", at[2] - 0x80u);
	else if (*at < 0x20)
		buffer_printf(out, "\\u%04x", *at);
	else if (size == 1)
		buffer_append(out, (const uint8_t[]){ '\\', *at }, 2);
	else
		buffer_append(out, at, size);
	return size;
}

void json_write_bytes(struct json_writer *writer, struct bytes text)
{
	write_comma(writer);
	buffer_append_byte(writer->out, '"');
	size_t at = 0;
	while (at < text.size) {
		size_t run = at;
		while (run < text.size && is_plain(text.data[run]))
			run++;
		buffer_append(writer->out, text.data + at, run - at);
		at = run;
		if (at < text.size)
			at += write_special(writer->out, text.data + at, text.size - at);
	}
	buffer_append_byte(writer->out, '"');
}

void json_write_integer(struct json_writer *writer, int64_t integer)
{
	write_comma(writer);
	bool is_plain = integer >= -PLAIN_MAX && integer <= PLAIN_MAX;
	buffer_printf(writer->out, is_plain ? "%lld" : "\"%lld\"", (long long)integer);
}

void json_write_boolean(struct json_writer *writer, bool boolean)
{
	write_comma(writer);
	buffer_append_text(writer->out, boolean ? "true" : "false");
}

void json_write_null(struct json_writer *writer)
{
	write_comma(writer);
	buffer_append_text(writer->out, "null");
}

void json_write_decimal(struct json_writer *writer, int64_t scaled, int scale)
{
	ENSURE(scale >= 0 && scale <= 18);
	write_comma(writer);
	uint64_t magnitude = scaled < 0 ? -(uint64_t)scaled : (uint64_t)scaled;
	const char *quote = magnitude > (uint64_t)PLAIN_MAX ? "\"" : "";
	uint64_t one = 1;
	for (int i = 0; i < scale; i++)
		one *= 10;
	buffer_printf(writer->out, "%s%s%llu", quote, scaled < 0 ? "-" : "",
	    (unsigned long long)(magnitude / one));
	if (scale > 0)
		buffer_printf(writer->out, ".%0*llu", scale, (unsigned long long)(magnitude % one));
	buffer_append_text(writer->out, quote);
}

void json_write_raw(struct json_writer *writer, struct bytes json)
{
	write_comma(writer);
	buffer_append_bytes(writer->out, json);
}

void json_write_member_text(struct json_writer *writer, const char *name, const char *text)
{
	json_write_name(writer, name);
	json_write_text(writer, text);
}

void json_write_member_integer(struct json_writer *writer, const char *name, int64_t integer)
{
	json_write_name(writer, name);
	json_write_integer(writer, integer);
}

void json_write_member_boolean(struct json_writer *writer, const char *name, bool boolean)
{
	json_write_name(writer, name);
	json_write_boolean(writer, boolean);
}

void json_write_value(struct json_writer *writer, const struct json_value *value)
{
	enum json_type type = json_type(value);
	char number[64];
	if (type == JSON_OBJECT || type == JSON_ARRAY) { // depth is bounded by the reader
		(type == JSON_OBJECT ? json_write_begin_object : json_write_begin_array)(writer);
		for (const struct json_value *at = json_first(value); at != NULL;
		     at = json_next(at)) {
			if (type == JSON_OBJECT)
				json_write_name(writer, json_name(at));
			json_write_value(writer, at);
		}
		(type == JSON_OBJECT ? json_write_end_object : json_write_end_array)(writer);
	} else if (type == JSON_STRING) {
		json_write_text(writer, json_string(value));
	} else if (type == JSON_BOOLEAN) {
		json_write_boolean(writer, json_boolean(value));
	} else if (type == JSON_NUMBER && json_decimal(value, number, sizeof number)) {
		json_write_raw(writer, bytes_of_text(number));
	} else {
		json_write_null(writer);
	}
}
