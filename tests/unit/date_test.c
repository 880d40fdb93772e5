// SPDX-License-Identifier: Apache-2.0
// date_test: what date.h promises.
#include "date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

static void date_knows_the_days_of_the_gregorian_calendar(void **state)
{
	static const int64_t good[] = { 20240229, 20000229, 18000101, 22001231, 20261130 };
	static const int64_t bad[] = { 20230229, 19000229, 21000229, 20261131, 20261301, 20260001,
		20260100, 17991231, 22010101, 0, -20260101, INT64_MIN, INT64_MAX };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_true(date_valid(good[i]));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(date_valid(bad[i]));
}

static void date_counts_days_as_the_c_library_does(void **state)
{
	(void)state;
	assert_int_equal(date_to_days(19700101), 0);
	assert_int_equal(date_to_days(20000301), 11017);
	for (int64_t days = date_to_days(DATE_MINIMUM); days <= date_to_days(DATE_MAXIMUM);
	     days++) {
		time_t seconds = (time_t)(days * 86400);
		struct tm day;
		assert_non_null(gmtime_r(&seconds, &day));
		int64_t date =
		    (day.tm_year + 1900) * INT64_C(10000) + (day.tm_mon + 1) * 100 + day.tm_mday;
		assert_int_equal(date_from_days(days), date);
		assert_int_equal(date_to_days(date), days);
		assert_true(date_valid(date));
	}
}

static void date_knows_months(void **state)
{
	(void)state;
	assert_true(month_valid(202611));
	assert_false(month_valid(202613));
	assert_false(month_valid(202600));
	assert_false(month_valid(179912));
	assert_false(month_valid(220101));
	assert_false(month_valid(-202611));
}

static void date_adds_months_and_keeps_to_the_end_of_short_ones(void **state)
{
	(void)state;
	assert_int_equal(date_add_months(20260131, 1), 20260228);
	assert_int_equal(date_add_months(20240131, 1), 20240229);
	assert_int_equal(date_add_months(20261123, 14), 20280123);
	assert_int_equal(date_add_months(20260115, -1), 20251215);
	assert_int_equal(date_add_months(20260331, -13), 20250228);
	assert_int_equal(date_add_months(20261123, 0), 20261123);
}

static void date_turns_at_midnight_in_china(void **state)
{
	(void)state;
	assert_int_equal(date_in_china(INT64_C(1795449599999)), 20261123);
	assert_int_equal(date_in_china(INT64_C(1795449600000)), 20261124);
	assert_int_equal(date_in_china(0), 19700101);
	assert_int_equal(date_in_china(-8 * 3600000 - 1), 19691231);
}

static void date_writes_days_and_times(void **state)
{
	char text[32];
	(void)state;
	date_format(20260105, text, 11);
	assert_string_equal(text, "2026-01-05");
	time_format(INT64_C(1795421702123), text, 25);
	assert_string_equal(text, "2026-11-23T08:15:02.123Z");
	time_format(-1, text, 25);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

static void date_reads_times_with_any_offset(void **state)
{
	static const char *const same[] = { "2026-11-23T08:15:02.123Z",
		"2026-11-23T16:15:02.123+08:00", "2026-11-23 16:15:02.123",
		"2026-11-23T16:15:02,123", "2026-11-23 16:15:02.123+08",
		"2026-11-23t16:15:02.123000999+0800", "2026-11-23T03:45:02.123-04:30" };
	int64_t wall_us;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(same); i++) {
		assert_true(time_parse(bytes_of_text(same[i]), &wall_us));
		assert_int_equal(wall_us, INT64_C(1795421702123000));
	}
}

static void date_refuses_what_is_no_time(void **state)
{
	static const char *const bad[] = { "", "2026-11-23", "2026-11-23T", "2026-02-30T00:00:00Z",
		"2026-11-23T24:00:00Z", "2026-11-23T08:60:00Z", "2026-11-23T08:15:61Z",
		"2026-11-23T08:15:02.Z", "2026-11-23T08:15:02+24:00", "2026-11-23T08:15:02Zz",
		"2026-11-23T08:15:02+8", "26-11-23T08:15:02Z", "2026-11-23T08:15:02.1234567890Z",
		"2026-99-23T08:15:02Z", "2026-11-23T08:15", "2026-11-23T08:15:02+08:" };
	int64_t wall_us;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(time_parse(bytes_of_text(bad[i]), &wall_us));
	assert_false(time_parse(bytes_make("2026-11-23\0T08:15:02", 20), &wall_us));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(date_knows_the_days_of_the_gregorian_calendar),
		cmocka_unit_test(date_counts_days_as_the_c_library_does),
		cmocka_unit_test(date_knows_months),
		cmocka_unit_test(date_adds_months_and_keeps_to_the_end_of_short_ones),
		cmocka_unit_test(date_turns_at_midnight_in_china),
		cmocka_unit_test(date_writes_days_and_times),
		cmocka_unit_test(date_reads_times_with_any_offset),
		cmocka_unit_test(date_refuses_what_is_no_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
