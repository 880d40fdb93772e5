// SPDX-License-Identifier: Apache-2.0
// problem_test: what problem.h promises.
#include "problem.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
	const char *name, *texts[4];
} table[] = {
#define PROBLEM(code, en, zh, hint_en, hint_zh) { #code, { en, zh, hint_en, hint_zh } },
#include "problem_table.h"
#undef PROBLEM
};

static bool is_ascii(const char *text)
{
	for (; *text != 0; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

static void problem_has_words_in_both_languages_for_every_code(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		for (size_t text = 0; text < 4; text++) {
			const char *words = table[i].texts[text];
			const char *place = strchr(words, '%');
			assert_true(words[0] != 0);
			assert_true(text % 2 == 0 || !is_ascii(words));
			if (place == NULL)
				continue;
			assert_memory_equal(place, "%s", 2);
			assert_null(strchr(place + 1, '%'));
		}
}

static void problem_codes_are_found_by_name(void **state)
{
	enum problem_code code;
	(void)state;
	for (size_t i = 0; i < PROBLEM_COUNT; i++) {
		assert_true(problem_named(problem_name((enum problem_code)i), &code));
		assert_int_equal(code, i);
	}
	assert_false(problem_named("no_such_code", &code));
	assert_false(problem_named("", &code));
}

static void assert_text(const struct problem *problem, bool chinese, const char *expected)
{
	struct buffer out = { 0 };
	problem_write_text(problem, chinese, &out);
	assert_string_equal(buffer_text(&out), expected);
	buffer_deinit(&out);
}

static void problem_text_names_the_column_and_what_was_expected(void **state)
{
	struct problems problems = { 0 };
	(void)state;
	problems_add(&problems, PROBLEM_number_range, "months", "months paid", "缴费月数", "0..12");
	problems_add(&problems, PROBLEM_not_an_object, NULL, NULL, NULL, NULL);
	problems_add(&problems, PROBLEM_unknown_member, "colour", NULL, NULL, NULL);
	problems_add(&problems, PROBLEM_unknown_member, "", NULL, NULL, NULL);
	assert_int_equal(problems.count, 4);
	assert_text(&problems.list[0], false,
	    "months paid lies outside the permitted range; expected: 0..12");
	assert_text(&problems.list[0], true, "“缴费月数”超出允许的数值范围，应为 0..12");
	assert_text(&problems.list[1], false, "The row is not a JSON object");
	assert_text(&problems.list[2], true, "“colour”不是该类数据的字段");
	assert_text(&problems.list[3], false, "the content is not a field of this record");
}

static void problem_hint_says_how_to_mend_it(void **state)
{
	struct problems problems = { 0 };
	struct buffer out = { 0 };
	(void)state;
	problems_add(&problems, PROBLEM_excel_damage, "id_number", "ID number", "身份证号码", "");
	problem_write_hint(&problems.list[0], true, &out);
	assert_non_null(strstr(buffer_text(&out), "“文本”格式"));
	buffer_clear(&out);
	problem_write_hint(&problems.list[0], false, &out);
	assert_non_null(strstr(buffer_text(&out), "formatted as Text"));
	buffer_deinit(&out);
}

static void problems_keep_a_bounded_number_and_cut_between_characters(void **state)
{
	struct problems problems = { 0 };
	char title[3 * 40 + 1] = "";
	(void)state;
	for (size_t i = 0; i < 40; i++)
		memcpy(title + 3 * i, "镇", 4);
	for (size_t i = 0; i < PROBLEMS_MAX + 5; i++)
		problems_add(&problems, PROBLEM_missing_value, "town", title, title, title);
	assert_int_equal(problems.count, PROBLEMS_MAX);
	assert_int_equal(strlen(problems.list[0].column_zh), 63);
	assert_int_equal(strlen(problems.list[0].expected), 93);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(problem_has_words_in_both_languages_for_every_code),
		cmocka_unit_test(problem_codes_are_found_by_name),
		cmocka_unit_test(problem_text_names_the_column_and_what_was_expected),
		cmocka_unit_test(problem_hint_says_how_to_mend_it),
		cmocka_unit_test(problems_keep_a_bounded_number_and_cut_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
