// SPDX-License-Identifier: Apache-2.0
// position_test: one position, one text.
#include "position.h"

#include "scratch.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char example[] = "000102030405060708090a0b0c0d0e0f.1234."
			      "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeffe0e1e2e3e4e5e6e7e8e9eaebecedeeef";

static void position_has_one_text(void **state)
{
	(void)state;
	struct position position;
	char text[POSITION_TEXT_SIZE];
	assert_true(position_parse(&position, bytes_of_text(example)));
	assert_int_equal(position.sequence, 1234);
	assert_int_equal(position.epoch[15], 15);
	assert_int_equal(position.chain[0], 0xf0);
	position_format(&position, text);
	assert_string_equal(text, example);
}

static void position_comes_back_from_its_text(void **state)
{
	(void)state;
	struct dice dice = { 7 };
	const uint64_t edges[] = { 0, 1, 9, 10, INT64_MAX - 1, INT64_MAX };
	for (int i = 0; i < 2000; i++) {
		struct position position, again;
		char text[POSITION_TEXT_SIZE];
		dice_fill(&dice, position.epoch, EPOCH_BYTES);
		dice_fill(&dice, position.chain, CHAIN_BYTES);
		position.sequence = (size_t)i < COUNT_OF(edges)
					? edges[i]
					: dice_roll(&dice) >> (1 + dice_below(&dice, 63));
		position_format(&position, text);
		assert_true(position_parse(&again, bytes_of_text(text)));
		assert_true(position_equal(&position, &again));
		assert_int_equal(position_is_start(&again), position.sequence == 0);
	}
}

static void position_refuses_any_other_text(void **state)
{
	(void)state;
	struct position position;
	for (size_t size = 0; size < strlen(example); size++)
		assert_false(position_parse(&position, bytes_make(example, size)));
	for (size_t i = 0; i < strlen(example); i++) {
		char text[sizeof example];
		memcpy(text, example, sizeof text);
		for (const char *wrong = "gGAF .-+/:\n"; *wrong != 0; wrong++) {
			if (text[i] == *wrong || (example[i] == '.' && *wrong == '.'))
				continue;
			text[i] = *wrong;
			assert_false(position_parse(&position, bytes_of_text(text)));
		}
	}
}

static void check_number(const char *number, bool good)
{
	char text[512];
	struct position position;
	snprintf(text, sizeof text, "%.32s.%s.%s", example, number, strrchr(example, '.') + 1);
	assert_int_equal(position_parse(&position, bytes_of_text(text)), good);
}

static void position_refuses_numbers_that_no_journal_has(void **state)
{
	(void)state;
	check_number("0", true);
	check_number("9223372036854775807", true);
	check_number("9223372036854775808", false);
	check_number("9999999999999999999", false);
	check_number("18446744073709551616", false);
	check_number("00", false);
	check_number("01", false);
	check_number("", false);
	check_number("-1", false);
	check_number("1.1", false);
}

static void position_equal_looks_at_all_three(void **state)
{
	(void)state;
	struct position a, b;
	assert_true(position_parse(&a, bytes_of_text(example)));
	b = a;
	assert_true(position_equal(&a, &b));
	b.epoch[15]++;
	assert_false(position_equal(&a, &b));
	b = a;
	b.sequence++;
	assert_false(position_equal(&a, &b));
	b = a;
	b.chain[31]++;
	assert_false(position_equal(&a, &b));
}

static void hex_is_lower_case_and_exact(void **state)
{
	(void)state;
	uint8_t data[2] = { 0 };
	char text[5];
	hex_format((const uint8_t[]){ 0x0a, 0xff }, 2, text);
	assert_string_equal(text, "0aff");
	assert_true(hex_parse(bytes_of_text("0aff"), data, 2));
	assert_int_equal(data[1], 0xff);
	assert_false(hex_parse(bytes_of_text("0aFF"), data, 2));
	assert_false(hex_parse(bytes_of_text("0af"), data, 2));
	assert_false(hex_parse(bytes_of_text("0aff0"), data, 2));
	assert_true(hex_parse(bytes_of_text(""), data, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(position_has_one_text),
		cmocka_unit_test(position_comes_back_from_its_text),
		cmocka_unit_test(position_refuses_any_other_text),
		cmocka_unit_test(position_refuses_numbers_that_no_journal_has),
		cmocka_unit_test(position_equal_looks_at_all_three),
		cmocka_unit_test(hex_is_lower_case_and_exact),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
