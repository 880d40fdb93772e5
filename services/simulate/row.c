// SPDX-License-Identifier: Apache-2.0
// row: cells by the catalogue's own field numbers, held against its types.
#include "row.h"

#include <stdarg.h>
#include <stdio.h>

bool field_is_text(const struct field *field)
{
	static const bool is_text[FIELD_TYPE_COUNT] = {
		[FIELD_TEXT] = true,
		[FIELD_CODE] = true,
		[FIELD_ID_NUMBER] = true,
		[FIELD_CREDIT_CODE] = true,
		[FIELD_PERSON] = true,
		[FIELD_DWELLING] = true,
		[FIELD_ENTERPRISE] = true,
		[FIELD_REFERENCE] = true,
	};
	return is_text[field->type];
}

const struct field *row_list(const struct kind *kind)
{
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].type == FIELD_LIST)
			return &kind->fields[i];
	return NULL;
}

void row_begin(struct row *row, const struct kind *kind, const char *subject)
{
	row->kind = kind;
	row->name = NULL;
	row->period = 0;
	row->list_count = 0;
	row->text_size = 0;
	memset(row->cells, 0, sizeof row->cells);
	snprintf(row->subject, sizeof row->subject, "%s", subject);
}

// --- one cell ------------------------------------------------------------------------------------

static const char *keep_text(struct row *row, const char *format, va_list arguments)
{
	char *text = row->texts + row->text_size;
	size_t room = sizeof row->texts - row->text_size;
	int size = vsnprintf(text, room, format, arguments);
	ENSURE(size >= 0 && (size_t)size < room);
	row->text_size += (size_t)size + 1;
	return text;
}

static void set_text(
    struct row *row, struct cell *cell, const struct field *field, const char *format, va_list list)
{
	ENSURE(field != NULL && field_is_text(field));
	*cell = (struct cell){ .given = true, .text = keep_text(row, format, list) };
	if (field->type == FIELD_CODE)
		ENSURE(code_list_find(field->codes, bytes_of_text(cell->text)) != NULL);
}

static void set_number(struct cell *cell, const struct field *field, int64_t number)
{
	ENSURE(field != NULL && !field_is_text(field) && field->type != FIELD_LIST);
	*cell = (struct cell){ .given = true, .number = number };
}

static struct cell *cell_of(struct row *row, unsigned number, const struct field **field)
{
	*field = kind_field(row->kind, number);
	ENSURE(*field != NULL);
	return &row->cells[*field - row->kind->fields];
}

static struct cell *entry_cell_of(struct row *row, unsigned number, const struct field **field)
{
	const struct field *list = row_list(row->kind);
	ENSURE(list != NULL && row->list_count > 0);
	for (size_t i = 0; i < list->field_count; i++)
		if (list->fields[i].number == number) {
			*field = &list->fields[i];
			return &row->list[row->list_count - 1][i];
		}
	ENSURE(!"a field of the list");
	return NULL;
}

void row_put_text(struct row *row, unsigned number, const char *format, ...)
{
	const struct field *field;
	struct cell *cell = cell_of(row, number, &field);
	va_list arguments;
	va_start(arguments, format);
	set_text(row, cell, field, format, arguments);
	va_end(arguments);
}

void row_put_number(struct row *row, unsigned number, int64_t value)
{
	const struct field *field;
	struct cell *cell = cell_of(row, number, &field);
	set_number(cell, field, value);
}

void row_put_day(struct row *row, unsigned number, int64_t date)
{
	if (date != 0)
		row_put_number(row, number, date);
}

// --- entries -------------------------------------------------------------------------------------

void row_add_entry(struct row *row)
{
	const struct field *list = row_list(row->kind);
	ENSURE(list != NULL && list->field_count <= ROW_ENTRY_FIELDS_MAX);
	ENSURE(row->list_count < ROW_LIST_MAX && row->list_count < list->list_max);
	memset(row->list[row->list_count++], 0, sizeof row->list[0]);
}

void row_entry_text(struct row *row, unsigned number, const char *format, ...)
{
	const struct field *field;
	struct cell *cell = entry_cell_of(row, number, &field);
	va_list arguments;
	va_start(arguments, format);
	set_text(row, cell, field, format, arguments);
	va_end(arguments);
}

void row_entry_number(struct row *row, unsigned number, int64_t value)
{
	const struct field *field;
	struct cell *cell = entry_cell_of(row, number, &field);
	set_number(cell, field, value);
}

static void copy_entry(struct row *row, const struct cell *cells)
{
	const struct field *list = row_list(row->kind);
	row_add_entry(row);
	for (size_t i = 0; i < list->field_count; i++) {
		unsigned number = list->fields[i].number;
		if (cells[i].given && cells[i].text != NULL)
			row_entry_text(row, number, "%s", cells[i].text);
		else if (cells[i].given)
			row_entry_number(row, number, cells[i].number);
	}
}

void row_copy_entry(struct row *row, const struct row *from)
{
	copy_entry(row, from->list[0]);
}

void row_copy(struct row *row, const struct row *from)
{
	row_begin(row, from->kind, from->subject);
	row->name = from->name;
	row->period = from->period;
	for (size_t i = 0; i < from->kind->field_count; i++) {
		unsigned number = from->kind->fields[i].number;
		if (from->cells[i].given && from->cells[i].text != NULL)
			row_put_text(row, number, "%s", from->cells[i].text);
		else if (from->cells[i].given)
			row_put_number(row, number, from->cells[i].number);
	}
	for (size_t i = 0; i < from->list_count; i++)
		copy_entry(row, from->list[i]);
}
