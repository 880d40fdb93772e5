// SPDX-License-Identifier: Apache-2.0
// credit_code_test: what credit_code.h promises.
#include "credit_code.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void credit_code_checks_real_codes(void **state)
{
	static const char *const good[] = { "91350200MA2YJ1XR9G", "91440101MA5CJQ4N59",
		"913502000728319549", "123502001549897397", "91350200776049653A" };
	char code[CREDIT_CODE_SIZE];
	bool checks;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		checks = false;
		assert_true(credit_code_parse(bytes_of_text(good[i]), code, &checks));
		assert_true(checks);
		assert_string_equal(code, good[i]);
		assert_int_equal(credit_code_check_digit(good[i]), good[i][17]);
	}
}

static void credit_code_takes_a_code_in_use_whose_check_digit_fails(void **state)
{
	char code[CREDIT_CODE_SIZE];
	bool checks = true;
	(void)state;
	assert_true(credit_code_parse(bytes_of_text("91350203M0001QAY9B"), code, &checks));
	assert_false(checks);
}

static void credit_code_takes_what_offices_write(void **state)
{
	char code[CREDIT_CODE_SIZE];
	bool checks = false;
	(void)state;
	assert_true(credit_code_parse(bytes_of_text("'91350200 ma2yj1xr9g\t"), code, &checks));
	assert_string_equal(code, "91350200MA2YJ1XR9G");
	assert_true(checks);
	checks = false;
	assert_true(credit_code_parse(
	    bytes_of_text("　９１３５０２００ＭＡ２ＹＪ１ＸＲ９Ｇ"), code, &checks));
	assert_string_equal(code, "91350200MA2YJ1XR9G");
	assert_true(checks);
}

static void credit_code_takes_old_licences(void **state)
{
	char code[CREDIT_CODE_SIZE];
	bool checks = false;
	(void)state;
	assert_true(credit_code_parse(bytes_of_text("110108000000016"), code, &checks));
	assert_true(checks); // ISO 7064 MOD 11,10
	assert_true(credit_code_parse(bytes_of_text("110108000000017"), code, &checks));
	assert_false(checks);
}

static void credit_code_refuses_other_forms(void **state)
{
	static const char *const bad[] = { "", "91350200MA2YJ1XR9", "91350200MA2YJ1XR9GG",
		"91350200MA2YJ1XR9I", "91350200MA2YJ1XR9O", "91350200MA2YJ1XRSG",
		"91350200MA2YJ1XRVZ", "11010800000001A", "一二三四五六", "91350200-A2YJ1XR9G",
		"\xff\xfe" };
	char code[CREDIT_CODE_SIZE];
	bool checks;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(credit_code_parse(bytes_of_text(bad[i]), code, &checks));
	assert_false(credit_code_parse(bytes_make("9135020\0MA2YJ1XR9G", 18), code, &checks));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(credit_code_checks_real_codes),
		cmocka_unit_test(credit_code_takes_a_code_in_use_whose_check_digit_fails),
		cmocka_unit_test(credit_code_takes_what_offices_write),
		cmocka_unit_test(credit_code_takes_old_licences),
		cmocka_unit_test(credit_code_refuses_other_forms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
