// SPDX-License-Identifier: Apache-2.0
// plain: a table of writers, one for each type of field that is no text.
#include "plain.h"

#include "date.h"

#include <stdio.h>

static void write_boolean(const struct field *field, int64_t number, struct buffer *out)
{
	(void)field;
	buffer_append_text(out, number ? "true" : "false");
}

static void write_integer(const struct field *field, int64_t number, struct buffer *out)
{
	(void)field;
	buffer_printf(out, "%lld", (long long)number);
}

static void write_decimal(const struct field *field, int64_t number, struct buffer *out)
{
	struct json_writer writer = json_writer_make(out);
	json_write_decimal(&writer, number, field->type == FIELD_MONEY ? 2 : field->scale);
}

static void write_date(const struct field *field, int64_t number, struct buffer *out)
{
	char text[16];
	(void)field;
	date_format(number, text, sizeof text);
	buffer_append_text(out, text);
}

static void write_month(const struct field *field, int64_t number, struct buffer *out)
{
	(void)field;
	buffer_printf(out, "%04d-%02d", (int)(number / 100), (int)(number % 100));
}

static const struct form {
	void (*write)(const struct field *field, int64_t number, struct buffer *out);
	bool is_bare;
} forms[FIELD_TYPE_COUNT] = {
	[FIELD_BOOLEAN] = { write_boolean, true },
	[FIELD_INTEGER] = { write_integer, true },
	[FIELD_DECIMAL] = { write_decimal, true },
	[FIELD_MONEY] = { write_decimal, true },
	[FIELD_DATE] = { write_date, false },
	[FIELD_MONTH] = { write_month, false },
	[FIELD_YEAR] = { write_integer, true },
};

bool plain_is_bare(const struct field *field)
{
	return forms[field->type].is_bare;
}

void plain_write_text(const struct field *field, const struct cell *cell, struct buffer *out)
{
	if (field_is_text(field))
		buffer_append_text(out, cell->text);
	else
		forms[field->type].write(field, cell->number, out);
}

void plain_write_json(
    const struct field *field, const struct cell *cell, struct json_writer *writer)
{
	struct buffer text = { 0 };
	plain_write_text(field, cell, &text);
	if (plain_is_bare(field))
		json_write_raw(writer, buffer_bytes(&text));
	else
		json_write_bytes(writer, buffer_bytes(&text));
	buffer_deinit(&text);
}

void plain_write_list(const struct row *row, bool by_titles, struct json_writer *writer)
{
	const struct field *list = row_list(row->kind);
	json_write_begin_array(writer);
	for (size_t entry = 0; entry < row->list_count; entry++) {
		json_write_begin_object(writer);
		for (size_t i = 0; i < list->field_count; i++) {
			const struct field *field = &list->fields[i];
			if (!row->list[entry][i].given)
				continue;
			json_write_name(writer, by_titles ? field->title.zh : field->name);
			plain_write_json(field, &row->list[entry][i], writer);
		}
		json_write_end_object(writer);
	}
	json_write_end_array(writer);
}

// A row that folds has its month and that month's columns; the year is the month's.
static void write_folding(const struct row *row, struct json_writer *writer)
{
	const struct fold *fold = row->kind->fold;
	struct cell period = { .given = true, .number = row->period };
	json_write_name(writer, fold->from.name);
	plain_write_json(&fold->from, &period, writer);
	for (size_t i = 0; i < fold->list->field_count; i++) {
		if (i == fold->by || !row->list[0][i].given)
			continue;
		json_write_name(writer, fold->list->fields[i].name);
		plain_write_json(&fold->list->fields[i], &row->list[0][i], writer);
	}
}

static void write_field(const struct row *row, size_t index, struct json_writer *writer)
{
	const struct field *field = &row->kind->fields[index];
	bool is_list = field->type == FIELD_LIST && row->list_count > 0;
	bool of_fold = row->kind->fold != NULL && (is_list || index == row->kind->fold->into);
	if (of_fold || field->type == FIELD_ID_NUMBER || !(row->cells[index].given || is_list))
		return;
	json_write_name(writer, field->name);
	if (is_list)
		plain_write_list(row, false, writer);
	else
		plain_write_json(field, &row->cells[index], writer);
}

void plain_write_row(const struct row *row, struct json_writer *writer)
{
	json_write_begin_object(writer);
	if (row->subject[0] != 0)
		json_write_member_text(writer, row->kind->subject.name, row->subject);
	for (size_t i = 0; i < row->kind->field_count; i++)
		write_field(row, i, writer);
	if (row->kind->fold != NULL)
		write_folding(row, writer);
	json_write_end_object(writer);
}
