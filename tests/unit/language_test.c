// SPDX-License-Identifier: Apache-2.0
// language_test: what language.h promises about the environment.
#include "language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

// NULL: the variable is not there.
static bool chinese_with(const char *all, const char *messages, const char *lang)
{
	const char *const values[] = { all, messages, lang };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (values[i] != NULL)
			assert_int_equal(setenv(names[i], values[i], 1), 0);
		else
			assert_int_equal(unsetenv(names[i]), 0);
	}
	return language_is_chinese();
}

static void nothing_said_is_english(void **state)
{
	(void)state;
	assert_false(chinese_with(NULL, NULL, NULL));
	assert_false(chinese_with("", "", ""));
}

static void the_first_variable_that_says_something_decides(void **state)
{
	(void)state;
	assert_true(chinese_with("zh_CN.UTF-8", "en_GB.UTF-8", "en_GB.UTF-8"));
	assert_false(chinese_with("C.UTF-8", "zh_CN.UTF-8", "zh_CN.UTF-8"));
	assert_true(chinese_with(NULL, "zh_TW", "en_GB.UTF-8"));
	assert_true(chinese_with("", "", "zh_CN.GB18030"));
	assert_false(chinese_with(NULL, NULL, "en_GB.UTF-8"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_is_english),
		cmocka_unit_test(the_first_variable_that_says_something_decides),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
