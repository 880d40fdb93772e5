// SPDX-License-Identifier: Apache-2.0
// whom_test: a question names one subject, or is told what is wrong with it.
#include "whom.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char person[] = "p1swvrjesty7vtmb0g"; // of 11010519491231002X, see pseudonym_test

static const char *ask(
    const char *text, const char *letters, char subject[SUBJECT_SIZE], struct whom_problem *problem)
{
	uint8_t secret[32];
	struct json *json;
	for (size_t i = 0; i < sizeof secret; i++)
		secret[i] = (uint8_t)i;
	assert_int_equal(json_parse(&json, bytes_of_text(text)), STATUS_OK);
	struct pseudonym *pseudonym = pseudonym_new(secret, '1');
	const struct json_value *member = whom_member(json_root(json));
	const char *code = "question";
	if (member != NULL)
		code = whom_find(member, letters, pseudonym, subject, problem) ? "" : problem->code;
	pseudonym_close(&pseudonym);
	json_free(&json);
	return code;
}

static void person_is_found_by_number_and_by_pseudonym_alike(void **state)
{
	static const char *const questions[] = { "{\"id_number\":\"11010519491231002X\"}",
		"{\"id_number\":\"11010519491231002x\",\"programme\":\"school\"}",
		"{\"report\":\"zh\",\"subject\":\"p1swvrjesty7vtmb0g\"}" };
	char subject[SUBJECT_SIZE];
	struct whom_problem problem;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(questions); i++) {
		assert_string_equal(ask(questions[i], "p", subject, &problem), "");
		assert_string_equal(subject, person);
	}
}

static void question_that_names_none_or_two_or_no_text_names_nobody(void **state)
{
	static const char *const questions[] = { "{}", "[]", "\"id_number\"", "{\"id_number\":5}",
		"{\"id_number\":null}", "{\"name\":\"x\"}",
		"{\"id_number\":\"11010519491231002X\",\"subject\":\"p1swvrjesty7vtmb0g\"}",
		"{\"subject\":\"p1swvrjesty7vtmb0g\",\"credit_code\":7}" };
	char subject[SUBJECT_SIZE];
	struct whom_problem problem;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(questions); i++)
		assert_string_equal(ask(questions[i], "pde", subject, &problem), "question");
}

static void what_cannot_be_asked_for_is_refused_in_both_languages_without_its_number(void **state)
{
	static const struct {
		const char *question, *letters, *code;
	} cases[] = {
		{ "{\"id_number\":\"110105194912310021\"}", "pde", "check_digit" },
		{ "{\"subject\":\"p1\"}", "p", "subject_form" },
		{ "{\"subject\":\"\"}", "p", "subject_form" },
		{ "{\"subject\":\"e1swvrjesty7vtmb0g\"}", "p", "subject_form" },
		{ "{\"subject\":\"s10000000000000003\"}", "pde", "subject_form" },
		{ "{\"subject\":\"r1swvrjesty7vtmb0g\"}", "pde", "subject_form" },
		{ "{\"credit_code\":\"91320582MA1M12345X\"}", "p", "subject_kind" },
		{ "{\"credit_code\":\"91\"}", "pde", "credit_code_form" },
	};
	char subject[SUBJECT_SIZE];
	struct whom_problem problem;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *code = ask(cases[i].question, cases[i].letters, subject, &problem);
		assert_string_equal(code, cases[i].code);
		assert_true(problem.english[0] != 0 && problem.chinese[0] != 0);
		assert_null(strstr(problem.english, "110105"));
		assert_string_equal(subject, "");
	}
}

static void refusal_names_the_kinds_that_may_be_asked_for(void **state)
{
	char subject[SUBJECT_SIZE];
	struct whom_problem problem;
	(void)state;
	ask("{\"subject\":\"x\"}", "pde", subject, &problem);
	assert_string_equal(
	    problem.english, "The subject is not of the form p1, d1 or e1 and 16 characters");
	ask("{\"subject\":\"x\"}", "p", subject, &problem);
	assert_string_equal(problem.chinese, "对象标识格式不符，应为 p1 加 16 个字符");
}

static void enterprise_is_found_by_its_credit_code(void **state)
{
	char subject[SUBJECT_SIZE], again[SUBJECT_SIZE];
	struct whom_problem problem;
	(void)state;
	assert_string_equal(
	    ask("{\"credit_code\":\"91320582MA1M12345X\"}", "pde", subject, &problem), "");
	assert_int_equal(subject[0], 'e');
	assert_string_equal(
	    ask("{\"credit_code\":\" 91320582ma1m12345x\"}", "pde", again, &problem), "");
	assert_string_equal(subject, again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(person_is_found_by_number_and_by_pseudonym_alike),
		cmocka_unit_test(question_that_names_none_or_two_or_no_text_names_nobody),
		cmocka_unit_test(
		    what_cannot_be_asked_for_is_refused_in_both_languages_without_its_number),
		cmocka_unit_test(refusal_names_the_kinds_that_may_be_asked_for),
		cmocka_unit_test(enterprise_is_found_by_its_credit_code),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
