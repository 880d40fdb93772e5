// SPDX-License-Identifier: Apache-2.0
// row_mask_test: a refused row as it may be shown: enough to find it again, nobody's data.
#include "row_mask.h"

#include "office.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int set_up(void **state)
{
	struct office *office = allocate(sizeof *office);
	office_open(office, "public-security");
	*state = office;
	return 0;
}

static int tear_down(void **state)
{
	office_close(*state);
	free(*state);
	return 0;
}

static void expect(struct office *office, const char *department, const char *kind, const char *row,
    const char *expected)
{
	struct record_context context = { office->pseudonym, 20260921 };
	struct buffer out = { 0 };
	struct json_writer writer = json_writer_make(&out);
	const struct catalogue *catalogue = catalogue_set_named(office->catalogues, department);
	row_mask_write(
	    catalogue_kind_named(catalogue, kind), bytes_of_text(row), &context, &writer);
	assert_string_equal(buffer_text(&out), expected);
	buffer_deinit(&out);
}

static void numbers_and_names_show_their_ends(void **state)
{
	expect(*state, "public-security", "person",
	    "{\"公民身份号码\":\"320582199003071234\",\"name\":\"欧阳秘密\",\"sex\":\"1\"}",
	    "{\"公民身份号码\":\"320582********1234\",\"name\":\"欧*\",\"sex\":\"1\"}");
}

static void a_value_in_the_wrong_column_is_not_shown(void **state)
{
	expect(*state, "public-security", "person",
	    "{\"sex\":\"欧阳秘密\",\"birth_date\":\"欧阳秘密\",\"id_number\":\"欧阳秘密\"}",
	    "{\"sex\":\"欧*\",\"birth_date\":\"***\",\"id_number\":\"****\"}");
	expect(*state, "public-security", "person", "{\"sex\":\"320582199003071234\"}",
	    "{\"sex\":\"320582********1234\"}");
}

static void what_is_sensitive_or_unknown_is_stars(void **state)
{
	expect(*state, "health", "blood_donation", "{\"component\":\"全血\",\"volume\":400}",
	    "{\"component\":\"***\",\"volume\":\"***\"}");
	expect(*state, "public-security", "person", "{\"欧阳秘密\":\"1\"}", "{\"欧* #1\":\"***\"}");
	expect(*state, "public-security", "person",
	    "{\"sex\":{\"a\":\"b\"},\"name\":[\"b\"],\"x\":null}",
	    "{\"sex\":\"***\",\"name\":\"***\",\"* #3\":null}");
}

static void lists_are_masked_entry_by_entry(void **state)
{
	expect(*state, "social-insurance", "contribution",
	    "{\"insurance\":\"养老保险\",\"months\":[{\"month\":1,\"base\":\"4494.50\",\"payer\":"
	    "\"91320582MA1MXXXX0X\"},\"欧阳秘密\"]}",
	    "{\"insurance\":\"养老保险\",\"months\":[{\"month\":\"1\",\"base\":\"***\",\"payer\":"
	    "\"91**************0X\"},\"***\"]}");
	expect(*state, "social-insurance", "contribution", "{\"months\":\"欧阳秘密\"}",
	    "{\"months\":\"***\"}");
}

static void what_is_no_row_is_null(void **state)
{
	static const char *const payloads[] = { "", "{", "[1]", "7 秘密.csv", "\"a\"", "null" };
	for (size_t i = 0; i < COUNT_OF(payloads); i++)
		expect(*state, "public-security", "person", payloads[i], "null");
}

// Whatever stands in whatever column: no ID number leaves, and no name but where any text may
// stand.
static void no_column_of_any_kind_lets_a_number_or_a_name_through(void **state)
{
	struct office *office = *state;
	struct record_context context = { office->pseudonym, 20260921 };
	const struct catalogue *catalogue = office->catalogue;
	char id[OFFICE_ID_SIZE];
	office_id(4321, id);
	for (size_t i = 0; i < catalogue->kind_count; i++) {
		const struct kind *kind = &catalogue->kinds[i];
		for (size_t field = 0; field < kind->field_count; field++) {
			struct buffer row = { 0 }, out = { 0 };
			struct json_writer writer = json_writer_make(&out);
			buffer_printf(&row, "{\"%s\":\"%s\",\"%s\":\"欧阳秘密\"}",
			    kind->fields[field].name, id, kind->fields[field].title.zh);
			row_mask_write(kind, buffer_bytes(&row), &context, &writer);
			assert_null(strstr(buffer_text(&out), id));
			const struct field *shown = &kind->fields[field];
			if (shown->type != FIELD_TEXT || shown->sensitivity != SENSITIVITY_PUBLIC)
				assert_null(strstr(buffer_text(&out), "秘密"));
			buffer_deinit(&row);
			buffer_deinit(&out);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_names_show_their_ends),
		cmocka_unit_test(a_value_in_the_wrong_column_is_not_shown),
		cmocka_unit_test(what_is_sensitive_or_unknown_is_stars),
		cmocka_unit_test(lists_are_masked_entry_by_entry),
		cmocka_unit_test(what_is_no_row_is_null),
		cmocka_unit_test(no_column_of_any_kind_lets_a_number_or_a_name_through),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
