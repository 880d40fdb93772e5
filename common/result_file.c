// SPDX-License-Identifier: Apache-2.0
// result_file: rows as they came, with what is wrong behind them.
#include "result_file.h"

#include "sheet.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	OWN_COLUMNS = SHEET_RESULT_HEADERS
};

static const char *const plain_headers[] = { "行号", "代码" };

struct result_file {
	struct csv_writer *writer;
	size_t columns[CSV_COLUMNS_MAX]; // the spreadsheet's that are given back
	size_t column_count;
	bool is_sheet;
	enum status status; // the first failure of all
};

static bool is_own(struct bytes header)
{
	for (size_t i = 0; i < OWN_COLUMNS; i++)
		if (bytes_equal_text(header, sheet_result_headers[i]))
			return true;
	return false;
}

static void write_row(struct result_file *result, const struct bytes *cells, size_t count)
{
	enum status status = csv_writer_row(result->writer, cells, count);
	if (result->status == STATUS_OK && (status == STATUS_FULL || status == STATUS_IO))
		result->status = status;
}

static void write_header(struct result_file *result, const struct csv *csv)
{
	struct bytes cells[CSV_COLUMNS_MAX + OWN_COLUMNS];
	size_t count = 0;
	if (csv != NULL) {
		const struct bytes *header;
		size_t header_count = csv_header(csv, &header);
		for (size_t i = 0; i < header_count; i++) {
			if (is_own(header[i]))
				continue;
			result->columns[result->column_count++] = i;
			cells[count++] = header[i];
		}
	} else {
		for (size_t i = 0; i < COUNT_OF(plain_headers); i++)
			cells[count++] = bytes_of_text(plain_headers[i]);
	}
	for (size_t i = 0; i < OWN_COLUMNS; i++)
		cells[count++] = bytes_of_text(sheet_result_headers[i]);
	write_row(result, cells, count);
}

enum status result_file_open(struct result_file **result, const char *path, const struct csv *csv)
{
	struct csv_writer *writer;
	*result = NULL;
	enum status status = csv_writer_open(&writer, path,
	    csv != NULL ? csv_encoding(csv) : CSV_UTF8_BOM, csv != NULL ? csv_separator(csv) : ',');
	if (status != STATUS_OK)
		return status;
	*result = allocate(sizeof **result);
	(*result)->writer = writer;
	(*result)->is_sheet = csv != NULL;
	write_header(*result, csv);
	return STATUS_OK;
}

// --- texts ---------------------------------------------------------------------------------------

typedef void problem_text(const struct problem *problem, bool chinese, struct buffer *out);

static void join_texts(const struct problems *problems, problem_text *write, struct buffer *out)
{
	for (size_t i = 0; i < problems->count; i++) {
		if (i > 0)
			buffer_append_text(out, "；");
		write(&problems->list[i], true, out);
	}
}

// The row's own cells, as far as it has them; then texts.
static void write_sheet_row(struct result_file *result, const struct bytes *cells, size_t count,
    const struct bytes texts[OWN_COLUMNS])
{
	struct bytes row[CSV_COLUMNS_MAX + OWN_COLUMNS];
	size_t size = 0;
	for (; size < result->column_count; size++) {
		size_t column = result->columns[size];
		row[size] = column < count ? cells[column] : bytes_of_text("");
	}
	for (size_t i = 0; i < OWN_COLUMNS; i++)
		row[size + i] = texts[i];
	enum status status = csv_writer_row(result->writer, row, size + OWN_COLUMNS);
	if (status == STATUS_OK)
		return;
	for (size_t i = 0; i < size; i++) // what cannot be written back: the texts at least
		row[i] = bytes_of_text("");
	write_row(result, row, size + OWN_COLUMNS);
}

static void write_plain_row(struct result_file *result, const char *line, const char *code,
    const struct bytes texts[OWN_COLUMNS])
{
	struct bytes row[] = { bytes_of_text(line), bytes_of_text(code), texts[0], texts[1],
		texts[2] };
	write_row(result, row, COUNT_OF(row));
}

void result_file_add(struct result_file *result, const struct delivery_row *row)
{
	struct buffer error = { 0 }, hint = { 0 };
	char line[24], id[24] = "";
	snprintf(line, sizeof line, "%" PRIu64, row->line);
	if (row->id != 0)
		snprintf(id, sizeof id, "%" PRIu64, row->id);
	if (result->is_sheet && row->cells == NULL) // nothing else tells where it was
		buffer_printf(&error, "第 %s 行：", line);
	join_texts(row->problems, problem_write_text, &error);
	join_texts(row->problems, problem_write_hint, &hint);
	struct bytes texts[OWN_COLUMNS] = { buffer_bytes(&error), buffer_bytes(&hint),
		bytes_of_text(id) };
	if (result->is_sheet)
		write_sheet_row(result, row->cells, row->count, texts);
	else
		write_plain_row(result, line, problem_name(row->problems->list[0].code), texts);
	buffer_deinit(&error);
	buffer_deinit(&hint);
}

void result_file_add_note(
    struct result_file *result, const char *code, const char *error, const char *hint)
{
	struct bytes texts[OWN_COLUMNS] = { bytes_of_text(error), bytes_of_text(hint),
		bytes_of_text("") };
	if (result->is_sheet)
		write_sheet_row(result, NULL, 0, texts);
	else
		write_plain_row(result, "", code, texts);
}

enum status result_file_finish(struct result_file **result)
{
	enum status status = (*result)->status;
	if (status == STATUS_OK)
		status = csv_writer_finish(&(*result)->writer);
	else
		csv_writer_abandon(&(*result)->writer);
	free(*result);
	*result = NULL;
	return status;
}

void result_file_abandon(struct result_file **result)
{
	if (*result == NULL)
		return;
	csv_writer_abandon(&(*result)->writer);
	free(*result);
	*result = NULL;
}
