// SPDX-License-Identifier: Apache-2.0
// pack: MessagePack, written by MessagePack-C, read by a bounds-checked cursor.
#include "pack.h"

#include <msgpack/pack.h>

static int write_to_buffer(void *out, const char *data, size_t size)
{
	buffer_append(out, data, size);
	return 0;
}

static msgpack_packer packer(struct buffer *out)
{
	return (msgpack_packer){ .data = out, .callback = write_to_buffer };
}

void pack_array(struct buffer *out, size_t count)
{
	msgpack_packer to = packer(out);
	msgpack_pack_array(&to, count);
}

void pack_unsigned(struct buffer *out, uint64_t value)
{
	msgpack_packer to = packer(out);
	msgpack_pack_uint64(&to, value);
}

void pack_integer(struct buffer *out, int64_t value)
{
	msgpack_packer to = packer(out);
	msgpack_pack_int64(&to, value);
}

void pack_boolean(struct buffer *out, bool value)
{
	msgpack_packer to = packer(out);
	if (value)
		msgpack_pack_true(&to);
	else
		msgpack_pack_false(&to);
}

void pack_nil(struct buffer *out)
{
	msgpack_packer to = packer(out);
	msgpack_pack_nil(&to);
}

void pack_text(struct buffer *out, struct bytes text)
{
	msgpack_packer to = packer(out);
	msgpack_pack_str(&to, text.size);
	msgpack_pack_str_body(&to, text.data, text.size);
}

void pack_binary(struct buffer *out, struct bytes binary)
{
	msgpack_packer to = packer(out);
	msgpack_pack_bin(&to, binary.size);
	msgpack_pack_bin_body(&to, binary.data, binary.size);
}

struct pack_reader pack_reader_make(struct bytes message)
{
	return (struct pack_reader){ message.data, message.data + message.size, false };
}

// A value's head: its type, how many bytes the head takes, and the number in it: the integer, the
// size of what follows, or the count of an array.
struct head {
	enum pack_type type;
	size_t size;
	uint64_t number;
	bool negative;
};

// First byte 0xc0..0xdf: type, bytes of the number behind it, whether that has a sign.
static const struct {
	enum pack_type type;
	uint8_t number_bytes, is_signed;
} marks[32] = {
	[0x00] = { PACK_NIL, 0, 0 },
	[0x01] = { PACK_OTHER, 0, 0 },
	[0x02] = { PACK_BOOLEAN, 0, 0 },
	[0x03] = { PACK_BOOLEAN, 0, 0 },
	[0x04] = { PACK_BINARY, 1, 0 },
	[0x05] = { PACK_BINARY, 2, 0 },
	[0x06] = { PACK_BINARY, 4, 0 },
	[0x07] = { PACK_OTHER, 0, 0 },
	[0x08] = { PACK_OTHER, 0, 0 },
	[0x09] = { PACK_OTHER, 0, 0 },
	[0x0a] = { PACK_OTHER, 0, 0 },
	[0x0b] = { PACK_OTHER, 0, 0 },
	[0x0c] = { PACK_INTEGER, 1, 0 },
	[0x0d] = { PACK_INTEGER, 2, 0 },
	[0x0e] = { PACK_INTEGER, 4, 0 },
	[0x0f] = { PACK_INTEGER, 8, 0 },
	[0x10] = { PACK_INTEGER, 1, 1 },
	[0x11] = { PACK_INTEGER, 2, 1 },
	[0x12] = { PACK_INTEGER, 4, 1 },
	[0x13] = { PACK_INTEGER, 8, 1 },
	[0x14] = { PACK_OTHER, 0, 0 },
	[0x15] = { PACK_OTHER, 0, 0 },
	[0x16] = { PACK_OTHER, 0, 0 },
	[0x17] = { PACK_OTHER, 0, 0 },
	[0x18] = { PACK_OTHER, 0, 0 },
	[0x19] = { PACK_TEXT, 1, 0 },
	[0x1a] = { PACK_TEXT, 2, 0 },
	[0x1b] = { PACK_TEXT, 4, 0 },
	[0x1c] = { PACK_ARRAY, 2, 0 },
	[0x1d] = { PACK_ARRAY, 4, 0 },
	[0x1e] = { PACK_OTHER, 0, 0 },
	[0x1f] = { PACK_OTHER, 0, 0 },
};

static uint64_t big_endian(const uint8_t *at, size_t size)
{
	uint64_t number = 0;
	for (size_t i = 0; i < size; i++)
		number = number << 8 | at[i];
	return number;
}

static struct head integer_head(size_t size, uint64_t number, size_t number_bytes, bool is_signed)
{
	struct head head = { PACK_INTEGER, size, number, false };
	if (is_signed && (number >> (8 * number_bytes - 1) & 1)) {
		head.negative = true;
		if (number_bytes < 8)
			head.number |= UINT64_MAX << (8 * number_bytes);
	}
	return head;
}

static struct head marked_head(const uint8_t *at, size_t left)
{
	uint8_t mark = at[0] - 0xc0;
	size_t number_bytes = marks[mark].number_bytes;
	if (left < 1 + number_bytes)
		return (struct head){ PACK_END, 0, 0, false };
	uint64_t number = big_endian(at + 1, number_bytes);
	if (marks[mark].type == PACK_INTEGER)
		return integer_head(1 + number_bytes, number, number_bytes, marks[mark].is_signed);
	if (marks[mark].type == PACK_BOOLEAN)
		number = mark == 0x03;
	return (struct head){ marks[mark].type, 1 + number_bytes, number, false };
}

static struct head read_head(const struct pack_reader *reader)
{
	size_t left = (size_t)(reader->end - reader->at);
	if (reader->failed || left == 0)
		return (struct head){ PACK_END, 0, 0, false };
	uint8_t first = reader->at[0];
	if (first < 0x80)
		return (struct head){ PACK_INTEGER, 1, first, false };
	if (first >= 0xe0)
		return (struct head){ PACK_INTEGER, 1, (uint64_t)(int64_t)(int8_t)first, true };
	if (first < 0x90)
		return (struct head){ PACK_OTHER, 0, 0, false };
	if (first < 0xa0)
		return (struct head){ PACK_ARRAY, 1, first & 0x0f, false };
	if (first < 0xc0)
		return (struct head){ PACK_TEXT, 1, first & 0x1f, false };
	return marked_head(reader->at, left);
}

enum pack_type pack_next_type(const struct pack_reader *reader)
{
	return read_head(reader).type;
}

static struct head expect(struct pack_reader *reader, enum pack_type type)
{
	struct head head = read_head(reader);
	if (head.type != type) {
		reader->failed = true;
		return (struct head){ type, 0, 0, false };
	}
	reader->at += head.size;
	return head;
}

size_t pack_read_array(struct pack_reader *reader)
{
	struct head head = expect(reader, PACK_ARRAY);
	if (head.number >
	    (uint64_t)(reader->end - reader->at)) { // each element takes a byte or more
		reader->failed = true;
		return 0;
	}
	return (size_t)head.number;
}

uint64_t pack_read_unsigned(struct pack_reader *reader)
{
	struct head head = expect(reader, PACK_INTEGER);
	if (head.negative) {
		reader->failed = true;
		return 0;
	}
	return head.number;
}

int64_t pack_read_integer(struct pack_reader *reader)
{
	struct head head = expect(reader, PACK_INTEGER);
	if (!head.negative && head.number > INT64_MAX) {
		reader->failed = true;
		return 0;
	}
	return (int64_t)head.number;
}

bool pack_read_boolean(struct pack_reader *reader)
{
	return expect(reader, PACK_BOOLEAN).number == 1;
}

static struct bytes read_payload(struct pack_reader *reader, enum pack_type type)
{
	struct head head = expect(reader, type);
	if (head.number > (uint64_t)(reader->end - reader->at)) {
		reader->failed = true;
		return (struct bytes){ NULL, 0 };
	}
	struct bytes payload = { reader->at, (size_t)head.number };
	reader->at += payload.size;
	return payload;
}

struct bytes pack_read_text(struct pack_reader *reader)
{
	return read_payload(reader, PACK_TEXT);
}

struct bytes pack_read_binary(struct pack_reader *reader)
{
	return read_payload(reader, PACK_BINARY);
}

bool pack_read_nil(struct pack_reader *reader)
{
	if (read_head(reader).type != PACK_NIL)
		return false;
	reader->at++;
	return true;
}

static void skip(struct pack_reader *reader, int depth)
{
	struct head head = read_head(reader);
	if (head.type >= PACK_OTHER || depth > PACK_DEPTH_MAX) {
		reader->failed = true;
	} else if (head.type == PACK_TEXT || head.type == PACK_BINARY) {
		read_payload(reader, head.type);
	} else if (head.type == PACK_ARRAY) {
		for (size_t left = pack_read_array(reader); left > 0 && !reader->failed; left--)
			skip(reader, depth + 1);
	} else {
		reader->at += head.size;
	}
}

struct bytes pack_read_any(struct pack_reader *reader)
{
	const uint8_t *start = reader->at;
	skip(reader, 1);
	if (reader->failed)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ start, (size_t)(reader->at - start) };
}

bool pack_ended(const struct pack_reader *reader)
{
	return !reader->failed && reader->at == reader->end;
}
