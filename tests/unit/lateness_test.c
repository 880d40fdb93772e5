// SPDX-License-Identifier: Apache-2.0
// lateness_test: when a source is overdue.
#include "lateness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int64_t day_ms = 86400000, now_ms = 1795456000000;

static void lateness_begins_when_the_cadence_is_over(void **state)
{
	int64_t late_ms = -1;
	(void)state;
	assert_int_equal(
	    lateness_judge(7, now_ms - 7 * day_ms, now_ms, &late_ms), LATENESS_IN_TIME);
	assert_int_equal(late_ms, 0);
	assert_int_equal(
	    lateness_judge(7, now_ms - 7 * day_ms - 1, now_ms, &late_ms), LATENESS_LATE);
	assert_int_equal(late_ms, 1);
	assert_int_equal(lateness_judge(1, now_ms - 5 * day_ms, now_ms, &late_ms), LATENESS_LATE);
	assert_int_equal(late_ms, 4 * day_ms);
}

static void lateness_is_never_said_of_what_has_not_begun(void **state)
{
	int64_t late_ms = -1;
	(void)state;
	assert_int_equal(lateness_judge(1, 0, now_ms, &late_ms), LATENESS_NOTHING_YET);
	assert_int_equal(lateness_judge(0, 0, now_ms, &late_ms), LATENESS_NOTHING_YET);
	assert_int_equal(late_ms, 0);
}

static void lateness_needs_an_expectation(void **state)
{
	int64_t late_ms = -1;
	(void)state;
	assert_int_equal(lateness_judge(0, 1, now_ms, &late_ms), LATENESS_IN_TIME);
	assert_int_equal(late_ms, 0);
}

static void lateness_stands_a_clock_that_is_ahead(void **state)
{
	int64_t late_ms = -1;
	(void)state;
	assert_int_equal(lateness_judge(1, now_ms + day_ms, now_ms, &late_ms), LATENESS_IN_TIME);
	assert_int_equal(late_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lateness_begins_when_the_cadence_is_over),
		cmocka_unit_test(lateness_is_never_said_of_what_has_not_begun),
		cmocka_unit_test(lateness_needs_an_expectation),
		cmocka_unit_test(lateness_stands_a_clock_that_is_ahead),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
