// SPDX-License-Identifier: Apache-2.0
// seen_test: which records a list has named, with what content, and the months it is about.
#include "seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
	MANY = 20000
};

static bool add(
    struct seen *seen, const char *subject, const char *key, unsigned part, const char *content)
{
	return seen_add(seen, subject, key, part, bytes_of_text(content));
}

static bool has(const struct seen *seen, const char *subject, const char *key, unsigned part)
{
	return seen_has(seen, bytes_of_text(subject), bytes_of_text(key), part);
}

static void the_same_record_with_another_content_is_noticed(void **state)
{
	struct seen seen = { 0 };
	(void)state;
	assert_true(add(&seen, "p1", "k", 8, "a"));
	assert_true(add(&seen, "p1", "k", 8, "a"));
	assert_true(add(&seen, "p1", "k", 7, "b")); // another part
	assert_true(add(&seen, "p1", "l", 8, "b")); // another record
	assert_true(add(&seen, "p2", "k", 8, "b"));
	assert_false(add(&seen, "p1", "k", 8, "b"));
	assert_int_equal(seen.count, 4);
	seen_deinit(&seen);
}

static void a_record_that_was_only_named_takes_the_first_content(void **state)
{
	struct seen seen = { 0 };
	(void)state;
	seen_name(&seen, "p1", "k", 0);
	assert_true(has(&seen, "p1", "k", 0));
	assert_false(has(&seen, "p1", "k", 1));
	assert_true(add(&seen, "p1", "k", 0, "a"));
	seen_name(&seen, "p1", "k", 0); // does not make it unknown again
	assert_false(add(&seen, "p1", "k", 0, "b"));
	assert_int_equal(seen.count, 1);
	seen_deinit(&seen);
}

static void many_records_are_told_apart(void **state)
{
	struct seen seen = { 0 };
	char subject[24];
	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(subject, sizeof subject, "p%u", i);
		assert_true(add(&seen, subject, "", 0, subject));
	}
	assert_int_equal(seen.count, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(subject, sizeof subject, "p%u", i);
		assert_true(has(&seen, subject, "", 0));
	}
	assert_false(has(&seen, "p", "", 0));
	seen_deinit(&seen);
}

static void a_list_is_about_the_months_it_names_and_no_others(void **state)
{
	static const struct {
		int64_t year;
		unsigned month;
	} good[] = { { 1800, 1 }, { 2026, 8 }, { 2026, 12 }, { 2199, 12 } }, bad[] = { { 1799, 12 },
		{ 2200, 1 }, { 2026, 0 }, { 2026, 13 }, { INT64_MAX, 1 }, { INT64_MIN, 1 } };
	struct seen seen = { 0 };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_false(seen_covers(&seen, good[i].year, good[i].month));
		seen_cover(&seen, good[i].year, good[i].month);
		assert_true(seen_covers(&seen, good[i].year, good[i].month));
	}
	assert_false(seen_covers(&seen, 2026, 7));
	assert_false(seen_covers(&seen, 2026, 9));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		seen_cover(&seen, bad[i].year, bad[i].month);
		assert_false(seen_covers(&seen, bad[i].year, bad[i].month));
	}
	seen_deinit(&seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_record_with_another_content_is_noticed),
		cmocka_unit_test(a_record_that_was_only_named_takes_the_first_content),
		cmocka_unit_test(many_records_are_told_apart),
		cmocka_unit_test(a_list_is_about_the_months_it_names_and_no_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
