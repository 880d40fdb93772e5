// SPDX-License-Identifier: Apache-2.0
// pack: MessagePack, written by MessagePack-C, read by a bounds-checked cursor.
//
// The cursor allocates nothing, refuses counts larger than the bytes that are left, and stays
// failed once something was not as asked: read a whole message, then ask pack_ended().
#ifndef PROTO_PACK_H
#define PROTO_PACK_H

#include "buffer.h"

void pack_array(struct buffer *out, size_t count);
void pack_unsigned(struct buffer *out, uint64_t value);
void pack_integer(struct buffer *out, int64_t value);
void pack_boolean(struct buffer *out, bool value);
void pack_nil(struct buffer *out);
void pack_text(struct buffer *out, struct bytes text);
void pack_binary(struct buffer *out, struct bytes binary);

enum {
	PACK_DEPTH_MAX = 8
};

enum pack_type {
	PACK_NIL,
	PACK_BOOLEAN,
	PACK_INTEGER,
	PACK_TEXT,
	PACK_BINARY,
	PACK_ARRAY,
	PACK_OTHER, // maps, floats, extensions: never used here
	PACK_END,   // nothing left, or failed
};

struct pack_reader {
	const uint8_t *at, *end;
	bool failed;
};

struct pack_reader pack_reader_make(struct bytes message);

enum pack_type pack_next_type(const struct pack_reader *reader);

// Each reads one value of that type, or fails the reader and returns zero, false or no bytes.
size_t pack_read_array(struct pack_reader *reader);
uint64_t pack_read_unsigned(struct pack_reader *reader);
int64_t pack_read_integer(struct pack_reader *reader);
bool pack_read_boolean(struct pack_reader *reader);
struct bytes pack_read_text(struct pack_reader *reader);   // borrowed from the message
struct bytes pack_read_binary(struct pack_reader *reader); // borrowed from the message
bool pack_read_nil(
    struct pack_reader *reader); // true and past it if nil is next; else nothing happens

// Passes over one value of any type, nested at most PACK_DEPTH_MAX deep; returns its bytes.
struct bytes pack_read_any(struct pack_reader *reader);

// True when nothing failed and the whole message was read.
bool pack_ended(const struct pack_reader *reader);

#endif
