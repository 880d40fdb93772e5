// SPDX-License-Identifier: Apache-2.0
// arrival_test: what can be told of a file that somebody is still writing.
#include "arrival.h"

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void write_file(const char *path, const char *content, size_t size)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void a_file_is_open_as_long_as_somebody_can_write_it(void **state)
{
	char folder[SCRATCH_PATH_SIZE], path[SCRATCH_PATH_SIZE + 8];
	(void)state;
	scratch_make(folder);
	snprintf(path, sizeof path, "%s/a.csv", folder);
	assert_false(arrival_is_open(path)); // nothing is there
	FILE *file = fopen(path, "w");
	assert_true(arrival_is_open(path));
	fputs("a\n", file);
	assert_int_equal(fclose(file), 0);
	assert_false(arrival_is_open(path));
	file = fopen(path, "r"); // a reader is none
	assert_false(arrival_is_open(path));
	assert_int_equal(fclose(file), 0);
	scratch_remove(folder);
}

static void a_last_line_without_an_end_is_seen_in_every_encoding(void **state)
{
	static const struct {
		const char *content;
		size_t size;
		bool ends;
	} cases[] = { { "", 0, true }, { "a", 1, false }, { "\n", 1, true }, { "a,b\r\n", 5, true },
		{ "a\r", 2, true }, { "a\nb", 3, false }, { "a\0\n\0", 4, true },
		{ "\0a\0\n", 4, true }, { "a\0b\0", 4, false }, { "a\n\x1a", 3, true } };
	char folder[SCRATCH_PATH_SIZE], path[SCRATCH_PATH_SIZE + 8];
	(void)state;
	scratch_make(folder);
	snprintf(path, sizeof path, "%s/a.csv", folder);
	assert_true(arrival_ends_a_line(path));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		write_file(path, cases[i].content, cases[i].size);
		assert_int_equal(arrival_ends_a_line(path), cases[i].ends);
	}
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_open_as_long_as_somebody_can_write_it),
		cmocka_unit_test(a_last_line_without_an_end_is_seen_in_every_encoding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
