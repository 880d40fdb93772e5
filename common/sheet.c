// SPDX-License-Identifier: Apache-2.0
// sheet: columns held against a kind's fields, and rows written as JSON objects.
#include "sheet.h"

#include "date.h"
#include "mask.h"
#include "row_columns.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>

const char *const sheet_result_headers[SHEET_RESULT_HEADERS] = { "错误", "修改建议", "隔离编号" };

enum {
	TELLING_HEADERS =
	    2 // by which a result is known; one of before the third was given has these
};

static const struct field *column_named(const struct kind *kind, struct bytes header)
{
	const struct field *field = kind_column(kind, header);
	return field != NULL ? field : row_column_named(header);
}

static bool has_column(const struct sheet *sheet, const struct field *field)
{
	for (size_t i = 0; i < sheet->count; i++)
		if (sheet->columns[i] == field)
			return true;
	return false;
}

static void require(const struct sheet *sheet, const struct field *field, struct problems *problems)
{
	if (!has_column(sheet, field))
		problems_add(problems, PROBLEM_missing_column, field->name, field->title.en,
		    field->title.zh, NULL);
}

static bool is_key(const struct kind *kind, size_t index)
{
	for (size_t i = 0; i < kind->key_count; i++)
		if (kind->key[i] == index)
			return true;
	return false;
}

// Has it a row for each entry of the kind's list, or a list in a cell? Where it has neither, the
// former is what it should have.
static bool comes_in_parts(const struct sheet *sheet)
{
	const struct fold *fold = sheet->kind->fold;
	return fold != NULL && (has_column(sheet, &fold->from) || !has_column(sheet, fold->list));
}

static void require_part(const struct sheet *sheet, bool is_changes, struct problems *problems)
{
	const struct fold *fold = sheet->kind->fold;
	require(sheet, &fold->from, problems);
	for (size_t i = 0; i < fold->list->field_count; i++)
		if (i != fold->by && fold->list->fields[i].required && !is_changes)
			require(sheet, &fold->list->fields[i], problems);
}

static void require_fields(const struct sheet *sheet, bool is_changes, struct problems *problems)
{
	const struct kind *kind = sheet->kind;
	bool in_parts = comes_in_parts(sheet);
	for (size_t i = 0; i < kind->field_count; i++) {
		const struct field *field = &kind->fields[i];
		bool is_made = in_parts && (i == kind->fold->into || i == kind->fold->list_index);
		if (is_made || field->type == FIELD_ID_NUMBER) // made of other columns
			continue;
		if (is_key(kind, i) || (field->required && !is_changes))
			require(sheet, field, problems);
	}
	if (in_parts)
		require_part(sheet, is_changes, problems);
}

bool sheet_make(struct sheet *sheet, const struct csv *csv, const struct kind *kind,
    bool is_changes, struct problems *problems)
{
	*sheet = (struct sheet){ .kind = kind };
	*problems = (struct problems){ 0 };
	sheet->count = csv_header(csv, &sheet->headers);
	ENSURE(sheet->count <= CSV_COLUMNS_MAX);
	for (size_t i = 0; i < sheet->count; i++)
		sheet->columns[i] = column_named(kind, sheet->headers[i]);
	if (is_changes)
		require(sheet, &operation_column, problems);
	if (!kind->subject_optional)
		require(sheet, &kind->subject, problems);
	require_fields(sheet, is_changes, problems);
	return problems->count == 0;
}

bool sheet_is_result(const struct sheet *sheet)
{
	size_t found = 0;
	for (size_t i = 0; i < TELLING_HEADERS; i++)
		for (size_t column = 0; column < sheet->count; column++)
			if (bytes_equal_text(sheet->headers[column], sheet_result_headers[i])) {
				found++;
				break;
			}
	return found == TELLING_HEADERS;
}

// --- a row as JSON -------------------------------------------------------------------------------

static bool is_blank(struct bytes cell)
{
	return text_trim(cell).size == 0;
}

// Several columns may mean the same. What the earlier ones have that is not blank: nothing, the
// same value, or another one, which is a contradiction that must not get lost; two of it are
// enough.
enum repetition {
	FIRST,
	SAME,
	SECOND,
	FURTHER
};

static enum repetition repetition_of(
    const struct sheet *sheet, size_t column, const struct bytes *cells, size_t *first)
{
	enum repetition repetition = FIRST;
	for (size_t i = 0; i < column; i++) {
		if (sheet->columns[i] != sheet->columns[column] || is_blank(cells[i]))
			continue;
		if (bytes_equal(text_trim(cells[i]), text_trim(cells[column])))
			return SAME;
		if (repetition == FIRST)
			*first = i;
		else if (!bytes_equal(text_trim(cells[i]), text_trim(cells[*first])))
			return FURTHER;
		repetition = SECOND;
	}
	return repetition;
}

// Its header, as the office wrote it; of the second, another of the field's names.
static struct bytes name_of(
    const struct sheet *sheet, size_t column, enum repetition repetition, size_t first)
{
	const struct field *field = sheet->columns[column];
	bool is_own = field == &operation_column || field == &version_column;
	if (repetition == FIRST)
		return is_own ? bytes_of_text(field->name) : sheet->headers[column];
	bool is_named = is_own || bytes_equal_text(sheet->headers[first], field->name);
	return bytes_of_text(is_named ? field->title.zh : field->name);
}

static void write_operation(struct json_writer *writer, struct bytes cell)
{
	enum record_operation operation;
	if (row_column_operation(cell, &operation))
		json_write_text(writer, operation == RECORD_PUT ? "put" : "retract");
	else
		json_write_bytes(writer, cell);
}

// A time stays one: it is held against the clock.
static void write_version(struct json_writer *writer, struct bytes cell)
{
	enum {
		SECONDS = sizeof "2026-11-23T08:15:02" - 1,
		US = 1000 * 1000
	};
	uint64_t version;
	bool is_time;
	char text[64], time[32];
	if (!row_column_version(cell, &version, &is_time)) {
		json_write_bytes(writer, cell);
		return;
	}
	time_format((int64_t)(version / 1000), time, sizeof time);
	if (is_time)
		snprintf(text, sizeof text, "%.*s.%06" PRIu64 "Z", SECONDS, time, version % US);
	else
		snprintf(text, sizeof text, "%" PRIu64, version);
	json_write_text(writer, text);
}

static void write_cell(
    const struct sheet *sheet, size_t column, const struct bytes *cells, struct json_writer *writer)
{
	const struct field *field = sheet->columns[column];
	size_t first = 0;
	if (field == NULL || field == &reject_column || is_blank(cells[column]))
		return;
	enum repetition repetition = repetition_of(sheet, column, cells, &first);
	if (repetition == SAME || repetition == FURTHER)
		return;
	char *name = bytes_copy_text(name_of(sheet, column, repetition, first));
	json_write_name(writer, name);
	free(name);
	if (field == &operation_column)
		write_operation(writer, cells[column]);
	else if (field == &version_column)
		write_version(writer, cells[column]);
	else
		json_write_bytes(writer, cells[column]);
}

void sheet_write_row(
    const struct sheet *sheet, const struct bytes *cells, size_t count, struct buffer *out)
{
	struct json_writer writer = json_writer_make(out);
	json_write_begin_object(&writer);
	for (size_t i = 0; i < count; i++)
		write_cell(sheet, i, cells, &writer);
	json_write_end_object(&writer);
}

// --- its columns ---------------------------------------------------------------------------------

// Without two columns that are understood the first line may be a row, and its cells anybody's.
static bool has_headers(const struct sheet *sheet)
{
	size_t understood = 0;
	for (size_t i = 0; i < sheet->count; i++)
		understood += sheet->columns[i] != NULL;
	return understood >= 2 || understood == sheet->count;
}

static void write_header(
    const struct sheet *sheet, size_t column, bool is_shown, struct json_writer *writer)
{
	struct buffer header = { 0 };
	if (is_shown)
		mask_write(MASK_TEXT, sheet->headers[column], &header);
	else
		buffer_printf(&header, "#%zu", column + 1);
	json_write_name(writer, "header");
	json_write_bytes(writer, buffer_bytes(&header));
	buffer_wipe(&header);
}

void sheet_write_columns(const struct sheet *sheet, struct json_writer *writer)
{
	bool are_headers = has_headers(sheet);
	json_write_begin_array(writer);
	for (size_t i = 0; i < sheet->count; i++) {
		json_write_begin_object(writer);
		write_header(sheet, i, are_headers || sheet->columns[i] != NULL, writer);
		json_write_name(writer, "field");
		if (sheet->columns[i] != NULL)
			json_write_text(writer, sheet->columns[i]->name);
		else
			json_write_null(writer);
		json_write_end_object(writer);
	}
	json_write_end_array(writer);
}
