// SPDX-License-Identifier: Apache-2.0
// status_test: how a failure keeps its reason.
#include "status.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

// Before CMocka, whose fail() is another.
static enum status fail_plainly(enum status status, const char *reason)
{
	return fail(status, "%s", reason);
}

static enum status fail_numbered(int found, int limit)
{
	return fail(STATUS_TOO_LARGE, "%d bytes, at most %d", found, limit);
}

static enum status fail_with_old_reason(void)
{
	return fail(STATUS_IO, "again: %s", status_reason());
}

#include <cmocka.h>

static void status_fail_keeps_the_reason_and_returns_the_status(void **state)
{
	(void)state;
	assert_int_equal(fail_numbered(12, 10), STATUS_TOO_LARGE);
	assert_string_equal(status_reason(), "12 bytes, at most 10");
	assert_int_equal(fail_plainly(STATUS_FORK, "other"), STATUS_FORK);
	assert_string_equal(status_reason(), "other");
}

static void status_fail_while_adds_what_was_being_done(void **state)
{
	(void)state;
	assert_int_equal(fail_plainly(STATUS_IO, "disk gone"), STATUS_IO);
	assert_int_equal(fail_while(STATUS_IO, "reading %s", "x"), STATUS_IO);
	assert_int_equal(fail_while(STATUS_CORRUPT, "opening"), STATUS_CORRUPT);
	assert_string_equal(status_reason(), "disk gone, while reading x, while opening");
}

static void status_the_old_reason_may_be_part_of_the_new_one(void **state)
{
	(void)state;
	(void)fail_plainly(STATUS_IO, "first");
	assert_int_equal(fail_with_old_reason(), STATUS_IO);
	assert_string_equal(status_reason(), "again: first");
	(void)fail_while(STATUS_IO, "%s", status_reason());
	assert_string_equal(status_reason(), "again: first, while again: first");
}

static void status_reasons_are_cut_and_never_overflow(void **state)
{
	(void)state;
	char text[5000];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	(void)fail_plainly(STATUS_IO, text);
	assert_int_equal(strlen(status_reason()), 1023);
	for (int i = 0; i < 100; i++)
		(void)fail_while(STATUS_IO, "%s", text);
	assert_int_equal(strlen(status_reason()), 1023);
}

static void *fail_elsewhere(void *context)
{
	(void)context;
	bool empty = status_reason()[0] == 0;
	(void)fail_plainly(STATUS_IO, "of another thread");
	return empty ? "empty" : NULL;
}

static void status_each_thread_has_its_own_reason(void **state)
{
	(void)state;
	pthread_t thread;
	void *result;
	(void)fail_plainly(STATUS_IO, "of this thread");
	assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, NULL), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_non_null(result);
	assert_string_equal(status_reason(), "of this thread");
}

static void status_every_status_has_a_name_and_two_texts(void **state)
{
	(void)state;
	for (int i = 0; i < STATUS_COUNT; i++) {
		assert_true(strlen(status_name((enum status)i)) > 0);
		assert_true(strlen(status_text((enum status)i, false)) > 0);
		assert_true((uint8_t)status_text((enum status)i, true)[0] >= 0xe0);
	}
	assert_int_equal(STATUS_OK, 0);
	assert_string_equal(status_name(STATUS_NOT_FOUND), "NOT_FOUND");
	assert_string_equal(status_text(STATUS_BUSY, false), "busy, try again");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_fail_keeps_the_reason_and_returns_the_status),
		cmocka_unit_test(status_fail_while_adds_what_was_being_done),
		cmocka_unit_test(status_the_old_reason_may_be_part_of_the_new_one),
		cmocka_unit_test(status_reasons_are_cut_and_never_overflow),
		cmocka_unit_test(status_each_thread_has_its_own_reason),
		cmocka_unit_test(status_every_status_has_a_name_and_two_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
