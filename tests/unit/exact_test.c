// SPDX-License-Identifier: Apache-2.0
// exact_test: what exact.h promises.
#include "exact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct exact fraction(int64_t numerator, int64_t denominator)
{
	struct exact made;
	assert_true(exact_make(&made, numerator, denominator));
	return made;
}

static void assert_exact(struct exact a, int64_t numerator, int64_t denominator)
{
	assert_int_equal(a.numerator, numerator);
	assert_int_equal(a.denominator, denominator);
}

static void exact_keeps_fractions_in_lowest_terms(void **state)
{
	(void)state;
	struct exact sum;
	assert_exact(fraction(6, 4), 3, 2);
	assert_exact(fraction(6, -4), -3, 2);
	assert_exact(fraction(0, -7), 0, 1);
	assert_true(exact_add(&sum, fraction(1, 6), fraction(1, 3)));
	assert_exact(sum, 1, 2);
	assert_true(exact_minus(&sum, fraction(1, 6), fraction(1, 3)));
	assert_exact(sum, -1, 6);
	assert_true(exact_multiply(&sum, fraction(2, 3), fraction(-3, 4)));
	assert_exact(sum, -1, 2);
	assert_true(exact_divide(&sum, fraction(2, 3), fraction(-4, 9)));
	assert_exact(sum, -3, 2);
}

static void exact_adds_a_third_three_times_to_one(void **state)
{
	(void)state;
	struct exact sum = EXACT_ZERO;
	for (size_t i = 0; i < 3; i++)
		assert_true(exact_add(&sum, sum, fraction(1, 3)));
	assert_exact(sum, 1, 1);
}

static void exact_refuses_what_does_not_fit(void **state)
{
	(void)state;
	struct exact out = exact_of(42), most = exact_of(INT64_MAX), least = exact_of(INT64_MIN);
	assert_false(exact_add(&out, most, exact_of(1)));
	assert_false(exact_minus(&out, least, exact_of(1)));
	assert_false(exact_multiply(&out, most, exact_of(2)));
	assert_false(exact_multiply(&out, least, least));
	assert_false(exact_divide(&out, most, fraction(1, 2)));
	assert_false(exact_add(&out, fraction(1, INT64_MAX), fraction(1, INT64_MAX - 1)));
	assert_false(exact_make(&out, INT64_MIN, -1));
	assert_exact(out, 42, 1);
	assert_true(exact_add(&out, most, least));
	assert_exact(out, -1, 1);
	assert_true(exact_multiply(&out, fraction(INT64_MAX, 3), fraction(3, INT64_MAX)));
	assert_exact(out, 1, 1);
}

static void exact_compares_without_loss(void **state)
{
	(void)state;
	struct exact a = fraction(INT64_MAX, INT64_MAX - 1),
		     b = fraction(INT64_MAX - 1, INT64_MAX - 2);
	assert_true(exact_compare(a, b) < 0);
	assert_true(exact_compare(b, a) > 0);
	assert_int_equal(exact_compare(a, a), 0);
	assert_true(exact_compare(fraction(-1, 2), fraction(-1, 3)) < 0);
}

static void exact_rounds_each_way(void **state)
{
	(void)state;
	static const struct {
		int64_t numerator, denominator;
		int64_t down, up, half_up, half_even;
	} rows[] = {
		{ 5, 2, 2, 3, 3, 2 },
		{ 7, 2, 3, 4, 4, 4 },
		{ -5, 2, -3, -2, -3, -2 },
		{ -7, 2, -4, -3, -4, -4 },
		{ 9, 4, 2, 3, 2, 2 },
		{ -9, 4, -3, -2, -2, -2 },
		{ 11, 4, 2, 3, 3, 3 },
		{ 3, 1, 3, 3, 3, 3 },
		{ 1, 3, 0, 1, 0, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const int64_t expected[] = { rows[i].down, rows[i].up, rows[i].half_up,
			rows[i].half_even };
		for (size_t how = 0; how < EXACT_ROUNDINGS; how++) {
			struct exact out;
			assert_true(
			    exact_round(&out, fraction(rows[i].numerator, rows[i].denominator),
				exact_of(1), (enum exact_rounding)how));
			assert_exact(out, expected[how], 1);
		}
	}
}

static void exact_rounds_to_multiples(void **state)
{
	(void)state;
	struct exact out;
	assert_true(exact_round(&out, fraction(37, 100), fraction(1, 20), EXACT_HALF_UP));
	assert_exact(out, 7, 20);
	assert_true(exact_round(&out, exact_of(7), exact_of(5), EXACT_DOWN));
	assert_exact(out, 5, 1);
	assert_false(exact_round(&out, exact_of(INT64_MAX), fraction(1, 3), EXACT_DOWN) &&
		     exact_round(&out, exact_of(INT64_MAX), exact_of(INT64_MAX - 1), EXACT_UP));
}

static void exact_floors_below_zero(void **state)
{
	(void)state;
	int64_t whole;
	assert_int_equal(exact_floor(fraction(-1, 2)), -1);
	assert_int_equal(exact_floor(fraction(1, 2)), 0);
	assert_int_equal(exact_floor(exact_of(-3)), -3);
	assert_true(exact_ceiling(fraction(-1, 2), &whole));
	assert_int_equal(whole, 0);
	assert_true(exact_ceiling(fraction(1, 2), &whole));
	assert_int_equal(whole, 1);
}

static void exact_reads_what_it_writes(void **state)
{
	(void)state;
	static const char *const same[] = { "0", "5", "-5", "1.5", "-0.001", "0.000001", "1/3",
		"-22/7", "9223372036854775807", "123456789.654321", "12.34" };
	for (size_t i = 0; i < COUNT_OF(same); i++) {
		struct exact read;
		char text[EXACT_TEXT_SIZE];
		assert_true(exact_read(&read, bytes_of_text(same[i])));
		exact_write(read, text);
		assert_string_equal(text, same[i]);
	}
}

static void exact_writes_for_people_whole_numbers_apart_from_what_is_over(void **state)
{
	(void)state;
	static const struct {
		int64_t numerator, denominator;
		const char *english, *chinese;
	} cases[] = {
		{ 2501, 30, "83 11/30", "83又11/30" },
		{ -2501, 30, "-83 11/30", "-83又11/30" },
		{ 19, 30, "19/30", "19/30" },
		{ -19, 30, "-19/30", "-19/30" },
		{ 3, 2, "1.5", "1.5" },
		{ 60, 30, "2", "2" },
		{ INT64_MAX, 3, "3074457345618258602 1/3", "3074457345618258602又1/3" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[EXACT_MIXED_SIZE];
		struct exact number = fraction(cases[i].numerator, cases[i].denominator);
		exact_write_mixed(number, false, text);
		assert_string_equal(text, cases[i].english);
		exact_write_mixed(number, true, text);
		assert_string_equal(text, cases[i].chinese);
	}
}

static void exact_reads_other_forms_as_the_same_number(void **state)
{
	(void)state;
	struct exact read;
	assert_true(exact_read(&read, bytes_of_text("1.50")));
	assert_exact(read, 3, 2);
	assert_true(exact_read(&read, bytes_of_text("2/4")));
	assert_exact(read, 1, 2);
	assert_true(exact_read(&read, bytes_of_text("-0")));
	assert_exact(read, 0, 1);
}

static void exact_refuses_other_texts(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "-", "+1", ".5", "5.", "1e3", "1.1234567", "1/0",
		"1/-2", "1 ", " 1", "1.5/2", "9223372036854775808", "0x10", "1,5", "--1" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct exact read = exact_of(42);
		assert_false(exact_read(&read, bytes_of_text(bad[i])));
		assert_exact(read, 42, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_keeps_fractions_in_lowest_terms),
		cmocka_unit_test(exact_adds_a_third_three_times_to_one),
		cmocka_unit_test(exact_refuses_what_does_not_fit),
		cmocka_unit_test(exact_compares_without_loss),
		cmocka_unit_test(exact_rounds_each_way),
		cmocka_unit_test(exact_rounds_to_multiples),
		cmocka_unit_test(exact_floors_below_zero),
		cmocka_unit_test(exact_reads_what_it_writes),
		cmocka_unit_test(exact_writes_for_people_whole_numbers_apart_from_what_is_over),
		cmocka_unit_test(exact_reads_other_forms_as_the_same_number),
		cmocka_unit_test(exact_refuses_other_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
