// SPDX-License-Identifier: Apache-2.0
// monitor_series_test: counters add up, forget after a day, and never take "unknown" for zero.
#include "series.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SLOT ((int64_t)SERIES_SLOT_MS)
#define DAY (SLOT * SERIES_SLOTS)
#define BEGIN (INT64_C(1790000000) * 1000)

static uint64_t published(struct series *series, int64_t from_ms, int64_t length_ms, int64_t now_ms)
{
	struct series_sum sum;
	assert_true(series_sum(series, from_ms, length_ms, now_ms, &sum));
	return sum.published[3];
}

static void series_counts_in_slots_that_add_up(void **state)
{
	struct series *series = series_new(BEGIN);
	(void)state;
	series_add_published(series, 3, 5, BEGIN);
	series_add_published(series, 3, 7, BEGIN + SLOT - 1);
	series_add_published(series, 3, 11, BEGIN + SLOT);
	series_add_published(series, 4, 100, BEGIN + SLOT);
	assert_int_equal(published(series, BEGIN, SLOT, BEGIN + SLOT), 12);
	assert_int_equal(published(series, BEGIN + SLOT, SLOT, BEGIN + SLOT), 11);
	assert_int_equal(published(series, BEGIN, 6 * SLOT, BEGIN + SLOT), 23);
	series_free(&series);
}

static void series_says_unknown_and_not_zero_before_its_start_and_of_the_future(void **state)
{
	struct series *series = series_new(BEGIN);
	struct series_sum sum;
	(void)state;
	assert_false(series_sum(series, BEGIN - SLOT, SLOT, BEGIN, &sum));
	assert_false(series_sum(series, BEGIN + SLOT, SLOT, BEGIN, &sum));
	assert_true(series_sum(series, BEGIN, SLOT, BEGIN, &sum));
	assert_int_equal(series_begin_ms(series, BEGIN), BEGIN);
	series_free(&series);
}

static void series_forgets_what_is_older_than_a_day(void **state)
{
	struct series *series = series_new(BEGIN);
	struct series_sum sum;
	(void)state;
	for (int64_t at = BEGIN; at < BEGIN + DAY + 10 * SLOT; at += SLOT)
		series_add_published(series, 3, 1, at);
	int64_t now_ms = BEGIN + DAY + 9 * SLOT;
	assert_false(series_sum(series, BEGIN + 9 * SLOT, SLOT, now_ms, &sum));
	assert_int_equal(published(series, BEGIN + 10 * SLOT, SLOT, now_ms), 1);
	assert_int_equal(published(series, BEGIN, 2 * DAY, now_ms), SERIES_SLOTS);
	assert_int_equal(series_begin_ms(series, now_ms), BEGIN + 10 * SLOT);
	series_free(&series);
}

static void series_that_heard_nothing_for_days_holds_nothing_old(void **state)
{
	struct series *series = series_new(BEGIN);
	(void)state;
	series_add_published(series, 3, 99, BEGIN);
	int64_t now_ms = BEGIN + 5 * DAY + 3 * SLOT;
	assert_int_equal(published(series, now_ms - DAY + SLOT, DAY, now_ms), 0);
	series_free(&series);
}

static void series_takes_a_clock_that_goes_back_as_standing_still(void **state)
{
	struct series *series = series_new(BEGIN);
	(void)state;
	series_add_published(series, 3, 1, BEGIN + 5 * SLOT);
	series_add_published(series, 3, 1, BEGIN);
	assert_int_equal(published(series, BEGIN + 5 * SLOT, SLOT, BEGIN), 2);
	series_free(&series);
}

static void series_counters_stop_at_their_limit(void **state)
{
	struct series *series = series_new(BEGIN);
	(void)state;
	series_add_published(series, 3, UINT32_MAX - 1, BEGIN);
	series_add_published(series, 3, 100, BEGIN);
	assert_int_equal(published(series, BEGIN, SLOT, BEGIN), UINT32_MAX);
	series_free(&series);
}

static void percentiles_are_upper_bounds_and_none_where_nothing_was_applied(void **state)
{
	struct series *series = series_new(BEGIN);
	struct series_sum sum;
	(void)state;
	assert_true(series_sum(series, BEGIN, SLOT, BEGIN, &sum));
	assert_int_equal(series_percentile_ms(&sum, 50), -1);
	series_add_delay(series, 0, 98, BEGIN);
	series_add_delay(series, 250, 1, BEGIN);
	series_add_delay(series, 4000, 1, BEGIN);
	assert_true(series_sum(series, BEGIN, SLOT, BEGIN, &sum));
	assert_int_equal(series_percentile_ms(&sum, 50), 250);
	assert_int_equal(series_percentile_ms(&sum, 99), 250);
	assert_int_equal(series_percentile_ms(&sum, 100), 5000);
	assert_int_equal(series_delay_count(&sum), 100);
	series_add_delay(series, 86400 * 1000, 1000, BEGIN);
	series_add_delay(series, -5000, 1, BEGIN); // clocks differ
	assert_true(series_sum(series, BEGIN, SLOT, BEGIN, &sum));
	assert_int_equal(series_percentile_ms(&sum, 99), 3600000);
	series_free(&series);
}

static void rejects_are_counted_by_code_and_unknown_ones_together(void **state)
{
	struct series *series = series_new(BEGIN);
	struct series_sum sum;
	enum problem_code code;
	(void)state;
	assert_true(problem_named("check_digit", &code));
	series_add_rejected(series, "check_digit", BEGIN);
	series_add_rejected(series, "check_digit", BEGIN);
	series_add_rejected(series, "of_tomorrow", BEGIN);
	assert_true(series_sum(series, BEGIN, SLOT, BEGIN, &sum));
	assert_int_equal(sum.rejected[code], 2);
	assert_int_equal(sum.rejected[PROBLEM_COUNT], 1);
	series_free(&series);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(series_counts_in_slots_that_add_up),
		cmocka_unit_test(
		    series_says_unknown_and_not_zero_before_its_start_and_of_the_future),
		cmocka_unit_test(series_forgets_what_is_older_than_a_day),
		cmocka_unit_test(series_that_heard_nothing_for_days_holds_nothing_old),
		cmocka_unit_test(series_takes_a_clock_that_goes_back_as_standing_still),
		cmocka_unit_test(series_counters_stop_at_their_limit),
		cmocka_unit_test(percentiles_are_upper_bounds_and_none_where_nothing_was_applied),
		cmocka_unit_test(rejects_are_counted_by_code_and_unknown_ones_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
