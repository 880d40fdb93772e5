// SPDX-License-Identifier: Apache-2.0
// office: one table of habits; headers and words are the catalogue's aliases.
#include "office.h"

#include "date.h"
#include "plain.h"
#include "random.h"

#include <stdio.h>

enum dates {
	DATES_ISO,     // 2026-11-23
	DATES_SLASHES, // 2026/1/5, as Excel shows them in China
	DATES_DIGITS,  // 20261123
	DATES_CHINESE, // 2026年11月23日
	DATES_SERIAL,  // 46349: what is left when Excel's format is lost
};

enum codes {
	CODES_TITLES,
	CODES_NATIONAL, // codes of national standards, titles else
	CODES_ALIASES,  // whatever word this office uses
	CODES_LAST,     // the last alias: often the old system's number
};

enum headers {
	HEADERS_TITLES,
	HEADERS_ALIASES,
	HEADERS_PINYIN, // sfzh, where the catalogue knows one
};

struct habits {
	const char *department;
	enum dates dates;
	enum codes codes;
	enum headers headers;
	const char *yes, *no;
	bool groups_thousands;
	bool has_numbers, has_names; // columns of its own, which nobody outside needs
};

static const struct habits all_habits[] = {
	{ "public-security", DATES_DIGITS, CODES_NATIONAL, HEADERS_TITLES, "是", "否", false, false,
	    true },
	{ "family-planning", DATES_CHINESE, CODES_ALIASES, HEADERS_ALIASES, "是", "否", false,
	    false, true },
	{ "tax", DATES_ISO, CODES_TITLES, HEADERS_ALIASES, "Y", "N", true, false, false },
	{ "social-insurance", DATES_SLASHES, CODES_LAST, HEADERS_PINYIN, "1", "0", false, true,
	    true },
	{ "health", DATES_SERIAL, CODES_TITLES, HEADERS_ALIASES, "有", "无", false, true, false },
	{ "service-centre", DATES_SLASHES, CODES_ALIASES, HEADERS_ALIASES, "是", "否", true, false,
	    true },
};

static const struct habits *habits_of(const struct kind *kind)
{
	for (size_t i = 0; i < COUNT_OF(all_habits); i++)
		if (strcmp(all_habits[i].department, kind->catalogue->name) == 0)
			return &all_habits[i];
	return &all_habits[0];
}

// --- words ---------------------------------------------------------------------------------------

static bool is_ascii(const char *text)
{
	for (; *text != 0; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

// An office's choice, always the same for the same thing.
static size_t choice(const char *department, const char *what, size_t count)
{
	uint64_t hash = 0;
	for (; *department != 0; department++)
		hash = random_mix(hash, (uint64_t)(unsigned char)*department);
	for (; *what != 0; what++)
		hash = random_mix(hash, (uint64_t)(unsigned char)*what);
	return (size_t)(hash % count);
}

static const char *pinyin_of(const struct field *field)
{
	for (size_t i = 0; i < field->alias_count; i++)
		if (is_ascii(field->aliases[i]))
			return field->aliases[i];
	return NULL;
}

static const char *wanted_header(const struct habits *habits, const struct field *field)
{
	size_t alias = choice(habits->department, field->name, field->alias_count + 1);
	const char *pinyin = habits->headers == HEADERS_PINYIN ? pinyin_of(field) : NULL;
	if (pinyin != NULL)
		return pinyin;
	bool own = habits->headers == HEADERS_TITLES || alias == field->alias_count ||
		   is_ascii(field->aliases[alias]);
	return own ? field->title.zh : field->aliases[alias];
}

static const char *header_for(const struct layout *layout, const struct field *field)
{
	const char *header = wanted_header(layout->habits, field);
	bool understood = kind_column(layout->kind, bytes_of_text(header)) == field;
	return understood ? header : field->title.zh;
}

// --- columns -------------------------------------------------------------------------------------

static void add_column(
    struct layout *layout, enum column_of of, const struct field *field, size_t index)
{
	static const char *const own[] = { [COLUMN_NUMBER] = "序号", [COLUMN_NAME] = "姓名" };
	ENSURE(layout->count < COLUMNS_MAX);
	struct column *column = &layout->columns[layout->count];
	*column = (struct column){ of, field, index, NULL };
	if (field == NULL && kind_column(layout->kind, bytes_of_text(own[of])) != NULL)
		return; // it means something to this kind
	column->header = field == NULL            ? own[of]
			 : layout->habits == NULL ? field->name
						  : header_for(layout, field);
	layout->count++;
}

static void add_fields(struct layout *layout)
{
	const struct kind *kind = layout->kind;
	const struct fold *fold = kind->fold;
	for (size_t i = 0; i < kind->field_count; i++) {
		bool of_fold = fold != NULL && (i == fold->into || i == fold->list_index);
		if (!of_fold && kind->fields[i].type != FIELD_ID_NUMBER)
			add_column(layout, COLUMN_FIELD, &kind->fields[i], i);
	}
	if (fold == NULL)
		return;
	add_column(layout, COLUMN_PERIOD, &fold->from, 0);
	for (size_t i = 0; i < fold->list->field_count; i++)
		if (i != fold->by)
			add_column(layout, COLUMN_ENTRY, &fold->list->fields[i], i);
}

void layout_make(struct layout *layout, const struct kind *kind, bool plain)
{
	*layout = (struct layout){ .kind = kind, .habits = plain ? NULL : habits_of(kind) };
	bool of_people = kind->subject.type == FIELD_PERSON && !kind->subject_optional;
	if (!plain && layout->habits->has_numbers)
		add_column(layout, COLUMN_NUMBER, NULL, 0);
	if (!plain && layout->habits->has_names && of_people)
		add_column(layout, COLUMN_NAME, NULL, 0);
	add_column(layout, COLUMN_SUBJECT, &kind->subject, 0);
	add_fields(layout);
}

// --- values --------------------------------------------------------------------------------------

static void write_date(const struct habits *habits, int64_t date, struct buffer *out)
{
	int year = (int)(date / 10000), month = (int)(date / 100 % 100), day = (int)(date % 100);
	switch (habits->dates) {
	case DATES_ISO:
		buffer_printf(out, "%04d-%02d-%02d", year, month, day);
		break;
	case DATES_SLASHES:
		buffer_printf(out, "%d/%d/%d", year, month, day);
		break;
	case DATES_DIGITS:
		buffer_printf(out, "%08d", (int)date);
		break;
	case DATES_CHINESE:
		buffer_printf(out, "%d年%d月%d日", year, month, day);
		break;
	case DATES_SERIAL: // days since 1899-12-30, for all days since March 1900
		buffer_printf(out, "%d", (int)(date_to_days(date) - date_to_days(18991230)));
		break;
	}
}

static void write_month(const struct habits *habits, int64_t month, struct buffer *out)
{
	int year = (int)(month / 100), of_year = (int)(month % 100);
	if (habits->dates == DATES_ISO)
		buffer_printf(out, "%04d-%02d", year, of_year);
	else if (habits->dates == DATES_CHINESE)
		buffer_printf(out, "%d年%d月", year, of_year);
	else
		buffer_printf(out, "%04d%02d", year, of_year);
}

static bool means(const struct field *field, const char *word, const struct code *code)
{
	return code_list_find(field->codes, bytes_of_text(word)) == code;
}

static const char *word_for(
    const struct habits *habits, const struct field *field, const struct code *code)
{
	const char *title = code->title.zh;
	bool national = strncmp(field->codes->standard, "GB", 2) == 0;
	if (habits->codes == CODES_NATIONAL && national)
		return code->code;
	if (code->alias_count == 0 || habits->codes < CODES_ALIASES)
		return title;
	size_t alias = habits->codes == CODES_LAST
			   ? code->alias_count - 1
			   : choice(habits->department, code->code, code->alias_count);
	return means(field, code->aliases[alias], code) ? code->aliases[alias] : title;
}

static void write_code(const struct habits *habits, const struct field *field,
    const struct cell *cell, struct buffer *out)
{
	const struct code *code = code_list_find(field->codes, bytes_of_text(cell->text));
	ENSURE(code != NULL);
	buffer_append_text(out, word_for(habits, field, code));
}

// A division by its name where the list knows it and the name is no other's.
static void write_integer(const struct habits *habits, const struct field *field,
    const struct cell *cell, struct buffer *out)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%lld", (long long)cell->number);
	const struct code *code =
	    field->codes != NULL ? code_list_find(field->codes, bytes_of_text(digits)) : NULL;
	bool by_name =
	    code != NULL && habits->codes == CODES_TITLES && means(field, code->title.zh, code);
	buffer_append_text(out, by_name ? code->title.zh : digits);
}

// 4494.50, or 4,494.50.
static void write_money(const struct habits *habits, int64_t fen, struct buffer *out)
{
	char whole[24];
	ENSURE(fen >= 0);
	snprintf(whole, sizeof whole, "%lld", (long long)(fen / 100));
	for (size_t i = 0, size = strlen(whole); i < size; i++) {
		if (habits->groups_thousands && i > 0 && (size - i) % 3 == 0)
			buffer_append_byte(out, ',');
		buffer_append_byte(out, (uint8_t)whole[i]);
	}
	buffer_printf(out, ".%02d", (int)(fen % 100));
}

static void write_value(const struct layout *layout, const struct field *field,
    const struct cell *cell, struct written *out)
{
	const struct habits *habits = layout->habits;
	out->bare = habits == NULL && plain_is_bare(field);
	if (habits == NULL)
		plain_write_text(field, cell, &out->text);
	else if (field->type == FIELD_DATE)
		write_date(habits, cell->number, &out->text);
	else if (field->type == FIELD_MONTH)
		write_month(habits, cell->number, &out->text);
	else if (field->type == FIELD_CODE)
		write_code(habits, field, cell, &out->text);
	else if (field->type == FIELD_INTEGER)
		write_integer(habits, field, cell, &out->text);
	else if (field->type == FIELD_MONEY)
		write_money(habits, cell->number, &out->text);
	else if (field->type == FIELD_BOOLEAN)
		buffer_append_text(&out->text, cell->number ? habits->yes : habits->no);
	else
		plain_write_text(field, cell, &out->text);
}

static void write_list(const struct layout *layout, const struct row *row, struct written *out)
{
	struct json_writer writer = json_writer_make(&out->text);
	out->bare = true;
	if (row->list_count > 0)
		plain_write_list(row, layout->habits != NULL, &writer);
}

static void write_column(const struct layout *layout, const struct column *column,
    const struct row *row, uint64_t row_number, struct written *out)
{
	struct cell period = { .given = true, .number = row->period };
	const struct cell *cell = column->of == COLUMN_ENTRY    ? &row->list[0][column->index]
				  : column->of == COLUMN_PERIOD ? &period
								: &row->cells[column->index];
	buffer_clear(&out->text);
	out->bare = false;
	if (column->of == COLUMN_SUBJECT)
		buffer_append_text(&out->text, row->subject);
	else if (column->of == COLUMN_NUMBER)
		buffer_printf(&out->text, "%llu", (unsigned long long)row_number);
	else if (column->of == COLUMN_NAME)
		buffer_append_text(&out->text, row->name != NULL ? row->name : "");
	else if (column->field->type == FIELD_LIST)
		write_list(layout, row, out);
	else if (cell->given)
		write_value(layout, column->field, cell, out);
}

void layout_write(const struct layout *layout, const struct row *row, uint64_t row_number,
    struct written cells[COLUMNS_MAX])
{
	for (size_t i = 0; i < layout->count; i++)
		write_column(layout, &layout->columns[i], row, row_number, &cells[i]);
}

void layout_write_month(const struct layout *layout, int64_t month, struct buffer *out)
{
	if (layout->habits != NULL)
		write_month(layout->habits, month, out);
	else
		buffer_printf(out, "%04d-%02d", (int)(month / 100), (int)(month % 100));
}

// 30 February. Who has serial numbers in the column typed this one by hand.
const char *layout_impossible_day(const struct layout *layout)
{
	static const char *const days[] = {
		[DATES_ISO] = "2025-02-30",
		[DATES_SLASHES] = "2025/2/30",
		[DATES_DIGITS] = "20250230",
		[DATES_CHINESE] = "2025年2月30日",
		[DATES_SERIAL] = "2025.2.30",
	};
	return days[layout->habits != NULL ? layout->habits->dates : DATES_ISO];
}
