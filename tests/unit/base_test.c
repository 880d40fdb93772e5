// SPDX-License-Identifier: Apache-2.0
// base_test: memory that is zeroed, bytes that compare, and assumptions that stop the process.
#include "base.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void base_memory_is_zeroed_and_never_null(void **state)
{
	(void)state;
	static const uint8_t zeros[300];
	uint8_t *memory = allocate(300), *nothing = allocate(0);
	assert_memory_equal(memory, zeros, 300);
	assert_non_null(nothing);
	memory = reallocate(memory, 0);
	assert_non_null(memory);
	free(memory);
	free(nothing);
}

static void base_bytes_compare_by_content_and_size(void **state)
{
	(void)state;
	assert_true(bytes_equal(bytes_make(NULL, 0), bytes_of_text("")));
	assert_true(bytes_equal(bytes_make("a\0b", 3), bytes_make("a\0b", 3)));
	assert_false(bytes_equal(bytes_make("a\0b", 3), bytes_make("a\0c", 3)));
	assert_false(bytes_equal(bytes_make("ab", 2), bytes_make("abc", 3)));
	assert_true(bytes_equal_text(bytes_make("abc", 3), "abc"));
	assert_false(bytes_equal_text(bytes_make("abc", 3), "ab"));
}

static void base_copies_of_texts_end_with_a_nul(void **state)
{
	(void)state;
	char *copy = bytes_copy_text(bytes_make("abcdef", 3)),
	     *empty = bytes_copy_text(bytes_make(NULL, 0));
	char *text = text_copy("市民");
	assert_string_equal(copy, "abc");
	assert_string_equal(empty, "");
	assert_string_equal(text, "市民");
	free(copy);
	free(empty);
	free(text);
}

static void base_ensure_says_where_and_aborts(void **state)
{
	(void)state;
	int told[2], status;
	char text[256] = "";
	assert_int_equal(pipe(told), 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(told[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		ENSURE(1 + 1 == 3);
		_exit(0);
	}
	close(told[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(read(told[0], text, sizeof text - 1) > 0);
	close(told[0]);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(text, "base_test.c:"));
	assert_non_null(strstr(text, "1 + 1 == 3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base_memory_is_zeroed_and_never_null),
		cmocka_unit_test(base_bytes_compare_by_content_and_size),
		cmocka_unit_test(base_copies_of_texts_end_with_a_nul),
		cmocka_unit_test(base_ensure_says_where_and_aborts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
