// SPDX-License-Identifier: Apache-2.0
// mistakes: a table of mistakes, each with the code that it must be refused with.
#include "mistakes.h"

#include "citizen_id.h"
#include "date.h"

enum {
	TRIES = 8
};

static void put(struct written *cell, const char *text)
{
	buffer_clear(&cell->text);
	buffer_append_text(&cell->text, text);
	cell->bare = false;
}

static bool is_given(const struct written *cell)
{
	return cell->text.size > 0;
}

// Any of the columns that fits, all alike.
static bool find_column(struct random *random, const struct layout *layout,
    const struct written *cells, bool (*fits)(const struct column *column), size_t *found)
{
	size_t count = 0;
	for (size_t i = 0; i < layout->count; i++)
		if (fits(&layout->columns[i]) && is_given(&cells[i]))
			count++;
	if (count == 0)
		return false;
	int64_t chosen = random_between(random, 0, (int64_t)count - 1);
	for (size_t i = 0;; i++)
		if (fits(&layout->columns[i]) && is_given(&cells[i]) && chosen-- == 0) {
			*found = i;
			return true;
		}
}

// --- numbers of people ---------------------------------------------------------------------------

static bool is_citizen(const struct column *column)
{
	return column->field != NULL && column->field->type == FIELD_PERSON;
}

static bool break_check_digit(struct random *random, const struct layout *layout, int64_t today,
    struct written *cells, size_t *column)
{
	(void)today;
	if (!find_column(random, layout, cells, is_citizen, column))
		return false;
	struct buffer *text = &cells[*column].text;
	uint8_t *last = &text->data[text->size - 1];
	*last = *last == 'X' ? '7' : *last == '9' ? '0' : (uint8_t)(*last + 1);
	return true;
}

// 320582199003071000, or 3.20582E+17.
static bool damage_by_excel(struct random *random, const struct layout *layout, int64_t today,
    struct written *cells, size_t *column)
{
	struct citizen_id id;
	enum problem_code code;
	(void)today;
	if (!find_column(random, layout, cells, is_citizen, column))
		return false;
	struct buffer *text = &cells[*column].text;
	memcpy(text->data + text->size - 3, "000", 3);
	bool checks = citizen_id_parse(&id, buffer_bytes(text), &code);
	if (checks || random_chance(random, 400)) {
		char short_form[16];
		memcpy(short_form, (char[]){ (char)text->data[0], '.' }, 2);
		memcpy(short_form + 2, text->data + 1, 5);
		memcpy(short_form + 7, "E+17", 5);
		put(&cells[*column], short_form);
	}
	return true;
}

// --- values --------------------------------------------------------------------------------------

static bool is_date(const struct column *column)
{
	return column->field != NULL && column->field->type == FIELD_DATE;
}

static bool is_code(const struct column *column)
{
	return column->field != NULL && column->field->type == FIELD_CODE;
}

static bool is_required(const struct column *column)
{
	return column->of == COLUMN_SUBJECT || column->of == COLUMN_PERIOD ||
	       (column->of == COLUMN_FIELD && column->field->required);
}

static bool is_amount_of_tax(const struct column *column)
{
	return column->of == COLUMN_FIELD && column->field->type == FIELD_MONEY &&
	       column->field->required;
}

static bool make_day_impossible(struct random *random, const struct layout *layout, int64_t today,
    struct written *cells, size_t *column)
{
	(void)today;
	if (!find_column(random, layout, cells, is_date, column))
		return false;
	put(&cells[*column], layout_impossible_day(layout));
	return true;
}

static bool make_code_unknown(struct random *random, const struct layout *layout, int64_t today,
    struct written *cells, size_t *column)
{
	(void)today;
	if (!find_column(random, layout, cells, is_code, column))
		return false;
	put(&cells[*column], "不详");
	return true;
}

static bool leave_out(struct random *random, const struct layout *layout, int64_t today,
    struct written *cells, size_t *column)
{
	(void)today;
	if (!find_column(random, layout, cells, is_required, column))
		return false;
	put(&cells[*column], "");
	return true;
}

static bool move_month(struct random *random, const struct layout *layout, int64_t today,
    struct written *cells, size_t *column)
{
	for (size_t i = 0; i < layout->count; i++) {
		if (layout->columns[i].of != COLUMN_PERIOD)
			continue;
		int months = (int)random_between(random, 1, 12);
		put(&cells[i], "");
		layout_write_month(
		    layout, date_add_months(today / 100 * 100 + 1, months) / 100, &cells[i].text);
		*column = i;
		return true;
	}
	return false;
}

static bool make_negative(struct random *random, const struct layout *layout, int64_t today,
    struct written *cells, size_t *column)
{
	struct buffer negative = { 0 };
	(void)today;
	if (!find_column(random, layout, cells, is_amount_of_tax, column))
		return false;
	struct buffer *text = &cells[*column].text;
	buffer_printf(&negative, "-%.*s", (int)text->size, (const char *)text->data);
	put(&cells[*column], buffer_text(&negative));
	buffer_deinit(&negative);
	return true;
}

// --- harmless ones -------------------------------------------------------------------------------

static bool repeat(struct random *random, const struct layout *layout, int64_t today,
    struct written *cells, size_t *column)
{
	(void)random, (void)layout, (void)today, (void)cells;
	*column = 0;
	return true;
}

static bool wrap(struct random *random, const struct layout *layout, struct written *cells,
    size_t *column, const char *before, const char *behind)
{
	struct buffer wrapped = { 0 };
	if (!find_column(random, layout, cells, is_citizen, column))
		return false;
	struct buffer *text = &cells[*column].text;
	buffer_printf(
	    &wrapped, "%s%.*s%s", before, (int)text->size, (const char *)text->data, behind);
	put(&cells[*column], buffer_text(&wrapped));
	buffer_deinit(&wrapped);
	return true;
}

static bool add_spaces(struct random *random, const struct layout *layout, int64_t today,
    struct written *cells, size_t *column)
{
	(void)today;
	return wrap(random, layout, cells, column, " ", random_chance(random, 500) ? "　" : "\t");
}

static bool add_apostrophe(struct random *random, const struct layout *layout, int64_t today,
    struct written *cells, size_t *column)
{
	(void)today;
	return wrap(random, layout, cells, column, "'", "");
}

// １１０１０５...: typed with a Chinese input method.
static bool widen(struct random *random, const struct layout *layout, int64_t today,
    struct written *cells, size_t *column)
{
	struct buffer wide = { 0 };
	(void)today;
	if (!find_column(random, layout, cells, is_citizen, column))
		return false;
	const struct buffer *text = &cells[*column].text;
	for (size_t i = 0; i < text->size; i++) {
		unsigned character = 0xFF01u + text->data[i] - '!';
		buffer_append_byte(&wide, 0xEF);
		buffer_append_byte(&wide, (uint8_t)(0x80 | (character >> 6 & 0x3F)));
		buffer_append_byte(&wide, (uint8_t)(0x80 | (character & 0x3F)));
	}
	put(&cells[*column], buffer_text(&wide));
	buffer_deinit(&wide);
	return true;
}

static const struct mistake mistakes[] = {
	{ "check digit", "check_digit", false, break_check_digit },
	{ "number damaged by Excel", "excel_damage", false, damage_by_excel },
	{ "impossible day", "date_form", false, make_day_impossible },
	{ "unknown code", "unknown_code", false, make_code_unknown },
	{ "value left out", "missing_value", false, leave_out },
	{ "month to come", "month_in_future", false, move_month },
	{ "negative tax", "negative_payment", false, make_negative },
	{ "row twice", NULL, true, repeat },
	{ "spaces", NULL, false, add_spaces },
	{ "apostrophe", NULL, false, add_apostrophe },
	{ "full-width digits", NULL, false, widen },
};

const struct mistake *mistake_make(struct random *random, const struct layout *layout,
    int64_t today, struct written cells[COLUMNS_MAX], size_t *column)
{
	for (int i = 0; i < TRIES; i++) {
		const struct mistake *mistake =
		    &mistakes[random_between(random, 0, COUNT_OF(mistakes) - 1)];
		if (mistake->make(random, layout, today, cells, column))
			return mistake;
	}
	return NULL;
}
