// SPDX-License-Identifier: Apache-2.0
// spans_test: what spans.h and calendar.h promise.
#include "spans.h"

#include "calendar.h"
#include "date.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
	DAYS = 64 // of the small world in which sets are held against bit masks
};

static void assert_between(int64_t from, int64_t to, int64_t numerator, int64_t denominator)
{
	struct exact expected, back = calendar_months_between(to, from);
	assert_true(exact_make(&expected, numerator, denominator));
	assert_int_equal(exact_compare(calendar_months_between(from, to), expected), 0);
	back.numerator = -back.numerator;
	assert_int_equal(exact_compare(back, expected), 0);
}

static void months_between_are_completed_on_the_anniversary(void **state)
{
	(void)state;
	assert_between(20100131, 20100301, 32, 31);
	assert_between(20110301, 20120301, 12, 1);
	assert_between(20160229, 20170228, 12, 1);
	assert_between(20160229, 20170227, 11 * 30 + 29, 30);
	assert_between(20160229, 20200229, 48, 1);
	assert_between(20150131, 20150228, 1, 1);
	assert_between(20150301, 20150301, 0, 1);
	assert_between(20150301, 20150302, 1, 31);
	assert_between(20151231, 20160101, 1, 31);
}

static void shift_keeps_the_day_or_takes_the_last(void **state)
{
	(void)state;
	int64_t date;
	assert_true(calendar_shift(&date, 20160229, 12, 0));
	assert_int_equal(date, 20170228);
	assert_true(calendar_shift(&date, 20150131, 1, 0));
	assert_int_equal(date, 20150228);
	assert_true(calendar_shift(&date, 20150131, -2, 1));
	assert_int_equal(date, 20141201);
	assert_false(calendar_shift(&date, 22001231, 0, 1));
	assert_false(calendar_shift(&date, 18000101, 0, -1));
	assert_false(calendar_shift(&date, 20150101, INT64_MAX, 0));
	assert_false(calendar_shift(&date, 20150101, 0, INT64_MIN));
	assert_true(calendar_shift(&date, 18000101, 400 * 12 + 11, 30));
	assert_int_equal(date, 22001231);
}

static void months_have_their_days(void **state)
{
	(void)state;
	assert_int_equal(calendar_last_day(201602), 20160229);
	assert_int_equal(calendar_last_day(201502), 20150228);
	assert_int_equal(calendar_first_day(201512), 20151201);
	assert_int_equal(calendar_next_month(201512), 201601);
	assert_int_equal(calendar_next_month(201501), 201502);
}

// --- sets against bit masks ----------------------------------------------------------------------

static uint64_t random_bits(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed ^ *seed >> 29;
}

static struct spans spans_of_mask(uint64_t mask)
{
	struct spans spans = { 0 };
	for (int64_t day = DAYS; day-- > 0;) // in an order that is none
		if (mask >> day & 1)
			spans_append(&spans, day, day + 1);
	spans_settle(&spans);
	return spans;
}

static uint64_t mask_of(const struct spans *spans)
{
	uint64_t mask = 0;
	for (size_t i = 0; i < spans->count; i++) {
		assert_true(spans->list[i].from < spans->list[i].until);
		if (i > 0)
			assert_true(spans->list[i].from > spans->list[i - 1].until);
		for (int64_t day = spans->list[i].from; day < spans->list[i].until; day++)
			mask |= UINT64_C(1) << day;
	}
	return mask;
}

static void assert_mask(struct spans *spans, uint64_t mask)
{
	assert_true(mask_of(spans) == mask);
	spans_deinit(spans);
}

static void sets_of_days_are_as_their_bit_masks(void **state)
{
	(void)state;
	uint64_t seed = 20141030;
	for (size_t i = 0; i < 2000; i++) {
		uint64_t x = random_bits(&seed) & random_bits(&seed), y = random_bits(&seed);
		unsigned from = (unsigned)(random_bits(&seed) % DAYS);
		struct spans a = spans_of_mask(x), b = spans_of_mask(y), out;
		spans_unite(&out, &a, &b);
		assert_mask(&out, x | y);
		spans_intersect(&out, &a, &b);
		assert_mask(&out, x & y);
		spans_without(&out, &a, &b);
		assert_mask(&out, x & ~y);
		spans_clip(&out, &a, from, DAYS);
		assert_mask(&out, x & (UINT64_MAX << from));
		assert_int_equal(spans_days(&a), __builtin_popcountll(x));
		spans_deinit(&a);
		spans_deinit(&b);
	}
}

// --- runs ----------------------------------------------------------------------------------------

static struct spans spans_of(const int64_t (*days)[2], size_t count)
{
	struct spans spans = { 0 };
	for (size_t i = 0; i < count; i++) // both days counted
		spans_append(&spans, date_to_days(days[i][0]), date_to_days(days[i][1]) + 1);
	spans_settle(&spans);
	return spans;
}

static void assert_months(const struct spans *spans, int64_t months)
{
	struct exact length;
	assert_true(spans_length(&length, spans));
	assert_int_equal(exact_compare(length, exact_of(months)), 0);
}

static const int64_t work[][2] = {
	{ 20100101, 20101231 }, // 12
	{ 20110401, 20110630 }, // 3, behind a gap of 3 months
	{ 20111101, 20120131 }, // 3, behind a gap of 4
	{ 20120301, 20120331 }, // 1, behind a gap of 1
};

static void a_bridge_fills_gaps_of_so_many_months(void **state)
{
	(void)state;
	struct spans spans = spans_of(work, COUNT_OF(work)), out;
	assert_months(&spans, 19);
	spans_bridge(&out, &spans, 0);
	assert_months(&out, 19);
	spans_deinit(&out);
	spans_bridge(&out, &spans, 3);
	assert_int_equal(out.count, 2);
	assert_months(&out, 18 + 5);
	spans_deinit(&out);
	spans_bridge(&out, &spans, 4);
	assert_int_equal(out.count, 1);
	assert_months(&out, 27);
	spans_deinit(&out);
	spans_deinit(&spans);
}

static void the_last_run_begins_behind_a_longer_gap(void **state)
{
	(void)state;
	struct spans spans = spans_of(work, COUNT_OF(work)), out;
	spans_last_run(&out, &spans, date_to_days(20120331) + 1, 3);
	assert_months(&out, 4);
	spans_deinit(&out);
	spans_last_run(&out, &spans, date_to_days(20120331) + 1, 4);
	assert_months(&out, 19);
	spans_deinit(&out);
	spans_last_run(&out, &spans, date_to_days(20120630) + 1, 3);
	assert_months(&out, 4);
	spans_deinit(&out);
	spans_last_run(&out, &spans, date_to_days(20120701) + 1, 3);
	assert_int_equal(out.count, 0);
	spans_deinit(&out);
	spans_last_run(&out, &spans, date_to_days(20110531) + 1, 3);
	assert_months(&out, 14);
	spans_deinit(&out);
	spans_deinit(&spans);
}

static void the_longest_run_is_the_latest_of_equals(void **state)
{
	(void)state;
	static const int64_t two[][2] = { { 20100101, 20100331 }, { 20120101, 20120331 } };
	struct spans spans = spans_of(work, COUNT_OF(work)), out;
	spans_longest_run(&out, &spans, 3);
	assert_months(&out, 15);
	spans_deinit(&out);
	spans_deinit(&spans);
	spans = spans_of(two, COUNT_OF(two));
	spans_longest_run(&out, &spans, 0);
	assert_int_equal(out.list[0].from, date_to_days(20120101));
	spans_deinit(&out);
	spans_deinit(&spans);
	spans_longest_run(&out, &spans, 0);
	assert_int_equal(out.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(months_between_are_completed_on_the_anniversary),
		cmocka_unit_test(shift_keeps_the_day_or_takes_the_last),
		cmocka_unit_test(months_have_their_days),
		cmocka_unit_test(sets_of_days_are_as_their_bit_masks),
		cmocka_unit_test(a_bridge_fills_gaps_of_so_many_months),
		cmocka_unit_test(the_last_run_begins_behind_a_longer_gap),
		cmocka_unit_test(the_longest_run_is_the_latest_of_equals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
