// SPDX-License-Identifier: Apache-2.0
// sheet_test: columns as offices call them, and a row in quarantine that is still the same row.
#include "sheet.h"

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

static bool map(struct office *office, const char *content, bool is_changes, struct csv **csv,
    struct sheet *sheet, struct problems *problems)
{
	const struct kind *kind = catalogue_kind_named(office->catalogue, "contribution");
	assert_int_equal(csv_open_memory(csv, bytes_of_text(content)), STATUS_OK);
	return sheet_make(sheet, *csv, kind, is_changes, problems);
}

static void expect_missing(
    struct office *office, const char *header, bool is_changes, const char *expected)
{
	struct csv *csv;
	struct sheet sheet;
	struct problems problems;
	struct buffer missing = { 0 };
	(void)map(office, header, is_changes, &csv, &sheet, &problems);
	for (size_t i = 0; i < problems.count; i++) {
		assert_int_equal(problems.list[i].code, PROBLEM_missing_column);
		buffer_printf(&missing, "%s ", problems.list[i].field);
	}
	assert_string_equal(buffer_text(&missing), expected);
	buffer_deinit(&missing);
	csv_close(&csv);
}

static void sheet_names_the_columns_without_which_no_row_can_be_taken(void **state)
{
	expect_missing(*state, "身份证号,险种,所属期\n", false, "");
	expect_missing(*state, "居民身份证号码*, 险种类型 ,缴费年月\n", false, "");
	expect_missing(*state, "姓名,备注\n", false, "id_number insurance period ");
	expect_missing(*state, "身份证号,险种,缴费年度,月度缴费明细\n", false, "");
	expect_missing(*state, "身份证号,险种,月度缴费明细\n", false, "year ");
	expect_missing(*state, "身份证号,险种,所属期\n", true, "_op ");
	expect_missing(*state, "操作类型,身份证号,险种,所属期,更新时间\n", true, "");
}

static void sheet_lists_what_columns_mean_and_hides_a_row_in_the_headers_place(void **state)
{
	struct csv *csv;
	struct sheet sheet;
	struct problems problems;
	struct buffer out = { 0 };
	struct json_writer writer = json_writer_make(&out);
	(void)map(
	    *state, "身份证号,变更类型,备注,320582199003071234\n", false, &csv, &sheet, &problems);
	sheet_write_columns(&sheet, &writer);
	assert_string_equal(buffer_text(&out),
	    "[{\"header\":\"身份证号\",\"field\":\"id_number\"},"
	    "{\"header\":\"变更类型\",\"field\":\"_op\"},{\"header\":\"备注\",\"field\":null},"
	    "{\"header\":\"320582********1234\",\"field\":null}]");
	buffer_deinit(&out);
	csv_close(&csv);
}

static void sheet_does_not_repeat_a_row_that_stands_for_the_header(void **state)
{
	struct csv *csv;
	struct sheet sheet;
	struct problems problems;
	struct buffer out = { 0 };
	struct json_writer writer = json_writer_make(&out);
	assert_false(map(*state, "张三,险种,塘桥镇\n", false, &csv, &sheet, &problems));
	sheet_write_columns(&sheet, &writer);
	assert_string_equal(buffer_text(&out),
	    "[{\"header\":\"#1\",\"field\":null},{\"header\":\"险种\",\"field\":\"insurance\"},"
	    "{\"header\":\"#3\",\"field\":null}]");
	buffer_deinit(&out);
	csv_close(&csv);
}

static void expect_row(struct office *office, const char *content, const char *expected)
{
	struct csv *csv;
	struct sheet sheet;
	struct problems problems;
	struct buffer out = { 0 };
	const struct bytes *cells;
	size_t count;
	(void)map(office, content, false, &csv, &sheet, &problems);
	assert_int_equal(csv_next(csv, &cells, &count), STATUS_OK);
	sheet_write_row(&sheet, cells, count, &out);
	assert_string_equal(buffer_text(&out), expected);
	buffer_deinit(&out);
	csv_close(&csv);
}

static void sheet_keeps_of_a_row_what_is_understood(void **state)
{
	expect_row(*state, "身份证号,险种,备注,缴费基数\n1,养老保险,x,\n",
	    "{\"身份证号\":\"1\",\"险种\":\"养老保险\"}");
	expect_row(*state, "身份证号,操作,更新时间\n1,删除,2026/1/2 8:15\n",
	    "{\"身份证号\":\"1\",\"_op\":\"retract\",\"_version\":\"2026-01-02T00:15:00."
	    "000000Z\"}");
	expect_row(*state, "身份证号,操作,版本号\n1,或许,近日\n",
	    "{\"身份证号\":\"1\",\"_op\":\"或许\",\"_version\":\"近日\"}");
}

static void sheet_keeps_a_contradiction_of_two_columns_and_no_repetition(void **state)
{
	expect_row(*state, "身份证号,险种,险种\n1,养老保险,养老保险\n",
	    "{\"身份证号\":\"1\",\"险种\":\"养老保险\"}");
	expect_row(*state, "身份证号,险种,险种,insurance,险种类型\n1,养老保险,医疗保险,3,4\n",
	    "{\"身份证号\":\"1\",\"险种\":\"养老保险\",\"insurance\":\"医疗保险\"}");
	expect_row(*state, "身份证号,_op,操作\n1,put,删除\n",
	    "{\"身份证号\":\"1\",\"_op\":\"put\",\"操作\":\"retract\"}");
	expect_row(*state, "身份证号,险种,险种\n1,养老保险,医疗保险\n",
	    "{\"身份证号\":\"1\",\"险种\":\"养老保险\",\"insurance\":\"医疗保险\"}");
	expect_row(*state, "身份证号,证件号码\n1,2\n", "{\"身份证号\":\"1\",\"id_number\":\"2\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sheet_names_the_columns_without_which_no_row_can_be_taken),
		cmocka_unit_test(
		    sheet_lists_what_columns_mean_and_hides_a_row_in_the_headers_place),
		cmocka_unit_test(sheet_does_not_repeat_a_row_that_stands_for_the_header),
		cmocka_unit_test(sheet_keeps_of_a_row_what_is_understood),
		cmocka_unit_test(sheet_keeps_a_contradiction_of_two_columns_and_no_repetition),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
