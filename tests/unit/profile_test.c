// SPDX-License-Identifier: Apache-2.0
// profile_test: what lies in Redis reads back as it was written, and nothing else is taken for it.
#include "profile.h"

#include "pseudonym.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct buffer out;

static int setup(void **state)
{
	(void)state;
	buffer_clear(&out);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	buffer_deinit(&out);
	out = (struct buffer){ 0 };
	return 0;
}

static const char *written(void)
{
	return buffer_text(&out);
}

static const uint8_t salt[SALT_BYTES] = { 1 };

static struct entry make_entry(const char *body)
{
	return (struct entry){
		.operation = OPERATION_PUT,
		.recorded_ms = 1795420800123,
		.kind = 1,
		.subject = bytes_of_text("p1aaaaaaaaaaaaaaaa"),
		.key = bytes_of_text("2026|pension"),
		.valid_since = 20260101,
		.salt = bytes_make(salt, sizeof salt),
		.body = bytes_of_text(body),
	};
}

// --- keys ----------------------------------------------------------------------------------------

static void keys_of_a_partition_share_its_hash_tag(void **state)
{
	(void)state;
	profile_key(&out, 17, "p1aaaaaaaaaaaaaaaa");
	assert_string_equal(written(), "oc:{17}:p1aaaaaaaaaaaaaaaa");
	buffer_clear(&out);
	profile_position_key(&out, 17);
	assert_string_equal(written(), "oc:{17}:position");
	buffer_clear(&out);
	profile_changes_key(&out, 1023);
	assert_string_equal(written(), "oc:{1023}:changes");
	buffer_clear(&out);
	profile_source_key(&out, 4);
	assert_string_equal(written(), "oc:source:4");
}

// --- names of fields -----------------------------------------------------------------------------

static void field_names_are_written_as_promised(void **state)
{
	(void)state;
	profile_write_field(&out, false, 3, 200, bytes_of_text("income_tax"));
	assert_string_equal(written(), "3.200:income_tax");
	buffer_clear(&out);
	profile_write_field(&out, true, 99, 1, bytes_of_text(""));
	assert_string_equal(written(), "!99.1");
	buffer_clear(&out);
	profile_write_field(&out, false, 0, 0, bytes_of_text("x"));
	assert_string_equal(written(), "0.0:x");
}

static void field_names_read_back(void **state)
{
	static const struct {
		bool mark;
		unsigned department, kind;
		const char *key;
	} fields[] = {
		{ false, 1, 1, "" },
		{ true, 1, 1, "" },
		{ false, 6, 200, "a:b|c.d!e" },
		{ true, 99, 99999, "2026|pension" },
		{ false, 3, 2, "没有|🙂" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		struct profile_field field;
		buffer_clear(&out);
		profile_write_field(&out, fields[i].mark, fields[i].department, fields[i].kind,
		    bytes_of_text(fields[i].key));
		assert_int_equal(profile_read_field(&field, buffer_bytes(&out)), STATUS_OK);
		assert_int_equal(field.mark, fields[i].mark);
		assert_int_equal(field.department, fields[i].department);
		assert_int_equal(field.kind, fields[i].kind);
		assert_true(bytes_equal_text(field.key, fields[i].key));
	}
}

static void names_that_are_no_fields_are_refused(void **state)
{
	static const char *const names[] = { "", "!", "1", "1.", ".1", "!.1", "a.1", "1.a", "1.2x",
		"1.2 :key", "-1.2", "+1.2", "1 .2", " 1.2", "!!1.2", "1!.2", "123456.1", "1.123456",
		"4294967297.1", "1..2", "generation" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct profile_field field;
		assert_int_equal(
		    profile_read_field(&field, bytes_of_text(names[i])), STATUS_CORRUPT);
	}
}

// --- facts and marks -----------------------------------------------------------------------------

static void a_fact_reads_back_with_its_source(void **state)
{
	struct entry entry = make_entry("body");
	struct profile_value value;
	(void)state;
	profile_write_fact(&out, 1234567890123, &entry);
	assert_int_equal(profile_read_value(&value, false, buffer_bytes(&out)), STATUS_OK);
	assert_true(value.sequence == 1234567890123);
	assert_true(value.recorded_ms == entry.recorded_ms);
	assert_int_equal(value.valid_since, 20260101);
	assert_true(bytes_equal_text(value.body, "body"));
	assert_int_equal(value.code.size, 0);
}

static void a_fact_needs_no_day(void **state)
{
	struct entry entry = make_entry("body");
	struct profile_value value;
	(void)state;
	entry.valid_since = 0;
	profile_write_fact(&out, 1, &entry);
	assert_int_equal(profile_read_value(&value, false, buffer_bytes(&out)), STATUS_OK);
	assert_int_equal(value.valid_since, 0);
	assert_true(bytes_equal_text(value.body, "body"));
}

static void an_erased_fact_has_no_body_though_its_entry_carries_a_hash(void **state)
{
	struct entry entry = make_entry("the hash that stands for the body");
	struct profile_value value;
	(void)state;
	entry.erased = true;
	profile_write_fact(&out, 7, &entry);
	assert_int_equal(profile_read_value(&value, false, buffer_bytes(&out)), STATUS_OK);
	assert_true(value.sequence == 7);
	assert_int_equal(value.body.size, 0);
}

static void a_mark_says_why_and_never_what(void **state)
{
	struct entry entry = make_entry("");
	struct profile_value value;
	(void)state;
	entry.operation = OPERATION_REJECT;
	entry.note = bytes_of_text("check_digit");
	profile_write_mark(&out, 42, &entry);
	assert_int_equal(profile_read_value(&value, true, buffer_bytes(&out)), STATUS_OK);
	assert_true(value.sequence == 42);
	assert_true(value.recorded_ms == entry.recorded_ms);
	assert_true(bytes_equal_text(value.code, "check_digit"));
	assert_int_equal(value.body.size, 0);
}

static void a_fact_is_no_mark_and_a_mark_no_fact(void **state)
{
	struct entry entry = make_entry("body");
	struct profile_value value;
	(void)state;
	entry.note = bytes_of_text("check_digit");
	profile_write_fact(&out, 1, &entry);
	assert_int_equal(profile_read_value(&value, true, buffer_bytes(&out)), STATUS_CORRUPT);
	buffer_clear(&out);
	profile_write_mark(&out, 1, &entry);
	assert_int_equal(profile_read_value(&value, false, buffer_bytes(&out)), STATUS_CORRUPT);
}

// What was cut off or has something behind it is damaged: it must not pass for another value.
static void a_value_that_is_not_whole_is_refused(void **state)
{
	struct entry entry = make_entry("body");
	struct profile_value value;
	(void)state;
	entry.note = bytes_of_text("check_digit");
	for (int mark = 0; mark < 2; mark++) {
		buffer_clear(&out);
		(mark ? profile_write_mark : profile_write_fact)(&out, 300, &entry);
		for (size_t size = 0; size < out.size; size++) {
			uint8_t *cut = allocate(size); // so that reading past its end is seen
			memcpy(cut, out.data, size);
			assert_int_equal(profile_read_value(&value, mark, bytes_make(cut, size)),
			    STATUS_CORRUPT);
			free(cut);
		}
		buffer_append_byte(&out, 0);
		assert_int_equal(
		    profile_read_value(&value, mark, buffer_bytes(&out)), STATUS_CORRUPT);
	}
}

// --- sources -------------------------------------------------------------------------------------

static struct profile_source make_source(size_t inputs)
{
	struct profile_source source = {
		.written_ms = 1795420800123,
		.state = bytes_of_text("live"),
		.silent = true,
		.rebuilding = false,
		.position = 99,
		.head = UINT64_MAX,
		.heard_ms = 1795420800000,
		.recorded_ms = 0,
		.input_count = inputs,
	};
	for (size_t i = 0; i < inputs; i++)
		source.inputs[i] = (struct input){ (unsigned)i + 1, i * 10, (int64_t)i, 5 };
	return source;
}

static void a_source_reads_back(void **state)
{
	static const size_t counts[] = { 0, 1, BATCH_INPUTS_MAX };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		struct profile_source source = make_source(counts[i]), read;
		buffer_clear(&out);
		profile_write_source(&out, &source);
		assert_int_equal(profile_read_source(&read, buffer_bytes(&out)), STATUS_OK);
		assert_true(read.written_ms == source.written_ms);
		assert_true(bytes_equal(read.state, source.state));
		assert_true(read.silent && !read.rebuilding);
		assert_true(read.position == 99 && read.head == UINT64_MAX);
		assert_true(read.heard_ms == source.heard_ms && read.recorded_ms == 0);
		assert_int_equal(read.input_count, counts[i]);
		assert_memory_equal(read.inputs, source.inputs, counts[i] * sizeof *source.inputs);
	}
}

static void a_source_of_more_inputs_than_there_can_be_is_refused(void **state)
{
	struct profile_source source = make_source(0), read;
	(void)state;
	profile_write_source(&out, &source);
	out.size--; // the empty list of inputs, its last byte
	pack_array(&out, BATCH_INPUTS_MAX + 1);
	for (size_t i = 0; i <= BATCH_INPUTS_MAX; i++) {
		pack_array(&out, 4);
		for (int member = 0; member < 4; member++)
			pack_unsigned(&out, 1);
	}
	assert_int_equal(profile_read_source(&read, buffer_bytes(&out)), STATUS_CORRUPT);
}

static void a_source_that_is_not_whole_is_refused(void **state)
{
	struct profile_source source = make_source(2), read;
	(void)state;
	profile_write_source(&out, &source);
	for (size_t size = 0; size < out.size; size++) {
		uint8_t *cut = allocate(size);
		memcpy(cut, out.data, size);
		assert_int_equal(profile_read_source(&read, bytes_make(cut, size)), STATUS_CORRUPT);
		free(cut);
	}
	buffer_append_byte(&out, 0);
	assert_int_equal(profile_read_source(&read, buffer_bytes(&out)), STATUS_CORRUPT);
}

// A later program's source is not guessed at.
static void a_source_of_another_format_is_refused(void **state)
{
	struct profile_source source = make_source(0), read;
	(void)state;
	profile_write_source(&out, &source);
	assert_int_equal(out.data[1], 1); // behind the array's head: the format
	out.data[1] = 2;
	assert_int_equal(profile_read_source(&read, buffer_bytes(&out)), STATUS_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(keys_of_a_partition_share_its_hash_tag, setup),
		cmocka_unit_test_setup(field_names_are_written_as_promised, setup),
		cmocka_unit_test_setup(field_names_read_back, setup),
		cmocka_unit_test_setup(names_that_are_no_fields_are_refused, setup),
		cmocka_unit_test_setup(a_fact_reads_back_with_its_source, setup),
		cmocka_unit_test_setup(a_fact_needs_no_day, setup),
		cmocka_unit_test_setup(
		    an_erased_fact_has_no_body_though_its_entry_carries_a_hash, setup),
		cmocka_unit_test_setup(a_mark_says_why_and_never_what, setup),
		cmocka_unit_test_setup(a_fact_is_no_mark_and_a_mark_no_fact, setup),
		cmocka_unit_test_setup(a_value_that_is_not_whole_is_refused, setup),
		cmocka_unit_test_setup(a_source_reads_back, setup),
		cmocka_unit_test_setup(a_source_of_more_inputs_than_there_can_be_is_refused, setup),
		cmocka_unit_test_setup(a_source_that_is_not_whole_is_refused, setup),
		cmocka_unit_test_setup(a_source_of_another_format_is_refused, setup),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
