// SPDX-License-Identifier: Apache-2.0
// pack_test: the cursor against MessagePack-C, which has read MessagePack for longer.
#include "pack.h"

#include "scratch.h"

#include <msgpack.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

// Exactly as many bytes on the heap: the sanitizer sees each that is read beyond.
struct exact {
	uint8_t *memory;
	struct bytes bytes;
};

static struct exact exact_make(const void *data, size_t size)
{
	struct exact exact = { malloc(size), { NULL, 0 } };
	if (size > 0)
		memcpy(exact.memory, data, size);
	exact.bytes = bytes_make(exact.memory, size);
	return exact;
}

static void exact_free(struct exact *exact)
{
	free(exact->memory);
}

// --- what MessagePack-C makes of a message -------------------------------------------------------

static bool is_ours(const msgpack_object *object)
{
	switch (object->type) {
	case MSGPACK_OBJECT_NIL:
	case MSGPACK_OBJECT_BOOLEAN:
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
	case MSGPACK_OBJECT_STR:
	case MSGPACK_OBJECT_BIN:
		return true;
	case MSGPACK_OBJECT_ARRAY:
		for (uint32_t i = 0; i < object->via.array.size; i++)
			if (!is_ours(&object->via.array.ptr[i]))
				return false;
		return true;
	default:
		return false;
	}
}

static int depth_of(const msgpack_object *object)
{
	int deepest = 0;
	if (object->type == MSGPACK_OBJECT_ARRAY) {
		for (uint32_t i = 0; i < object->via.array.size; i++) {
			int depth = depth_of(&object->via.array.ptr[i]);
			deepest = depth > deepest ? depth : deepest;
		}
	}
	return deepest + 1;
}

static void check_payload(struct bytes read, const char *data, uint32_t size)
{
	assert_int_equal(read.size, size);
	if (size > 0)
		assert_memory_equal(read.data, data, size);
}

static void check_integer(struct pack_reader *reader, const msgpack_object *object)
{
	struct pack_reader as_unsigned = *reader, as_signed = *reader;
	bool positive = object->type == MSGPACK_OBJECT_POSITIVE_INTEGER;
	uint64_t unsigned_value = pack_read_unsigned(&as_unsigned);
	int64_t signed_value = pack_read_integer(&as_signed);
	assert_int_equal(as_unsigned.failed, !positive);
	assert_int_equal(as_signed.failed, positive && object->via.u64 > INT64_MAX);
	if (positive)
		assert_true(unsigned_value == object->via.u64);
	else
		assert_int_equal(unsigned_value, 0);
	if (!as_signed.failed)
		assert_true(
		    signed_value == (positive ? (int64_t)object->via.u64 : object->via.i64));
	else
		assert_int_equal(signed_value, 0);
	*reader = positive ? as_unsigned : as_signed;
}

static void check_value(struct pack_reader *reader, const msgpack_object *object)
{
	static const enum pack_type types[] = {
		[MSGPACK_OBJECT_NIL] = PACK_NIL,
		[MSGPACK_OBJECT_BOOLEAN] = PACK_BOOLEAN,
		[MSGPACK_OBJECT_POSITIVE_INTEGER] = PACK_INTEGER,
		[MSGPACK_OBJECT_NEGATIVE_INTEGER] = PACK_INTEGER,
		[MSGPACK_OBJECT_STR] = PACK_TEXT,
		[MSGPACK_OBJECT_BIN] = PACK_BINARY,
		[MSGPACK_OBJECT_ARRAY] = PACK_ARRAY,
	};
	enum pack_type type = types[object->type];
	assert_int_equal(pack_next_type(reader), type);
	assert_int_equal(pack_read_nil(&(struct pack_reader){ reader->at, reader->end, false }),
	    type == PACK_NIL);
	if (type == PACK_NIL) {
		assert_true(pack_read_nil(reader));
	} else if (type == PACK_BOOLEAN) {
		assert_int_equal(pack_read_boolean(reader), object->via.boolean);
	} else if (type == PACK_INTEGER) {
		check_integer(reader, object);
	} else if (type == PACK_TEXT) {
		check_payload(pack_read_text(reader), object->via.str.ptr, object->via.str.size);
	} else if (type == PACK_BINARY) {
		check_payload(pack_read_binary(reader), object->via.bin.ptr, object->via.bin.size);
	} else {
		assert_int_equal(pack_read_array(reader), object->via.array.size);
		for (uint32_t i = 0; i < object->via.array.size; i++)
			check_value(reader, &object->via.array.ptr[i]);
	}
	assert_false(reader->failed);
}

// Both agree on whether a value begins this message, how long it is, and what it says.
static void check_agreement(struct bytes message)
{
	struct pack_reader reader = pack_reader_make(message), walker = reader;
	struct bytes any = pack_read_any(&reader);
	msgpack_unpacked unpacked;
	size_t used = 0;
	msgpack_unpacked_init(&unpacked);
	bool known = msgpack_unpack_next(&unpacked, (const char *)message.data, message.size,
			 &used) == MSGPACK_UNPACK_SUCCESS &&
		     is_ours(&unpacked.data) && depth_of(&unpacked.data) <= PACK_DEPTH_MAX;
	assert_int_equal(known, !reader.failed);
	assert_int_equal(any.size, known ? used : 0);
	if (known)
		check_value(&walker, &unpacked.data);
	assert_int_equal(pack_ended(&reader), known && used == message.size);
	msgpack_unpacked_destroy(&unpacked);
}

// --- random values ---

static uint64_t roll_number(struct dice *dice)
{
	static const uint64_t edges[] = { 0, 31, 32, 127, 128, 255, 256, 65535, 65536, UINT32_MAX,
		(uint64_t)UINT32_MAX + 1, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX };
	if (dice_chance(dice, 30))
		return edges[dice_below(dice, COUNT_OF(edges))];
	return dice_roll(dice) >> dice_below(dice, 64);
}

static size_t roll_size(struct dice *dice)
{
	static const size_t edges[] = { 0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536 };
	return dice_chance(dice, 5) ? edges[dice_below(dice, COUNT_OF(edges))]
				    : dice_below(dice, 40);
}

static void write_random(msgpack_packer *to, struct dice *dice, int depth, bool only_ours)
{
	static char payload[65536];
	size_t size = roll_size(dice);
	switch (dice_below(dice, only_ours ? 8 : 12)) {
	case 0:
		msgpack_pack_nil(to);
		break;
	case 1:
		dice_chance(dice, 50) ? msgpack_pack_true(to) : msgpack_pack_false(to);
		break;
	case 2:
		msgpack_pack_uint64(to, roll_number(dice));
		break;
	case 3:
		msgpack_pack_int64(to, (int64_t)roll_number(dice));
		break;
	case 4: // not the shortest form
		msgpack_pack_fix_int64(to, -(int64_t)dice_below(dice, 300));
		break;
	case 5:
		msgpack_pack_str(to, size);
		msgpack_pack_str_body(to, payload, size);
		break;
	case 6:
		msgpack_pack_bin(to, size);
		msgpack_pack_bin_body(to, payload, size);
		break;
	case 7:
		size = depth < PACK_DEPTH_MAX ? dice_below(dice, 20) : 0;
		msgpack_pack_array(to, size);
		for (size_t i = 0; i < size; i++)
			write_random(to, dice, depth + (int)dice_below(dice, 4), only_ours);
		break;
	case 8:
		msgpack_pack_double(to, 1.5);
		break;
	case 9:
		msgpack_pack_float(to, 1.5f);
		break;
	case 10:
		msgpack_pack_map(to, 1);
		msgpack_pack_nil(to);
		msgpack_pack_nil(to);
		break;
	default:
		msgpack_pack_ext(to, size, 5);
		msgpack_pack_ext_body(to, payload, size);
	}
}

static void pack_cursor_reads_what_messagepack_c_writes(void **state)
{
	(void)state;
	struct dice dice = { 1 };
	for (int i = 0; i < 6000; i++) {
		msgpack_sbuffer written;
		msgpack_packer packer;
		msgpack_sbuffer_init(&written);
		msgpack_packer_init(&packer, &written, msgpack_sbuffer_write);
		write_random(&packer, &dice, (int)dice_below(&dice, 3), dice_chance(&dice, 70));
		struct exact exact = exact_make(written.data, written.size);
		check_agreement(exact.bytes);
		exact_free(&exact);
		msgpack_sbuffer_destroy(&written);
	}
}

static void pack_every_truncation_fails(void **state)
{
	(void)state;
	struct dice dice = { 2 };
	for (int i = 0; i < 400; i++) {
		msgpack_sbuffer written;
		msgpack_packer packer;
		msgpack_sbuffer_init(&written);
		msgpack_packer_init(&packer, &written, msgpack_sbuffer_write);
		write_random(&packer, &dice, 5, true);
		for (size_t size = 0; size < written.size && size < 600; size++) {
			struct exact exact = exact_make(written.data, size);
			struct pack_reader reader = pack_reader_make(exact.bytes);
			assert_int_equal(pack_read_any(&reader).size, 0);
			assert_true(reader.failed);
			assert_false(pack_ended(&reader));
			exact_free(&exact);
		}
		msgpack_sbuffer_destroy(&written);
	}
}

// Bytes that look like MessagePack more often than dice alone would make them.
static void roll_bytes(struct dice *dice, uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		data[i] = (uint8_t)dice_roll(dice);
		if (dice_chance(dice, 50))
			data[i] = (uint8_t)(0x90 | dice_below(dice, 0x70));
		if (data[i] == 0xdd ||
		    data[i] == 0xdf) // MessagePack-C would ask for memory for as many as they say
			data[i] = 0x91;
	}
}

static void pack_agrees_with_messagepack_c_about_random_bytes(void **state)
{
	(void)state;
	struct dice dice = { 3 };
	uint8_t data[64];
	for (int i = 0; i < 60000; i++) {
		size_t size = dice_below(&dice, sizeof data);
		roll_bytes(&dice, data, size);
		struct exact exact = exact_make(data, size);
		check_agreement(exact.bytes);
		exact_free(&exact);
	}
}

static void read_at_random(struct dice *dice, struct pack_reader *reader)
{
	switch (dice_below(dice, 9)) {
	case 0:
		(void)pack_read_array(reader);
		break;
	case 1:
		(void)pack_read_unsigned(reader);
		break;
	case 2:
		(void)pack_read_integer(reader);
		break;
	case 3:
		(void)pack_read_boolean(reader);
		break;
	case 4:
		(void)pack_read_text(reader);
		break;
	case 5:
		(void)pack_read_binary(reader);
		break;
	case 6:
		(void)pack_read_any(reader);
		break;
	case 7:
		(void)pack_read_nil(reader);
		break;
	default:
		(void)pack_next_type(reader);
	}
}

static void pack_never_leaves_the_message_and_stays_failed(void **state)
{
	(void)state;
	struct dice dice = { 4 };
	uint8_t data[200];
	for (int i = 0; i < 30000; i++) {
		size_t size = dice_below(&dice, sizeof data);
		dice_fill(&dice, data, size);
		struct exact exact = exact_make(data, size);
		struct pack_reader reader = pack_reader_make(exact.bytes);
		bool failed = false;
		for (int turn = 0; turn < 30; turn++) {
			read_at_random(&dice, &reader);
			assert_true(reader.at >= exact.bytes.data && reader.at <= reader.end);
			assert_true(reader.failed || !failed);
			failed = reader.failed;
		}
		assert_true(!failed || pack_next_type(&reader) == PACK_END);
		exact_free(&exact);
	}
}

static void pack_refuses_counts_beyond_what_is_left(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t size;
	} liars[] = {
		{ "\xdd\xff\xff\xff\xff\xc0", 6 },
		{ "\xdc\x00\x02\xc0", 4 },
		{ "\xc6\xff\xff\xff\xff\x00", 6 },
		{ "\xdb\xff\xff\xff\xffx", 6 },
		{ "\xd9\x02x", 3 },
		{ "\x92\xc0", 2 },
	};
	for (size_t i = 0; i < COUNT_OF(liars); i++) {
		struct exact exact = exact_make(liars[i].text, liars[i].size);
		struct pack_reader reader = pack_reader_make(exact.bytes);
		assert_int_equal(pack_read_any(&reader).size, 0);
		assert_true(reader.failed);
		struct pack_reader array = pack_reader_make(exact.bytes);
		if (pack_next_type(&array) == PACK_ARRAY)
			assert_int_equal(pack_read_array(&array), 0);
		assert_int_equal(
		    pack_next_type(&array), array.failed ? PACK_END : pack_next_type(&array));
		exact_free(&exact);
	}
}

static void pack_nesting_ends_at_the_limit(void **state)
{
	(void)state;
	for (size_t arrays = 0; arrays < 40; arrays++) {
		uint8_t message[64];
		memset(message, 0x91, arrays);
		message[arrays] = 0xc0;
		struct pack_reader reader = pack_reader_make(bytes_make(message, arrays + 1));
		(void)pack_read_any(&reader);
		assert_int_equal(reader.failed, arrays + 1 > PACK_DEPTH_MAX);
	}
}

// What is written in one call each is read by MessagePack-C as the same.
static void pack_writers_write_what_messagepack_c_reads(void **state)
{
	(void)state;
	struct dice dice = { 5 };
	for (int i = 0; i < 3000; i++) {
		uint64_t number = roll_number(&dice);
		int64_t integer = (int64_t)roll_number(&dice);
		bool boolean = dice_chance(&dice, 50);
		size_t size = roll_size(&dice);
		uint8_t *payload = calloc(1, size + 1);
		dice_fill(&dice, payload, size);
		struct buffer out = { 0 };
		pack_array(&out, 6);
		pack_unsigned(&out, number);
		pack_integer(&out, integer);
		pack_boolean(&out, boolean);
		pack_nil(&out);
		pack_text(&out, bytes_make(payload, size));
		pack_binary(&out, bytes_make(payload, size));
		msgpack_unpacked unpacked;
		size_t used = 0;
		msgpack_unpacked_init(&unpacked);
		assert_int_equal(
		    msgpack_unpack_next(&unpacked, (const char *)out.data, out.size, &used),
		    MSGPACK_UNPACK_SUCCESS);
		assert_int_equal(used, out.size);
		const msgpack_object *list = unpacked.data.via.array.ptr;
		assert_int_equal(unpacked.data.via.array.size, 6);
		assert_true(
		    list[0].type == MSGPACK_OBJECT_POSITIVE_INTEGER && list[0].via.u64 == number);
		assert_true(list[1].via.i64 == integer);
		assert_int_equal(list[1].type, integer < 0 ? MSGPACK_OBJECT_NEGATIVE_INTEGER
							   : MSGPACK_OBJECT_POSITIVE_INTEGER);
		assert_true(
		    list[2].type == MSGPACK_OBJECT_BOOLEAN && list[2].via.boolean == boolean);
		assert_int_equal(list[3].type, MSGPACK_OBJECT_NIL);
		assert_int_equal(list[4].type, MSGPACK_OBJECT_STR);
		check_payload(bytes_make(payload, size), list[4].via.str.ptr, list[4].via.str.size);
		assert_int_equal(list[5].type, MSGPACK_OBJECT_BIN);
		check_payload(bytes_make(payload, size), list[5].via.bin.ptr, list[5].via.bin.size);
		check_agreement(buffer_bytes(&out));
		msgpack_unpacked_destroy(&unpacked);
		buffer_deinit(&out);
		free(payload);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pack_cursor_reads_what_messagepack_c_writes),
		cmocka_unit_test(pack_every_truncation_fails),
		cmocka_unit_test(pack_agrees_with_messagepack_c_about_random_bytes),
		cmocka_unit_test(pack_never_leaves_the_message_and_stays_failed),
		cmocka_unit_test(pack_refuses_counts_beyond_what_is_left),
		cmocka_unit_test(pack_nesting_ends_at_the_limit),
		cmocka_unit_test(pack_writers_write_what_messagepack_c_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
