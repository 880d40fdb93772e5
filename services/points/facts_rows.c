// SPDX-License-Identifier: Apache-2.0
// facts_rows: each row is written out first, then read as the door of a department reads it.
#include "facts_rows.h"

#include "date.h"
#include "value.h"

#include <stdio.h>

// A score knows no today: what lies after its as-of day is left out by the table's reader, not
// refused here.
static const struct record_context no_context = { .pseudonym = NULL, .today = DATE_MAXIMUM };

// A record that is collected, and the row of the file that it came from first.
struct collected {
	struct record record;
	const struct json_value *row;
	size_t index;
};

struct collector {
	struct facts_place *place;
	const struct facts_kind *kind;
	size_t *rows_left;
	size_t number; // of the row, written out, from 1: in keys it stands for references left out
	bool is_list;
	size_t index; // of the row in the list
	const struct json_value *row;
	struct collected **list;
	size_t count;
	bool good;
};

// --- problems ------------------------------------------------------------------------------------

// "months[3].base": three steps.
static struct facts_step enter_field(struct facts_place *place, const char *field)
{
	struct facts_step step = { place->path.size };
	while (*field != 0) {
		char part[PROBLEM_COLUMN_BYTES];
		size_t size = strcspn(field, "[].");
		snprintf(part, sizeof part, "%.*s", (int)size, field);
		if (size > 0)
			facts_enter(place, part);
		field += size;
		field += *field != 0;
	}
	return step;
}

bool facts_refuse_problem(
    struct facts_place *place, const struct json_value *row, const struct problem *problem)
{
	struct buffer zh = { 0 }, en = { 0 };
	problem_write_text(problem, true, &zh);
	buffer_append_text(&zh, "。");
	problem_write_hint(problem, true, &zh);
	problem_write_text(problem, false, &en);
	buffer_append_text(&en, ". ");
	problem_write_hint(problem, false, &en);
	struct facts_step step = enter_field(place, problem->field);
	facts_refuse_with(place, row, buffer_text(&zh), buffer_text(&en));
	facts_leave(place, step);
	buffer_deinit(&zh);
	buffer_deinit(&en);
	return false;
}

static bool refuse_problems(
    struct facts_place *place, const struct json_value *row, const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		facts_refuse_problem(place, row, &problems->list[i]);
	return false;
}

static bool refuse_row(struct collector *collector, enum problem_code code)
{
	const struct problem problem = { .code = code };
	return facts_refuse_problem(collector->place, collector->row, &problem);
}

// --- one record ----------------------------------------------------------------------------------

// A reference left out stays absent: its number is no value that another record could name.
static void write_key_part(struct collector *collector, const struct value *value,
    const struct field *field, struct buffer *key)
{
	if (!value->present && field->type == FIELD_REFERENCE)
		buffer_printf(key, "%zu", collector->number);
	else
		value_write_key(value, field, key);
}

static bool make_key(struct collector *collector, struct record *record)
{
	const struct kind *kind = collector->kind->kind;
	struct buffer key = { 0 };
	for (size_t i = 0; i < kind->key_count; i++) {
		const struct field *field = &kind->fields[kind->key[i]];
		if (i > 0)
			buffer_append_byte(&key, '|');
		write_key_part(collector, &record->values[kind->key[i]], field, &key);
	}
	bool fits = key.size <= CATALOGUE_KEY_BYTES_MAX;
	if (fits && key.size > 0)
		memcpy(record->key, buffer_text(&key), key.size + 1);
	buffer_deinit(&key);
	return fits || refuse_row(collector, PROBLEM_key_too_long);
}

static void collect(struct collector *collector, struct record *record)
{
	size_t count = collector->count++;
	if ((count & (count - 1)) == 0)
		collector->list = reallocate(
		    collector->list, (count > 0 ? 2 * count : 1) * sizeof(struct collected *));
	collector->list[count] = allocate(sizeof(struct collected));
	*collector->list[count] = (struct collected){ *record, collector->row, collector->index };
	*record = (struct record){ 0 };
}

// --- kinds that fold -----------------------------------------------------------------------------

static struct record *find_collected(struct collector *collector, const char *key)
{
	for (size_t i = 0; i < collector->count; i++)
		if (strcmp(collector->list[i]->record.key, key) == 0)
			return &collector->list[i]->record;
	return NULL;
}

static bool has_month(const struct fold *fold, const struct value *list, int64_t month)
{
	size_t width = fold->list->field_count;
	for (size_t row = 0; row < (size_t)list->integer; row++)
		if (list->rows[row * width + fold->by].integer == month)
			return true;
	return false;
}

static int compare_months(const void *a, const void *b, void *by)
{
	int64_t left = ((const struct value *)a)[*(size_t *)by].integer;
	int64_t right = ((const struct value *)b)[*(size_t *)by].integer;
	return (left > right) - (left < right);
}

// Moves the rows of a list into another. False: a month stands in both.
static bool merge_list(const struct fold *fold, struct value *into, struct value *from)
{
	size_t width = fold->list->field_count, by = fold->by;
	size_t had = (size_t)into->integer, more = (size_t)from->integer;
	for (size_t row = 0; row < more; row++)
		if (has_month(fold, into, from->rows[row * width + by].integer))
			return false;
	if (more == 0)
		return true;
	into->rows = reallocate(into->rows, (had + more) * width * sizeof(struct value));
	memcpy(into->rows + had * width, from->rows, more * width * sizeof(struct value));
	memset(from->rows, 0, more * width * sizeof(struct value));
	into->integer = (int64_t)(had + more);
	into->present = true;
	qsort_r(into->rows, had + more, width * sizeof(struct value), compare_months, &by);
	return true;
}

// What a later row says of the whole year stands.
static bool merge(struct collector *collector, struct record *into, struct record *from)
{
	const struct kind *kind = into->kind;
	for (size_t i = 0; i < kind->field_count; i++) {
		if (i == kind->fold->list_index || !from->values[i].present)
			continue;
		value_deinit(&into->values[i], &kind->fields[i]);
		into->values[i] = from->values[i];
		from->values[i] = (struct value){ 0 };
	}
	return merge_list(kind->fold, &into->values[kind->fold->list_index],
		   &from->values[kind->fold->list_index]) ||
	       refuse_row(collector, PROBLEM_duplicate_in_file);
}

// Collects a finished record; *record is empty or half used afterwards.
static bool take_record(struct collector *collector, struct record *record)
{
	if (!make_key(collector, record))
		return false;
	struct record *before =
	    record->kind->fold != NULL ? find_collected(collector, record->key) : NULL;
	if (before != NULL)
		return merge(collector, before, record);
	collect(collector, record);
	return true;
}

static bool count_rows(struct collector *collector, size_t rows)
{
	if (rows > *collector->rows_left)
		return facts_refuse(collector->place, collector->row,
		    "展开后超过 %d 行：请减少 _each、_months 或 _times",
		    "more than %d rows when written out: use less of _each, _months or _times",
		    FACTS_ROWS_MAX);
	*collector->rows_left -= rows;
	return true;
}

// --- _months -------------------------------------------------------------------------------------

struct months {
	int64_t first, last; // YYYYMM
};

static struct value value_copy(const struct field *field, const struct value *value);

static struct value *rows_copy(const struct field *list, const struct value *rows, size_t row_count)
{
	size_t count = row_count * list->field_count;
	struct value *copy = allocate(count * sizeof *copy);
	for (size_t i = 0; i < count; i++)
		copy[i] = value_copy(&list->fields[i % list->field_count], &rows[i]);
	return copy;
}

static struct value value_copy(const struct field *field, const struct value *value)
{
	struct value copy = *value;
	if (value->text != NULL)
		copy.text = text_copy(value->text);
	if (value->rows != NULL)
		copy.rows = rows_copy(field, value->rows, (size_t)value->integer);
	return copy;
}

// The one month of a record, from first to last of its year.
static void spread_year(
    const struct record *one, int64_t year, int64_t first, int64_t last, struct record *out)
{
	const struct kind *kind = one->kind;
	const struct fold *fold = kind->fold;
	size_t width = fold->list->field_count;
	*out = (struct record){ .kind = kind };
	for (size_t i = 0; i < kind->field_count; i++)
		if (i != fold->list_index)
			out->values[i] = value_copy(&kind->fields[i], &one->values[i]);
	out->values[fold->into].integer = year;
	struct value *list = &out->values[fold->list_index];
	*list = (struct value){ .present = true, .integer = last - first + 1 };
	list->rows = allocate((size_t)list->integer * width * sizeof *list->rows);
	for (int64_t month = first; month <= last; month++) {
		struct value *row = list->rows + (size_t)(month - first) * width;
		struct value *copy = rows_copy(fold->list, one->values[fold->list_index].rows, 1);
		memcpy(row, copy, width * sizeof *row);
		row[fold->by].integer = month;
		free(copy);
	}
}

static bool take_months(
    struct collector *collector, const struct record *one, const struct months *months)
{
	bool good = true;
	for (int64_t year = months->first / 100; good && year <= months->last / 100; year++) {
		struct record record;
		int64_t first = year == months->first / 100 ? months->first % 100 : 1;
		int64_t last = year == months->last / 100 ? months->last % 100 : 12;
		spread_year(one, year, first, last, &record);
		good = count_rows(collector, (size_t)(last - first + 1)) &&
		       take_record(collector, &record);
		record_deinit(&record);
	}
	return good;
}

// "2010-03..2015-02"
static bool read_months(
    struct facts_place *place, const struct json_value *value, struct months *months)
{
	const char *text = json_string(value);
	int year[2], month[2], size = 0;
	if (text != NULL)
		sscanf(text, "%4d-%2d..%4d-%2d%n", &year[0], &month[0], &year[1], &month[1], &size);
	if (size == (int)strlen("2010-03..2015-02") && text[size] == 0 &&
	    strspn(text, "0123456789-.") == (size_t)size) {
		*months = (struct months){ year[0] * 100 + month[0], year[1] * 100 + month[1] };
		if (month_valid(months->first) && month_valid(months->last) &&
		    months->first <= months->last)
			return true;
	}
	return facts_refuse(place, value, "应为起止月份，如 \"2010-03..2015-02\"",
	    "months from and to are expected, such as \"2010-03..2015-02\"");
}

// --- writing a row out ---------------------------------------------------------------------------

// What stands for several rows in one.
struct pattern {
	const struct json_value *each[FACTS_EACH_MEMBERS_MAX]; // members, each a list
	const struct json_value *chosen[FACTS_EACH_MEMBERS_MAX];
	size_t each_count;
	bool has_months;
	struct months months;
	int64_t times;
};

static bool read_record(
    struct collector *collector, const struct json_value *row, struct record *record)
{
	struct problems problems;
	collector->number++;
	bool good = record_from_json(record, &collector->kind->shape, row, &no_context, &problems);
	record->kind = collector->kind->kind;
	return good || refuse_problems(collector->place, collector->row, &problems);
}

// Reads a row without patterns, but for the months.
static bool read_written_row(
    struct collector *collector, const struct json_value *row, const struct months *months)
{
	struct record record;
	if (months == NULL && !count_rows(collector, 1))
		return false;
	bool good = read_record(collector, row, &record);
	if (good && months != NULL)
		good = take_months(collector, &record, months);
	else if (good)
		good = take_record(collector, &record);
	record_deinit(&record);
	return good;
}

static void write_row(
    const struct collector *collector, const struct pattern *pattern, struct buffer *out)
{
	char period[24];
	struct json_writer writer = json_writer_make(out);
	json_write_begin_object(&writer);
	for (const struct json_value *member = json_first(collector->row); member != NULL;
	     member = json_next(member)) {
		if (json_name(member)[0] == '_')
			continue;
		json_write_name(&writer, json_name(member));
		json_write_value(&writer, member);
	}
	for (size_t i = 0; i < pattern->each_count; i++) {
		json_write_name(&writer, json_name(pattern->each[i]));
		json_write_value(&writer, pattern->chosen[i]);
	}
	if (pattern->has_months) {
		snprintf(period, sizeof period, "%04d-%02d", (int)(pattern->months.first / 100),
		    (int)(pattern->months.first % 100));
		json_write_member_text(&writer, collector->kind->fold.from.name, period);
	}
	json_write_end_object(&writer);
}

static bool read_chosen(struct collector *collector, const struct pattern *pattern)
{
	struct buffer text = { 0 };
	struct json *json = NULL;
	write_row(collector, pattern, &text);
	// Names that stand twice: in the row and in its `_each` or `_months`.
	bool good = json_parse(&json, buffer_bytes(&text)) == STATUS_OK ||
		    refuse_row(collector, PROBLEM_given_twice);
	const struct months *months = pattern->has_months ? &pattern->months : NULL;
	for (int64_t i = 0; good && i < pattern->times; i++)
		good = read_written_row(collector, json_root(json), months);
	json_free(&json);
	buffer_wipe(&text);
	return good;
}

// The next combination, the last member turning fastest. False: that was all.
static bool choose_next(struct pattern *pattern)
{
	for (size_t i = pattern->each_count; i-- > 0;) {
		pattern->chosen[i] = json_next(pattern->chosen[i]);
		if (pattern->chosen[i] != NULL)
			return true;
		pattern->chosen[i] = json_first(pattern->each[i]);
	}
	return false;
}

static bool read_pattern_rows(struct collector *collector, struct pattern *pattern)
{
	bool good;
	do
		good = read_chosen(collector, pattern);
	while (good && choose_next(pattern));
	return good;
}

// --- the patterns of a row -----------------------------------------------------------------------

static bool take_each(
    struct collector *collector, const struct json_value *value, struct pattern *pattern)
{
	struct facts_place *place = collector->place;
	if (!facts_is_object(place, value))
		return false;
	for (const struct json_value *member = json_first(value); member != NULL;
	     member = json_next(member)) {
		struct facts_step step = facts_enter(place, json_name(member));
		bool good = json_size(member) > 0 && json_type(member) == JSON_ARRAY;
		if (!good)
			facts_refuse(place, member, "应为不空的列表 [...]",
			    "a list [...] that is not empty is expected");
		else if (pattern->each_count == FACTS_EACH_MEMBERS_MAX)
			good = facts_refuse(place, member, "_each 最多 %d 项",
			    "_each has at most %d members", FACTS_EACH_MEMBERS_MAX);
		facts_leave(place, step);
		if (!good)
			return false;
		pattern->each[pattern->each_count] = member;
		pattern->chosen[pattern->each_count++] = json_first(member);
	}
	return true;
}

static bool take_pattern_months(
    struct collector *collector, const struct json_value *value, struct pattern *pattern)
{
	if (collector->kind->kind->fold == NULL)
		return facts_refuse(collector->place, value, "该类数据不按月，不能用 _months",
		    "this kind is not told by months: _months cannot stand here");
	pattern->has_months = true;
	return read_months(collector->place, value, &pattern->months);
}

static bool leaves_reference_out(const struct collector *collector)
{
	const struct kind *kind = collector->kind->kind;
	for (size_t i = 0; i < kind->key_count; i++)
		if (kind->fields[kind->key[i]].type == FIELD_REFERENCE &&
		    json_member(collector->row, kind->fields[kind->key[i]].name) == NULL)
			return true;
	return false;
}

static bool take_times(
    struct collector *collector, const struct json_value *value, struct pattern *pattern)
{
	if (!json_integer(value, &pattern->times) || pattern->times < 1 ||
	    pattern->times > FACTS_ROWS_MAX)
		return facts_refuse(collector->place, value, "应为 1 至 %d 的整数",
		    "a whole number from 1 to %d is expected", FACTS_ROWS_MAX);
	return leaves_reference_out(collector) ||
	       facts_refuse(collector->place, value,
		   "_times 只用于主键含编号字段的类别，且该行不填该编号，否则各行是同一条记录",
		   "_times is for kinds with a reference in their key, which the row leaves out; "
		   "else "
		   "all its rows are one record");
}

static const struct {
	const char *name;
	bool (*take)(
	    struct collector *collector, const struct json_value *value, struct pattern *pattern);
} patterns[] = {
	{ "_each", take_each },
	{ "_months", take_pattern_months },
	{ "_times", take_times },
};

static bool take_pattern(
    struct collector *collector, const struct json_value *member, struct pattern *pattern)
{
	struct facts_step step = facts_enter(collector->place, json_name(member));
	size_t i = 0;
	while (i < COUNT_OF(patterns) && strcmp(patterns[i].name, json_name(member)) != 0)
		i++;
	bool good = i < COUNT_OF(patterns)
			? patterns[i].take(collector, member, pattern)
			: facts_refuse(collector->place, member,
			      "没有这一项；以 _ 开头的只有 _each、_months、_times",
			      "there is no such member; with _ begin only _each, _months and "
			      "_times");
	facts_leave(collector->place, step);
	return good;
}

static bool read_row(struct collector *collector)
{
	struct pattern pattern = { .times = 1 };
	bool has_pattern = false;
	if (!facts_is_object(collector->place, collector->row))
		return false;
	for (const struct json_value *member = json_first(collector->row); member != NULL;
	     member = json_next(member)) {
		if (json_name(member)[0] != '_')
			continue;
		has_pattern = true;
		if (!take_pattern(collector, member, &pattern))
			return false;
	}
	return has_pattern ? read_pattern_rows(collector, &pattern)
			   : read_written_row(collector, collector->row, NULL);
}

// --- all rows of a kind --------------------------------------------------------------------------

static void read_rows(struct collector *collector, const struct json_value *rows)
{
	collector->is_list = json_type(rows) == JSON_ARRAY;
	if (!collector->is_list) {
		collector->row = rows;
		collector->good = read_row(collector);
		return;
	}
	collector->row = json_first(rows);
	for (; collector->row != NULL; collector->row = json_next(collector->row)) {
		struct facts_step step = facts_enter_index(collector->place, collector->index);
		collector->good &= read_row(collector);
		facts_leave(collector->place, step);
		collector->index++;
	}
}

static int compare_keys(const void *a, const void *b)
{
	const struct collected *left = *(struct collected *const *)a;
	const struct collected *right = *(struct collected *const *)b;
	int order = strcmp(left->record.key, right->record.key);
	return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

static bool refuse_second(
    struct collector *collector, const struct collected *first, const struct collected *second)
{
	struct facts_place *place = collector->place;
	struct facts_step step = { place->path.size };
	if (collector->is_list)
		facts_enter_index(place, second->index);
	facts_refuse(place, second->row, "与第 %zu 行是同一条记录（主键相同）：请只保留一行",
	    "the same record as row %zu (their keys are equal): keep one of them", first->index);
	facts_leave(place, step);
	return false;
}

// At the door the later row would replace the earlier one; here nobody means that.
static void refuse_repeated(struct collector *collector)
{
	if (collector->count < 2)
		return;
	qsort(collector->list, collector->count, sizeof(struct collected *), compare_keys);
	for (size_t i = 1; i < collector->count; i++)
		if (strcmp(collector->list[i - 1]->record.key, collector->list[i]->record.key) == 0)
			collector->good =
			    refuse_second(collector, collector->list[i - 1], collector->list[i]);
}

bool facts_rows_read(struct facts_place *place, const struct facts_kind *kind,
    const struct json_value *rows, size_t *rows_left, facts_take *take, void *context)
{
	struct collector collector = {
		.place = place,
		.kind = kind,
		.rows_left = rows_left,
		.good = true,
	};
	read_rows(&collector, rows);
	refuse_repeated(&collector);
	for (size_t i = 0; i < collector.count; i++) {
		if (collector.good)
			take(&collector.list[i]->record, context);
		record_deinit(&collector.list[i]->record);
		free(collector.list[i]);
	}
	free(collector.list);
	return collector.good;
}

bool facts_row_read(struct facts_place *place, const struct facts_kind *kind,
    const struct json_value *row, struct record *record)
{
	struct problems problems;
	struct kind shape = kind->shape;
	shape.key_count = 0;
	bool good = record_from_json(record, &shape, row, &no_context, &problems);
	record->kind = kind->kind;
	return good || refuse_problems(place, row, &problems);
}
