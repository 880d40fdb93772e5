// SPDX-License-Identifier: Apache-2.0
// table: rows for people, in columns as wide as what stands in them.
#include "table.h"

#include "text.h"

#include <inttypes.h>

struct cell {
	char *text;
	enum colour colour;
};

struct table {
	const struct table_column *columns;
	size_t column_count;
	struct cell *cells;
	size_t cell_count;
};

struct table *table_new(const struct table_column *columns, size_t count)
{
	struct table *table = allocate(sizeof *table);
	table->columns = columns;
	table->column_count = count;
	return table;
}

void table_free(struct table **table)
{
	if (*table == NULL)
		return;
	for (size_t i = 0; i < (*table)->cell_count; i++)
		free((*table)->cells[i].text);
	free((*table)->cells);
	free(*table);
	*table = NULL;
}

void table_add_coloured(struct table *table, enum colour colour, const char *text)
{
	table->cells = reallocate(table->cells, (table->cell_count + 1) * sizeof *table->cells);
	table->cells[table->cell_count++] = (struct cell){ text_copy(text), colour };
}

void table_add(struct table *table, const char *text)
{
	table_add_coloured(table, COLOUR_PLAIN, text);
}

void table_add_number(struct table *table, int64_t number)
{
	char text[24] = "-";
	if (number >= 0)
		snprintf(text, sizeof text, "%" PRId64, number);
	table_add(table, text);
}

// --- printing -----------------------------------------------------------------------------------

static bool is_wide(int32_t character)
{
	static const int32_t ranges[][2] = { { 0x1100, 0x115f }, { 0x2e80, 0xa4cf },
		{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 },
		{ 0xffe0, 0xffe6 }, { 0x20000, 0x3fffd } };
	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (character >= ranges[i][0] && character <= ranges[i][1])
			return true;
	return false;
}

size_t text_columns(const char *text)
{
	struct bytes bytes = bytes_of_text(text);
	size_t columns = 0;
	for (size_t at = 0; at < bytes.size;)
		columns += is_wide(text_next(bytes, &at)) ? 2 : 1;
	return columns;
}

static const char *heading(const struct table_column *column)
{
	return say_in_chinese() ? column->chinese : column->english;
}

static size_t column_width(const struct table *table, size_t column)
{
	size_t width = text_columns(heading(&table->columns[column]));
	for (size_t i = column; i < table->cell_count; i += table->column_count) {
		size_t columns = text_columns(table->cells[i].text);
		width = columns > width ? columns : width;
	}
	return width;
}

// Spaces are owed until something comes behind them, so that no line ends with any.
static void print_cell(
    FILE *file, const struct table_column *column, size_t width, const struct cell *cell, int *owed)
{
	int padding = (int)(width - text_columns(cell->text));
	bool coloured = cell->colour != COLOUR_PLAIN;
	*owed += column->right ? padding : 0;
	if (cell->text[0] != 0) {
		fprintf(file, "%*s", *owed, "");
		*owed = 0;
	}
	fputs(coloured ? colour_code(file, cell->colour) : "", file);
	say_text(file, cell->text);
	fputs(coloured ? colour_code(file, COLOUR_PLAIN) : "", file);
	*owed += (column->right ? 0 : padding) + 2;
}

static void print_row(
    const struct table *table, FILE *file, const size_t *widths, const struct cell *cells)
{
	int owed = 0;
	for (size_t column = 0; column < table->column_count; column++)
		print_cell(file, &table->columns[column], widths[column], &cells[column], &owed);
	fputc('\n', file);
}

void table_print(const struct table *table, FILE *file)
{
	ENSURE(table->cell_count % table->column_count == 0);
	size_t *widths = allocate(table->column_count * sizeof *widths);
	struct cell *headings = allocate(table->column_count * sizeof *headings);
	for (size_t column = 0; column < table->column_count; column++) {
		widths[column] = column_width(table, column);
		headings[column] =
		    (struct cell){ text_copy(heading(&table->columns[column])), COLOUR_FAINT };
	}
	print_row(table, file, widths, headings);
	for (size_t i = 0; i < table->cell_count; i += table->column_count)
		print_row(table, file, widths, table->cells + i);
	for (size_t column = 0; column < table->column_count; column++)
		free(headings[column].text);
	free(headings);
	free(widths);
}
