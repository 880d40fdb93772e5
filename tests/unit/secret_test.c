// SPDX-License-Identifier: Apache-2.0
// secret_test: files that nobody else may read.
#include "secret.h"

#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char folder[SCRATCH_PATH_SIZE], path[SCRATCH_PATH_SIZE + 16];

static int set_up(void **state)
{
	(void)state;
	scratch_make(folder);
	snprintf(path, sizeof path, "%s/secret", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(folder);
	return 0;
}

static void secret_is_read_back_as_written(void **state)
{
	(void)state;
	char *text;
	struct stat facts;
	assert_int_equal(secret_write(path, "a\nb"), STATUS_OK);
	assert_int_equal(stat(path, &facts), 0);
	assert_int_equal(facts.st_mode & 07777, 0600);
	assert_int_equal(secret_read(&text, path, 3), STATUS_OK);
	assert_string_equal(text, "a\nb");
	secret_free(&text);
	assert_null(text);
	secret_free(&text);
}

static void secret_is_never_written_over(void **state)
{
	(void)state;
	char *text;
	assert_int_equal(secret_write(path, "first"), STATUS_OK);
	assert_int_equal(secret_write(path, "second"), STATUS_BUSY);
	assert_int_equal(secret_read(&text, path, 100), STATUS_OK);
	assert_string_equal(text, "first");
	secret_free(&text);
}

static void secret_in_a_missing_folder_is_an_error_with_its_path(void **state)
{
	(void)state;
	char *text;
	assert_int_equal(secret_write("/nonexistent/a", "x"), STATUS_IO);
	assert_non_null(strstr(status_reason(), "/nonexistent/a"));
	assert_int_equal(secret_read(&text, "/nonexistent/a", 10), STATUS_NOT_FOUND);
	assert_null(text);
}

static void secret_of_a_mode_too_wide_is_denied(void **state)
{
	(void)state;
	static const mode_t wide[] = { 0640, 0620, 0610, 0604, 0602, 0601, 0644, 0777 };
	char *text;
	assert_int_equal(secret_write(path, "x"), STATUS_OK);
	for (size_t i = 0; i < COUNT_OF(wide); i++) {
		assert_int_equal(chmod(path, wide[i]), 0);
		assert_int_equal(secret_read(&text, path, 10), STATUS_DENIED);
		assert_null(text);
	}
}

static void secret_is_a_regular_file_and_nothing_to_wait_for(void **state)
{
	(void)state;
	char *text;
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(20);
	assert_int_equal(secret_read(&text, path, 10), STATUS_DENIED);
	alarm(0);
	assert_int_equal(chmod(folder, 0700), 0);
	assert_int_equal(secret_read(&text, folder, 1 << 20), STATUS_DENIED);
}

static void secret_over_the_limit_or_with_a_nul_is_refused(void **state)
{
	(void)state;
	char *text;
	assert_int_equal(secret_write(path, "12345"), STATUS_OK);
	assert_int_equal(secret_read(&text, path, 5), STATUS_OK);
	secret_free(&text);
	assert_int_equal(secret_read(&text, path, 4), STATUS_TOO_LARGE);
	int file = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(file, "ab\0cd", 5), 5);
	close(file);
	assert_int_equal(secret_read(&text, path, 10), STATUS_INVALID);
	assert_null(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(secret_is_read_back_as_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(secret_is_never_written_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    secret_in_a_missing_folder_is_an_error_with_its_path, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    secret_of_a_mode_too_wide_is_denied, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    secret_is_a_regular_file_and_nothing_to_wait_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    secret_over_the_limit_or_with_a_nul_is_refused, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
