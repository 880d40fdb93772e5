// SPDX-License-Identifier: Apache-2.0
// scope_test: which records a list is about, by one field's value, in whatever words it is written.
#include "scope.h"

#include "office.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int set_up(void **state)
{
	struct office *office = allocate(sizeof *office);
	office_open(office, "social-insurance");
	*state = office;
	return 0;
}

static int tear_down(void **state)
{
	office_close(*state);
	free(*state);
	return 0;
}

static enum status read_scope(
    struct office *office, struct scope *scope, const char *kind, const char *text)
{
	struct record_context context = { office->pseudonym, 20260921 };
	return scope_read(scope, catalogue_kind_named(office->catalogue, kind), text, &context);
}

static bool holds(struct office *office, const char *text, const char *row)
{
	const struct kind *kind = catalogue_kind_named(office->catalogue, "contribution");
	struct record_context context = { office->pseudonym, 20260921 };
	struct scope scope;
	struct record record = { 0 };
	struct problems problems = { 0 };
	struct json *json;
	assert_int_equal(read_scope(office, &scope, "contribution", text), STATUS_OK);
	assert_int_equal(json_parse(&json, bytes_of_text(row)), STATUS_OK);
	record_from_json(&record, kind, json_root(json), &context, &problems);
	bool answer = scope_holds(&scope, &record);
	record_deinit(&record);
	json_free(&json);
	scope_deinit(&scope);
	return answer;
}

static void a_scope_holds_the_records_with_its_value_however_it_is_written(void **state)
{
	static const char pension[] = "{\"insurance\":\"pension\",\"year\":2026}";
	assert_true(holds(*state, "insurance=pension", pension));
	assert_true(holds(*state, "险种=养老保险", pension));
	assert_true(holds(*state, "险种类型=养老保险", pension));
	assert_true(holds(*state, "year=２０２６", pension));
	assert_false(holds(*state, "insurance=medical", pension));
	assert_false(holds(*state, "insurance=pension", "{\"year\":2026}"));
}

static void no_scope_holds_all(void **state)
{
	struct scope scope = { 0 };
	struct record record = { 0 };
	(void)state;
	assert_true(scope_holds(&scope, &record));
	scope_deinit(&scope);
}

static void a_scope_that_is_none_is_refused_without_its_value(void **state)
{
	static const char *const texts[] = { "", "insurance", "=", "insurance=", "insurance=秘密",
		"colour=秘密", "months=秘密", "_op=秘密" };
	struct scope scope;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		assert_int_equal(
		    read_scope(*state, &scope, "contribution", texts[i]), STATUS_INVALID);
		assert_null(strstr(status_reason(), "秘密"));
		assert_false(scope.given);
		scope_deinit(&scope);
	}
}

// A scope stands in a URL, and URLs are written down everywhere.
static void nobody_can_be_a_scope(void **state)
{
	struct office public_security;
	struct scope scope;
	(void)state;
	office_open(&public_security, "public-security");
	assert_int_equal(read_scope(&public_security, &scope, "person", "sex=1"), STATUS_OK);
	scope_deinit(&scope);
	assert_int_equal(
	    read_scope(&public_security, &scope, "person", "id_number=320582199003071232"),
	    STATUS_INVALID);
	assert_int_equal(
	    read_scope(&public_security, &scope, "person", "name=张三"), STATUS_INVALID);
	assert_int_equal(
	    read_scope(&public_security, &scope, "kinship", "relative=320582199003071232"),
	    STATUS_INVALID);
	office_close(&public_security);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scope_holds_the_records_with_its_value_however_it_is_written),
		cmocka_unit_test(no_scope_holds_all),
		cmocka_unit_test(a_scope_that_is_none_is_refused_without_its_value),
		cmocka_unit_test(nobody_can_be_a_scope),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
