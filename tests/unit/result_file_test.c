// SPDX-License-Identifier: Apache-2.0
// result_file_test: rows given back with what is wrong, in the form they came in.
#include "result_file.h"

#include "office.h"
#include "sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

struct scene {
	char folder[SCRATCH_PATH_SIZE];
	char path[SCRATCH_PATH_SIZE + 32];
	struct csv *csv; // what is given back
	struct result_file *result;
};

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	scratch_make(scene->folder);
	snprintf(scene->path, sizeof scene->path, "%s/a.csv.result.csv", scene->folder);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	csv_close(&scene->csv);
	scratch_remove(scene->folder);
	free(scene);
	return 0;
}

static void begin(struct scene *scene, const char *content, const char *encoding)
{
	struct buffer text = { 0 }, encoded = { 0 };
	char path[SCRATCH_PATH_SIZE + 32];
	snprintf(path, sizeof path, "%s/a.csv", scene->folder);
	buffer_append_text(&text, content);
	office_encode(&text, encoding, &encoded);
	FILE *file = fopen(path, "w");
	assert_int_equal(fwrite(encoded.data, 1, encoded.size, file), encoded.size);
	fclose(file);
	assert_int_equal(csv_open_file(&scene->csv, path), STATUS_OK);
	assert_int_equal(result_file_open(&scene->result, scene->path, scene->csv), STATUS_OK);
	buffer_deinit(&text);
	buffer_deinit(&encoded);
}

static void add_next(struct scene *scene, enum problem_code code)
{
	struct problems problems = { 0 };
	struct delivery_row row = { .problems = &problems, .id = 17 };
	problems_add(&problems, code, "base", "base", "缴费基数", "");
	if (csv_next(scene->csv, &row.cells, &row.count) != STATUS_OK)
		row.cells = NULL;
	row.line = (uint64_t)csv_line(scene->csv);
	result_file_add(scene->result, &row);
}

static void expect_content(struct scene *scene, const char *expected, const char *encoding)
{
	struct buffer text = { 0 }, encoded = { 0 };
	char content[4096];
	assert_int_equal(result_file_finish(&scene->result), STATUS_OK);
	assert_null(scene->result);
	buffer_append_text(&text, expected);
	office_encode(&text, encoding, &encoded);
	FILE *file = fopen(scene->path, "r");
	size_t size = fread(content, 1, sizeof content, file);
	fclose(file);
	assert_int_equal(size, encoded.size);
	assert_memory_equal(content, encoded.data, size);
	buffer_deinit(&text);
	buffer_deinit(&encoded);
}

static void texts_of(enum problem_code code, struct buffer *error, struct buffer *hint)
{
	struct problems problems = { 0 };
	problems_add(&problems, code, "base", "base", "缴费基数", "");
	problem_write_text(&problems.list[0], true, error);
	problem_write_hint(&problems.list[0], true, hint);
}

static void a_row_comes_back_in_its_own_encoding_separator_and_columns(void **state)
{
	static const char *const encodings[] = { "UTF-8", "GB18030" };
	struct buffer error = { 0 }, hint = { 0 }, expected = { 0 };
	texts_of(PROBLEM_number_form, &error, &hint);
	buffer_printf(&expected,
	    "身份证号;姓名;缴费基数;错误;修改建议;隔离编号\r\n1;䶮;abc;%s;%s;17\r\n",
	    buffer_text(&error), buffer_text(&hint));
	for (size_t i = 0; i < COUNT_OF(encodings); i++) {
		begin(*state, "身份证号;姓名;缴费基数\n1;䶮;abc\n", encodings[i]);
		add_next(*state, PROBLEM_number_form);
		expect_content(*state, buffer_text(&expected), encodings[i]);
		csv_close(&((struct scene *)*state)->csv);
	}
	buffer_deinit(&error);
	buffer_deinit(&hint);
	buffer_deinit(&expected);
}

static void the_texts_of_an_earlier_result_are_replaced(void **state)
{
	struct buffer error = { 0 }, hint = { 0 }, expected = { 0 };
	texts_of(PROBLEM_missing_value, &error, &hint);
	buffer_printf(&expected, "a,b,错误,修改建议,隔离编号\r\n1,2,%s,%s,17\r\n",
	    buffer_text(&error), buffer_text(&hint));
	begin(*state, "a,错误,修改建议,隔离编号,b\n1,old,old,3,2\n", "UTF-8");
	add_next(*state, PROBLEM_missing_value);
	expect_content(*state, buffer_text(&expected), "UTF-8");
	buffer_deinit(&error);
	buffer_deinit(&hint);
	buffer_deinit(&expected);
}

static void a_row_that_could_not_be_read_says_where_it_was(void **state)
{
	struct buffer error = { 0 }, hint = { 0 }, expected = { 0 };
	texts_of(PROBLEM_row_form, &error, &hint);
	buffer_printf(&expected,
	    "a,b,错误,修改建议,隔离编号\r\n,,第 2 行：%s,%s,17\r\n1,,%s,%s,17\r\n",
	    buffer_text(&error), buffer_text(&hint), buffer_text(&error), buffer_text(&hint));
	begin(*state, "a,b\n1,2,3\n1\n", "UTF-8"); // a cell too many; one too few
	add_next(*state, PROBLEM_row_form);
	add_next(*state, PROBLEM_row_form);
	expect_content(*state, buffer_text(&expected), "UTF-8");
	buffer_deinit(&error);
	buffer_deinit(&hint);
	buffer_deinit(&expected);
}

static void what_is_wrong_with_the_file_as_a_whole_is_a_row_of_its_own(void **state)
{
	begin(*state, "a,b\n", "UTF-8");
	result_file_add_note(((struct scene *)*state)->result, "code", "坏了", "修好");
	expect_content(*state, "a,b,错误,修改建议,隔离编号\r\n,,坏了,修好,\r\n", "UTF-8");
}

static void rows_of_json_are_told_by_number_and_code(void **state)
{
	struct scene *scene = *state;
	struct buffer error = { 0 }, hint = { 0 }, expected = { 0 };
	struct problems problems = { 0 };
	struct delivery_row row = { .line = 7, .problems = &problems };
	texts_of(PROBLEM_row_form, &error, &hint);
	problems_add(&problems, PROBLEM_row_form, "", "", "", "");
	buffer_printf(&expected,
	    "\xef\xbb\xbf行号,代码,错误,修改建议,隔离编号\r\n7,row_form,%s,%s,\r\n,code,坏了,修好,"
	    "\r\n",
	    buffer_text(&error), buffer_text(&hint));
	assert_int_equal(result_file_open(&scene->result, scene->path, NULL), STATUS_OK);
	result_file_add(scene->result, &row);
	result_file_add_note(scene->result, "code", "坏了", "修好");
	expect_content(scene, buffer_text(&expected), "UTF-8");
	buffer_deinit(&error);
	buffer_deinit(&hint);
	buffer_deinit(&expected);
}

static void a_result_is_known_as_one(void **state)
{
	static const struct {
		const char *header;
		bool is_result;
	} cases[] = { { "a,错误,修改建议,隔离编号\n", true }, { "a,错误,修改建议\n", true },
		{ "修改建议,错误,a\n", true }, { "a,错误\n", false }, { "错误,错误\n", false },
		{ "a\n", false } };
	struct office office;
	(void)state;
	office_open(&office, "social-insurance");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct csv *csv;
		struct sheet sheet;
		struct problems problems;
		assert_int_equal(csv_open_memory(&csv, bytes_of_text(cases[i].header)), STATUS_OK);
		(void)sheet_make(&sheet, csv,
		    catalogue_kind_named(office.catalogue, "contribution"), false, &problems);
		assert_int_equal(sheet_is_result(&sheet), cases[i].is_result);
		csv_close(&csv);
	}
	office_close(&office);
}

static void a_result_that_cannot_be_written_says_so_and_leaves_nothing(void **state)
{
	struct scene *scene = *state;
	struct stat status;
	struct problems problems = { 0 };
	struct delivery_row row = { .line = 7, .problems = &problems };
	char path[SCRATCH_PATH_SIZE + 32];
	problems_add(&problems, PROBLEM_row_form, "", "", "", "");
	snprintf(path, sizeof path, "%s/none/a", scene->folder);
	assert_int_equal(result_file_open(&scene->result, path, NULL), STATUS_NOT_FOUND);
	assert_null(scene->result);
	result_file_abandon(&scene->result);
	assert_int_equal(result_file_open(&scene->result, scene->path, NULL), STATUS_OK);
	result_file_add(scene->result, &row);
	result_file_abandon(&scene->result);
	assert_int_equal(stat(scene->path, &status), -1);
	assert_int_equal(rmdir(scene->folder), 0); // not even a part of it
	assert_int_equal(mkdir(scene->folder, 0700), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_row_comes_back_in_its_own_encoding_separator_and_columns),
		TEST(the_texts_of_an_earlier_result_are_replaced),
		TEST(a_row_that_could_not_be_read_says_where_it_was),
		TEST(what_is_wrong_with_the_file_as_a_whole_is_a_row_of_its_own),
		TEST(rows_of_json_are_told_by_number_and_code),
		TEST(a_result_is_known_as_one),
		TEST(a_result_that_cannot_be_written_says_so_and_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
