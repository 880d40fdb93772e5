// SPDX-License-Identifier: Apache-2.0
// buffer: bytes that grow.
//
// { 0 } is an empty buffer. Growth past what memory holds ends the process, so whoever appends
// input from outside holds it against a limit first.
#ifndef PROTO_BUFFER_H
#define PROTO_BUFFER_H

#include "base.h"

struct buffer {
	uint8_t *data;
	size_t size;
	size_t capacity;
};

void buffer_deinit(struct buffer *buffer);

// Overwrites the content, then frees: for personal data and secrets.
void buffer_wipe(struct buffer *buffer);

// Empties; keeps the memory for the next use.
void buffer_clear(struct buffer *buffer);

void buffer_append(struct buffer *buffer, const void *data, size_t size);
void buffer_append_bytes(struct buffer *buffer, struct bytes bytes);
void buffer_append_text(struct buffer *buffer, const char *text);
void buffer_append_byte(struct buffer *buffer, uint8_t byte);
void buffer_printf(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

// Makes room for size more bytes and returns where they go; the caller adds to buffer->size.
uint8_t *buffer_reserve(struct buffer *buffer, size_t size);

// Drops the first size bytes.
void buffer_drop(struct buffer *buffer, size_t size);

// Borrowed until the buffer changes.
struct bytes buffer_bytes(const struct buffer *buffer);

// The content with a NUL behind it. Borrowed until the buffer changes.
const char *buffer_text(struct buffer *buffer);

#endif
