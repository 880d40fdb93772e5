// SPDX-License-Identifier: Apache-2.0
// json_test: what the strict reader refuses, what it keeps exactly, and that what we write can be
// read.
#include "json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void expect_refused(struct bytes text, const char *reason)
{
	struct json *json = (struct json *)1;
	assert_int_equal(json_parse(&json, text), STATUS_INVALID);
	assert_null(json);
	assert_string_equal(status_reason(), reason);
}

static void expect_text_refused(const char *text, const char *reason)
{
	expect_refused(bytes_of_text(text), reason);
}

static struct json *expect_taken(const char *text)
{
	struct json *json = NULL;
	if (json_parse(&json, bytes_of_text(text)) != STATUS_OK)
		fail_msg("%s: %s", text, status_reason());
	return json;
}

static void expect_all_taken(const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct json *json = expect_taken(texts[i]);
		json_free(&json);
	}
}

static void json_takes_what_rfc_8259_allows(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"null",
		" true ",
		"\r\n\tfalse\r\n",
		"0",
		"-0",
		"1.5e3",
		"1E+2",
		"1e-007",
		"\"\"",
		"[]",
		"{}",
		"[ ]",
		"{ }",
		"[1 , [2] , {\"a\" : [ ] } ]",
		"{\"\":1}",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u5F20\\ud842\\uDFB7\"",
		"\"\x7f\"",
		"\"\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf\"",
		"\"\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf\"",
		"\xef\xbb\xbf{\"a\":1}",
	};
	expect_all_taken(texts, COUNT_OF(texts));
}

static void json_says_line_and_column_and_what_was_expected(void **state)
{
	(void)state;
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "", "line 1, column 1: the text ends, expected a value" },
		{ " \n ", "line 2, column 2: the text ends, expected a value" },
		{ "[1,]", "line 1, column 4: expected a value" },
		{ "[,1]", "line 1, column 2: expected a value" },
		{ "[1", "line 1, column 3: the text ends, expected a comma or ]" },
		{ "[1 2]", "line 1, column 4: expected a comma or ]" },
		{ "[1}", "line 1, column 3: expected a comma or ]" },
		{ "{\"a\":1", "line 1, column 7: the text ends, expected a comma or }" },
		{ "{\"a\":1,}", "line 1, column 8: expected a name in quotes" },
		{ "{a:1}", "line 1, column 2: expected a name in quotes" },
		{ "{\"a\" 1}", "line 1, column 6: expected a colon" },
		{ "{\"a\"}", "line 1, column 5: expected a colon" },
		{ "{\n \"姓名\": tru\n}", "line 2, column 8: expected a value" },
		{ "nul", "line 1, column 1: expected a value" },
		{ "True", "line 1, column 1: expected a value" },
		{ "NaN", "line 1, column 1: expected a value" },
		{ "'a'", "line 1, column 1: expected a value" },
		{ "+1", "line 1, column 1: expected a value" },
		{ ".5", "line 1, column 1: expected a value" },
		{ "1 1", "line 1, column 3: expected the end of the text" },
		{ "{}\n}", "line 2, column 1: expected the end of the text" },
		{ "[1] // no", "line 1, column 5: expected the end of the text" },
		{ "\v1", "line 1, column 1: expected a value" },
		{ "\xef\xbb\xbf\xef\xbb\xbf"
		  "1",
		    "line 1, column 1: expected a value" },
		{ "\"a", "line 1, column 3: the text ends, expected the end of a string" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_text_refused(cases[i].text, cases[i].reason);
}

static void json_refuses_what_is_no_utf8(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"\x80", // a continuation alone
		"\xbf",
		"\xc0\xaf", // overlong
		"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
		"\xed\xa0\x80", // surrogates
		"\xed\xbf\xbf",
		"\xf4\x90\x80\x80", // beyond U+10FFFF
		"\xf5\x80\x80\x80", "\xff",
		"\xe5\xbc", // cut short
		"\xf0\xa0\xae",
		"\xd5\xc5", // GB18030
	};
	char text[16];
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		snprintf(text, sizeof text, "\"a%s\"", wrong[i]);
		expect_text_refused(text, "line 1, column 3: expected valid UTF-8");
		snprintf(text, sizeof text, "\"a%s", wrong[i]);
		expect_text_refused(text, "line 1, column 3: expected valid UTF-8");
		snprintf(text, sizeof text, "{\"%s\":1}", wrong[i]);
		expect_text_refused(text, "line 1, column 3: expected valid UTF-8");
	}
}

static void json_refuses_control_characters_and_nul(void **state)
{
	(void)state;
	static const char reason[] =
	    "line 1, column 3: expected no control character in a string, but its escape";
	char text[] = "\"a?b\"";
	for (int byte = 0; byte < 0x20; byte++) {
		text[2] = (char)byte;
		expect_refused(bytes_make(text, 5), reason);
	}
	expect_text_refused("\"a\\u0000\"", "line 1, column 3: expected no \\u0000 in a string");
	expect_refused(bytes_make("1\0", 2), "line 1, column 2: expected the end of the text");
	expect_refused(bytes_make("\0001", 2), "line 1, column 1: expected a value");
}

static void json_refuses_wrong_escapes_and_lone_surrogates(void **state)
{
	(void)state;
	static const char escapes[] =
	    "line 1, column 2: expected one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u";
	static const char digits[] = "line 1, column 2: expected four hexadecimal digits after \\u";
	static const char pair[] = "line 1, column 2: expected both halves of a surrogate pair";
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "\"\\x41\"", escapes },
		{ "\"\\", escapes },
		{ "\"\\u12\"", digits },
		{ "\"\\u12g4\"", digits },
		{ "\"\\u", digits },
		{ "\"\\ud800\"", pair },
		{ "\"\\ud800", pair },
		{ "\"\\ud800\\n\"", pair },
		{ "\"\\ud800\\u0041\"", pair },
		{ "\"\\ud800\\ud800\"", pair },
		{ "\"\\ud800\\u", pair },
		{ "\"\\udc00\"", pair },
		{ "\"\\udc00\\ud800\"", pair },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_text_refused(cases[i].text, cases[i].reason);
}

static void json_refuses_numbers_that_floating_point_would_change(void **state)
{
	(void)state;
	static const char digits[] =
	    "line 1, column 2: expected a number of at most 15 digits; longer "
	    "ones are written as strings";
	static const char exponent[] = "line 1, column 4: expected an exponent from -30 to 30";
	static const char plain[] =
	    "line 1, column 2: expected a number below 10^15, of at most 30 decimal places";
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "[9007199254740993]", digits },
		{ "[-1234567890123456]", digits },
		{ "[320582199003071000]", digits },
		{ "[0.1234567890123456]", digits },
		{ "[12345678.12345678]", digits },
		{ "[1e31]", exponent },
		{ "[1e15]", plain },
		{ "[0.1e16]", plain },
		{ "[1000e12]", plain },
		{ "[0.01e-29]", plain },
		{ "[1e999999999999]", exponent },
		{ "[1e0001]", exponent },
		{ "[0.0000000000000000000000000000001]",
		    "line 1, column 2: expected at most 30 digits after the point" },
		{ "[01]", "line 1, column 2: expected a number without leading zeros" },
		{ "[-01]", "line 1, column 2: expected a number without leading zeros" },
		{ "[-]", "line 1, column 3: expected a digit" },
		{ "[1.]", "line 1, column 4: expected a digit" },
		{ "[1.e1]", "line 1, column 4: expected a digit" },
		{ "[1e]", "line 1, column 4: expected a digit" },
		{ "[1e+]", "line 1, column 5: expected a digit" },
		{ "[0x1]", "line 1, column 3: expected a comma or ]" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_text_refused(cases[i].text, cases[i].reason);
}

static void json_refuses_duplicate_keys(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"{\"a\":1,\"b\":2, \"a\":3}",
		"{\"\":11111,\"b\":2,\"\":3}",
		"{\"\":{\"b\":2},   \"\":3}",
		"{\"a\":[{}],   \"\\u0061\":1}",
		"{\"\\t\":1 ,  \"\\u0009\":1}",
		"{\"𠮷\":11,   \"\\uD842\\uDFB7\":1}",
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct json *json;
		assert_int_equal(json_parse(&json, bytes_of_text(texts[i])), STATUS_INVALID);
		assert_non_null(
		    strstr(status_reason(), "a name that this object does not have yet"));
		assert_null(json);
	}
	expect_text_refused("{\"a\":1,\n \"a\":2}",
	    "line 2, column 2: expected a name that this object does not have yet");
}

static void json_takes_the_same_key_in_different_objects(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}",
		"[{\"a\":1},{\"a\":1}]",
		"{\"a\":1,\"A\":2,\"\\u0041b\":3,\"ab\":4}",
	};
	expect_all_taken(texts, COUNT_OF(texts));
}

// {"k0":0,...,"k<count-1>":0,"k<again>":0}
static void write_wide_object(struct buffer *text, int count, int again)
{
	buffer_append_byte(text, '{');
	for (int i = 0; i < count; i++)
		buffer_printf(text, "\"k%d\":%d,\n", i, i);
	buffer_printf(text, "\"k%d\":0}", again);
}

// Comparing all pairs of 300,000 names would take minutes.
static void json_checks_wide_objects_in_good_time(void **state)
{
	(void)state;
	enum {
		MEMBERS = 300000
	};
	struct buffer text = { 0 };
	struct json *json;
	write_wide_object(&text, MEMBERS, MEMBERS);
	assert_int_equal(json_parse(&json, buffer_bytes(&text)), STATUS_OK);
	assert_int_equal(json_size(json_root(json)), MEMBERS + 1);
	json_free(&json);
	buffer_clear(&text);
	write_wide_object(&text, MEMBERS, 17);
	expect_refused(buffer_bytes(&text),
	    "line 300001, column 1: expected a name that this object does not have yet");
	buffer_deinit(&text);
}

static void json_finds_doubles_on_both_sides_of_where_it_begins_to_sort(void **state)
{
	(void)state;
	struct buffer text = { 0 };
	for (int count = 1; count < 40; count++) {
		for (int again = 0; again <= count; again++) {
			struct json *json;
			buffer_clear(&text);
			write_wide_object(&text, count, again);
			enum status expected = again < count ? STATUS_INVALID : STATUS_OK;
			assert_int_equal(json_parse(&json, buffer_bytes(&text)), expected);
			json_free(&json);
		}
	}
	buffer_deinit(&text);
}

static void json_walks_long_arrays_in_linear_time(void **state)
{
	(void)state;
	enum {
		VALUES = 300000
	};
	struct buffer text = { 0 };
	buffer_append_byte(&text, '[');
	for (int i = 0; i < VALUES; i++)
		buffer_printf(&text, i ? ",%d" : "%d", i);
	buffer_append_byte(&text, ']');
	struct json *json;
	assert_int_equal(json_parse(&json, buffer_bytes(&text)), STATUS_OK);
	const struct json_value *value = json_first(json_root(json));
	for (int64_t i = 0, integer; i < VALUES; i++, value = json_next(value)) {
		assert_true(json_integer(value, &integer));
		assert_int_equal(integer, i);
	}
	assert_null(value);
	json_free(&json);
	buffer_deinit(&text);
}

static void json_refuses_more_than_sixteen_levels(void **state)
{
	(void)state;
	struct json *json = expect_taken("[[[[[[[[{\"a\":[[[[[[[]]]]]]]}]]]]]]]]");
	json_free(&json);
	json = expect_taken("[[[[[[[[[[[[[[[[],[],{}]]]]]]]]]]]]]]]");
	json_free(&json);
	static const char reason[] =
	    "line 1, column 17: expected no more than 16 levels of arrays and objects";
	expect_text_refused("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", reason);
	expect_text_refused("[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]", reason);
	struct buffer deep = { 0 };
	for (int i = 0; i < 1000000; i++)
		buffer_append_byte(&deep, '[');
	expect_refused(buffer_bytes(&deep), reason);
	buffer_deinit(&deep);
}

static void json_reads_values_of_every_type(void **state)
{
	(void)state;
	struct json *json =
	    expect_taken("{\"n\":null,\"t\":true,\"f\":false,\"i\":-12,\"s\":\"张\\n\","
			 "\"a\":[1,2,3],\"o\":{\"x\":0}}");
	const struct json_value *root = json_root(json);
	static const struct {
		const char *name;
		enum json_type type;
	} members[] = { { "n", JSON_NULL }, { "t", JSON_BOOLEAN }, { "f", JSON_BOOLEAN },
		{ "i", JSON_NUMBER }, { "s", JSON_STRING }, { "a", JSON_ARRAY },
		{ "o", JSON_OBJECT } };
	const struct json_value *member = json_first(root);
	for (size_t i = 0; i < COUNT_OF(members); i++, member = json_next(member)) {
		assert_string_equal(json_name(member), members[i].name);
		assert_ptr_equal(json_member(root, members[i].name), member);
		assert_int_equal(json_type(member), members[i].type);
	}
	assert_null(member);
	assert_true(json_boolean(json_member(root, "t")));
	assert_false(json_boolean(json_member(root, "f")));
	assert_string_equal(json_string(json_member(root, "s")), "张\n");
	assert_int_equal(json_size(json_member(root, "a")), 3);
	assert_null(json_name(json_first(json_member(root, "a"))));
	json_free(&json);
	assert_null(json);
	json_free(&json);
}

static void json_answers_null_for_what_is_not_there(void **state)
{
	(void)state;
	struct json *json = expect_taken("{\"a\":[1],\"s\":\"x\"}");
	const struct json_value *root = json_root(json);
	int64_t integer;
	char text[8];
	assert_null(json_member(root, "A"));
	assert_null(json_member(json_member(root, "a"), "a"));
	assert_null(json_member(NULL, "a"));
	assert_null(json_first(NULL));
	assert_null(json_next(NULL));
	assert_null(json_next(root));
	assert_null(json_first(json_member(root, "s")));
	assert_null(json_string(NULL));
	assert_null(json_string(root));
	assert_false(json_integer(NULL, &integer));
	assert_false(json_integer(json_member(root, "s"), &integer));
	assert_false(json_decimal(NULL, text, sizeof text));
	assert_int_equal(json_size(NULL), 0);
	json_free(&json);
}

static void json_tells_integers_from_fractions(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is_integer;
		int64_t integer;
	} cases[] = {
		{ "0", true, 0 },
		{ "-0", true, 0 },
		{ "999999999999999", true, 999999999999999 },
		{ "-999999999999999", true, -999999999999999 },
		{ "5.0", true, 5 },
		{ "44945e-1", false, 0 },
		{ "2.5e1", true, 25 },
		{ "1e14", true, 100000000000000 },
		{ "0.5", false, 0 },
		{ "99999999999999.9", false, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct json *json = expect_taken(cases[i].text);
		int64_t integer = 0;
		assert_int_equal(json_integer(json_root(json), &integer), cases[i].is_integer);
		assert_int_equal(integer, cases[i].integer);
		json_free(&json);
	}
}

static void json_keeps_decimals_exactly(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "0", "0" },
		{ "-0", "0" },
		{ "0.0", "0" },
		{ "0e30", "0" },
		{ "4494.50", "4494.5" },
		{ "4494.0000000000000000", "4494" },
		{ "-0.001", "-0.001" },
		{ "0.1", "0.1" },
		{ "100", "100" },
		{ "123456789012345", "123456789012345" },
		{ "12345678901234.5", "12345678901234.5" },
		{ "0.000123456789012345", "0.000123456789012345" },
		{ "1.5e3", "1500" },
		{ "1e14", "100000000000000" },
		{ "0.000000000000001e29", "100000000000000" },
		{ "1e-30", "0.000000000000000000000000000001" },
		{ "9.99999999999999e14", "999999999999999" },
		{ "0.0e-30", "0" },
	};
	char text[96];
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct json *json = expect_taken(cases[i][0]);
		assert_true(json_decimal(json_root(json), text, sizeof text));
		assert_string_equal(text, cases[i][1]);
		assert_true(json_decimal(json_root(json), text, strlen(cases[i][1]) + 1));
		assert_false(json_decimal(json_root(json), text, strlen(cases[i][1])));
		json_free(&json);
	}
}

static void json_keeps_every_decimal_of_up_to_fifteen_digits(void **state)
{
	(void)state;
	uint64_t random = 88172645463325252;
	for (int i = 0; i < 20000; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		char text[32], back[32];
		uint64_t fraction = random % 1000000 * 10 + 1; // ends in no zero
		snprintf(text, sizeof text, "%llu.%07llu",
		    (unsigned long long)(random >> 20) % 100000000, (unsigned long long)fraction);
		struct json *json = expect_taken(text);
		assert_true(json_decimal(json_root(json), back, sizeof back));
		assert_string_equal(back, text);
		json_free(&json);
	}
}

static void json_tells_the_line_of_a_value(void **state)
{
	(void)state;
	struct json *json =
	    expect_taken("\xef\xbb\xbf\n{ \"a\": [1,\n2, {\n\"b\": \"1\\n2\"}],\n\n\"c\":\n7 }\n");
	const struct json_value *root = json_root(json);
	const struct json_value *first = json_first(json_member(root, "a"));
	assert_int_equal(json_line(json, root), 2);
	assert_int_equal(json_line(json, json_member(root, "a")), 2);
	assert_int_equal(json_line(json, first), 2);
	assert_int_equal(json_line(json, json_next(first)), 3);
	assert_int_equal(json_line(json, json_next(json_next(first))), 3);
	assert_int_equal(json_line(json, json_member(json_next(json_next(first)), "b")), 4);
	assert_int_equal(json_line(json, json_member(root, "c")), 7);
	json_free(&json);
}

#define SECRET "320582199003071234"

#ifdef __SANITIZE_ADDRESS__
// Of the sanitizer's <sanitizer/allocator_interface.h>, which Debian's gcc comes without.
int __sanitizer_get_ownership(const volatile void *memory);
size_t __sanitizer_get_allocated_size(const volatile void *memory);
int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void *, size_t), void (*on_free)(const volatile void *));

static size_t freed_with_secret, freed_blocks;

static void look_into_freed(const volatile void *memory)
{
	const void *block = (const void *)(uintptr_t)memory;
	if (block == NULL || !__sanitizer_get_ownership(memory))
		return;
	freed_blocks++;
	size_t size = __sanitizer_get_allocated_size(memory);
	freed_with_secret += memmem(block, size, SECRET, strlen(SECRET)) != NULL;
}

static void allocated(const volatile void *memory, size_t size)
{
	(void)memory;
	(void)size;
}

static void json_free_overwrites_what_it_held(void **state)
{
	(void)state;
	assert_true(__sanitizer_install_malloc_and_free_hooks(allocated, look_into_freed) > 0);
	struct json *json = expect_taken("{\"id\":\"" SECRET "\",\"" SECRET "\":[\"x" SECRET "\"],"
					 "\"\\u0033"
					 "20582199003071234x\":1}");
	json_free(&json);
	assert_true(freed_blocks > 5);
	assert_int_equal(freed_with_secret, 0);
	assert_int_equal(
	    json_parse(&json, bytes_of_text("{\"id\":\"" SECRET "\",}")), STATUS_INVALID);
	assert_int_equal(freed_with_secret, 0);
}
#else
static void json_free_overwrites_what_it_held(void **state)
{
	(void)state;
	skip(); // only AddressSanitizer lets us look into memory as it is freed
}
#endif

static void json_never_tells_the_content_it_refuses(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"{\"" SECRET "\":1,\"" SECRET "\":2}",
		"[" SECRET "]",
		"\"" SECRET "\x01\"",
		"{\"a\":\"" SECRET "\" " SECRET "}",
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct json *json;
		assert_int_equal(json_parse(&json, bytes_of_text(texts[i])), STATUS_INVALID);
		assert_null(strstr(status_reason(), SECRET));
	}
}

static void json_read_file_begins_its_reason_with_the_place(void **state)
{
	(void)state;
	char path[] = "/tmp/json_test.XXXXXX", expected[128];
	struct json *json;
	int descriptor = mkstemp(path);
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, "{\n  \"a\" 1\n}", 11), 11);
	close(descriptor);
	assert_int_equal(json_read_file(&json, path, 11), STATUS_INVALID);
	snprintf(expected, sizeof expected, "%s:2:7: expected a colon", path);
	assert_string_equal(status_reason(), expected);
	assert_null(json);
	assert_int_equal(json_read_file(&json, path, 10), STATUS_TOO_LARGE);
	snprintf(expected, sizeof expected, "%s: larger than 10 bytes", path);
	assert_string_equal(status_reason(), expected);
	unlink(path);
	assert_int_equal(json_read_file(&json, path, 10), STATUS_NOT_FOUND);
	assert_int_equal(json_read_file(&json, "/tmp", 10), STATUS_IO);
	assert_null(json);
}

static void json_read_file_takes_a_file_of_exactly_the_limit(void **state)
{
	(void)state;
	enum {
		SIZE = 200000
	}; // more than one block
	char path[] = "/tmp/json_test.XXXXXX";
	struct buffer text = { 0 };
	for (int i = 0; i < SIZE; i++)
		buffer_append_byte(&text, i == 0 || i == SIZE - 1 ? '"' : 'a');
	int descriptor = mkstemp(path);
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, text.data, text.size), SIZE);
	close(descriptor);
	struct json *json;
	assert_int_equal(json_read_file(&json, path, SIZE - 1), STATUS_TOO_LARGE);
	assert_int_equal(json_read_file(&json, path, SIZE), STATUS_OK);
	assert_int_equal(strlen(json_string(json_root(json))), SIZE - 2);
	json_free(&json);
	unlink(path);
	buffer_deinit(&text);
}

static void json_writer_puts_commas_by_itself(void **state)
{
	(void)state;
	struct buffer out = { 0 };
	struct json_writer writer = json_writer_make(&out);
	json_write_begin_object(&writer);
	json_write_member_text(&writer, "name", "张");
	json_write_member_integer(&writer, "year", 2026);
	json_write_member_boolean(&writer, "ok", true);
	json_write_name(&writer, "list");
	json_write_begin_array(&writer);
	json_write_null(&writer);
	json_write_begin_object(&writer);
	json_write_end_object(&writer);
	json_write_begin_array(&writer);
	json_write_end_array(&writer);
	json_write_boolean(&writer, false);
	json_write_raw(&writer, bytes_of_text("{\"raw\":1}"));
	json_write_text(&writer, "");
	json_write_end_array(&writer);
	json_write_name(&writer, "last");
	json_write_decimal(&writer, 449450, 2);
	json_write_end_object(&writer);
	assert_string_equal(buffer_text(&out),
	    "{\"name\":\"张\",\"year\":2026,\"ok\":true,"
	    "\"list\":[null,{},[],false,{\"raw\":1},\"\"],\"last\":4494.50}");
	buffer_deinit(&out);
}

static void json_writer_writes_numbers_that_every_reader_keeps(void **state)
{
	(void)state;
	struct buffer out = { 0 };
	struct json_writer writer = json_writer_make(&out);
	json_write_integer(&writer, 999999999999999);
	json_write_integer(&writer, -999999999999999);
	json_write_integer(&writer, 1000000000000000);
	json_write_integer(&writer, INT64_MIN);
	json_write_decimal(&writer, -5, 2);
	json_write_decimal(&writer, 0, 3);
	json_write_decimal(&writer, 7, 0);
	json_write_decimal(&writer, INT64_MIN, 18);
	assert_string_equal(buffer_text(&out),
	    "999999999999999,-999999999999999,\"1000000000000000\",\"-9223372036854775808\","
	    "-0.05,0.000,7,\"-9.223372036854775808\"");
	buffer_deinit(&out);
}

static void json_writer_escapes_and_mends_texts(void **state)
{
	(void)state;
	struct buffer out = { 0 };
	struct json_writer writer = json_writer_make(&out);
	json_write_bytes(&writer, bytes_make("a\"\\/<>&\n\x1f\x7f", 10));
	json_write_bytes(&writer, bytes_make("\0", 1));
	json_write_text(&writer, "\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa");
	json_write_text(
	    &writer, "\xed\xa0\x80|\xe5\xbc|\xc0\xaf|\xf0\xa0\xae\xb7|\xf4\x90\x80\x80");
	json_write_bytes(&writer, bytes_make("\xe5\xbc\xa0", 2));
	json_write_bytes(&writer, (struct bytes){ 0 });
	assert_string_equal(buffer_text(&out), "\"a\\\"\\\\/<>&\\u000a\\u001f\x7f\",\"\uFFFD\","
					       "\"\xe2\x80\xa7\\u2028\\u2029\xe2\x80\xaa\","
					       "\"\uFFFD\uFFFD\uFFFD|\uFFFD\uFFFD|\uFFFD\uFFFD|"
					       "\xf0\xa0\xae\xb7|\uFFFD\uFFFD\uFFFD\uFFFD\","
					       "\"\uFFFD\uFFFD\",\"\"");
	buffer_deinit(&out);
}

static void write_value(struct json_writer *writer, const struct json_value *value);

static void write_children(struct json_writer *writer, const struct json_value *value)
{
	for (value = json_first(value); value != NULL; value = json_next(value)) {
		if (json_name(value) != NULL)
			json_write_name(writer, json_name(value));
		write_value(writer, value);
	}
}

static void write_value(struct json_writer *writer, const struct json_value *value)
{
	char decimal[96];
	switch (json_type(value)) {
	case JSON_NULL:
		json_write_null(writer);
		break;
	case JSON_BOOLEAN:
		json_write_boolean(writer, json_boolean(value));
		break;
	case JSON_NUMBER:
		assert_true(json_decimal(value, decimal, sizeof decimal));
		if (strlen(decimal) <= 15)
			json_write_raw(writer, bytes_of_text(decimal));
		else
			json_write_text(writer, decimal); // 1e20 has more digits than may be read
		break;
	case JSON_STRING:
		json_write_text(writer, json_string(value));
		break;
	case JSON_ARRAY:
		json_write_begin_array(writer);
		write_children(writer, value);
		json_write_end_array(writer);
		break;
	case JSON_OBJECT:
		json_write_begin_object(writer);
		write_children(writer, value);
		json_write_end_object(writer);
		break;
	}
}

static void write_document(struct buffer *out, const struct json *json)
{
	buffer_clear(out);
	struct json_writer writer = json_writer_make(out);
	write_value(&writer, json_root(json));
}

static void json_that_was_read_can_be_written_and_read_again_the_same(void **state)
{
	(void)state;
	struct buffer once = { 0 }, twice = { 0 };
	struct json *json = expect_taken(
	    "{\"a\\u0007\\\"\":[1.25,-3,true,false,null,{}],\"中\":\"\\u2028\\ud842\\udfb7\"}");
	write_document(&once, json);
	json_free(&json);
	json = expect_taken(buffer_text(&once));
	write_document(&twice, json);
	json_free(&json);
	assert_string_equal(buffer_text(&once),
	    "{\"a\\u0007\\\"\":[1.25,-3,true,false,null,{}],\"中\":\"\\u2028𠮷\"}");
	assert_true(bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)));
	buffer_deinit(&once);
	buffer_deinit(&twice);
}

static size_t random_below(uint64_t *random, size_t limit)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (size_t)(*random >> 11) % limit;
}

// Damages a good text at random; whatever the strict reader then takes, cJSON must have taken too,
// and it must come back the same after writing and reading.
static void json_takes_damaged_texts_only_if_they_are_good_again(void **state)
{
	(void)state;
	static const char good[] =
	    "{\"id\":\"\\u5f20\\ud842\\udfb7张𠮷\",\"n\":[0,-1.50,2e3,123456789012345],"
	    "\"o\":{\"a\":true,\"b\":null,\"\\u0063\":[[],{}]}}";
	static const char bits[] = "{}[]\",:\\u0019.eE+-tfn\x80\xe5\xf0 \n";
	uint64_t random = 20261123;
	size_t taken = 0;
	struct buffer once = { 0 }, twice = { 0 };
	for (int round = 0; round < 30000; round++) {
		char text[sizeof good];
		memcpy(text, good, sizeof good);
		for (size_t change = random_below(&random, 3) + 1; change > 0; change--)
			text[random_below(&random, sizeof good - 1)] =
			    bits[random_below(&random, sizeof bits)];
		struct json *json;
		if (json_parse(&json, bytes_make(text, sizeof good - 1)) != STATUS_OK)
			continue;
		taken++;
		write_document(&once, json);
		json_free(&json);
		json = expect_taken(buffer_text(&once));
		write_document(&twice, json);
		json_free(&json);
		assert_true(bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)));
	}
	assert_true(taken > 1000 && taken < 29000);
	buffer_deinit(&once);
	buffer_deinit(&twice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_takes_what_rfc_8259_allows),
		cmocka_unit_test(json_says_line_and_column_and_what_was_expected),
		cmocka_unit_test(json_refuses_what_is_no_utf8),
		cmocka_unit_test(json_refuses_control_characters_and_nul),
		cmocka_unit_test(json_refuses_wrong_escapes_and_lone_surrogates),
		cmocka_unit_test(json_refuses_numbers_that_floating_point_would_change),
		cmocka_unit_test(json_refuses_duplicate_keys),
		cmocka_unit_test(json_takes_the_same_key_in_different_objects),
		cmocka_unit_test(json_checks_wide_objects_in_good_time),
		cmocka_unit_test(json_finds_doubles_on_both_sides_of_where_it_begins_to_sort),
		cmocka_unit_test(json_walks_long_arrays_in_linear_time),
		cmocka_unit_test(json_refuses_more_than_sixteen_levels),
		cmocka_unit_test(json_reads_values_of_every_type),
		cmocka_unit_test(json_answers_null_for_what_is_not_there),
		cmocka_unit_test(json_tells_integers_from_fractions),
		cmocka_unit_test(json_keeps_decimals_exactly),
		cmocka_unit_test(json_keeps_every_decimal_of_up_to_fifteen_digits),
		cmocka_unit_test(json_tells_the_line_of_a_value),
		cmocka_unit_test(json_never_tells_the_content_it_refuses),
		cmocka_unit_test(json_read_file_begins_its_reason_with_the_place),
		cmocka_unit_test(json_read_file_takes_a_file_of_exactly_the_limit),
		cmocka_unit_test(json_writer_puts_commas_by_itself),
		cmocka_unit_test(json_writer_writes_numbers_that_every_reader_keeps),
		cmocka_unit_test(json_writer_escapes_and_mends_texts),
		cmocka_unit_test(json_that_was_read_can_be_written_and_read_again_the_same),
		cmocka_unit_test(json_takes_damaged_texts_only_if_they_are_good_again),
		cmocka_unit_test(json_free_overwrites_what_it_held),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
