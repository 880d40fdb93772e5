// SPDX-License-Identifier: Apache-2.0
// record: a row's inputs, from cells or JSON, put beside the fields of its kind and read one by
// one.
//
// Cells and JSON members end in the same struct row, so that both ways in give the same record.
#include "record.h"

#include "date.h"
#include "row_columns.h"
#include "text.h"
#include "value.h"

#include <stdio.h>

enum {
	NUMBER_TEXT_SIZE = 40,
	YEAR_TEXT_SIZE = 24
};

// What a row brings for one field: a text, or a JSON value where it came as JSON.
struct input {
	bool given;
	struct bytes text;
	const struct json_value *json;
};

struct row {
	struct input subject;
	struct input fields[CATALOGUE_FIELDS_MAX];
	struct input from;                        // of the kind's fold
	struct input entry[CATALOGUE_FIELDS_MAX]; // the fold's list's fields, beside it
	bool offers_fold;                         // the row has room for `from`, filled or not
};

// A row of a list, or the record itself where list is NULL.
struct place {
	const struct field *list;
	size_t row;
};

static const struct place in_record = { 0 };

struct reading {
	struct record *record;
	const struct kind *kind;
	const struct record_context *context;
	struct problems *problems;
	struct row row;
};

// --- problems ------------------------------------------------------------------------------------

static void add_problem(struct reading *reading, struct place place, const struct field *field,
    enum problem_code code, const char *expected)
{
	char name[PROBLEM_COLUMN_BYTES * 2], en[PROBLEM_COLUMN_BYTES * 2],
	    zh[PROBLEM_COLUMN_BYTES * 2];
	if (place.list == NULL) {
		problems_add(reading->problems, code, field->name, field->title.en, field->title.zh,
		    expected);
		return;
	}
	snprintf(name, sizeof name, "%s[%zu].%s", place.list->name, place.row, field->name);
	snprintf(en, sizeof en, "%s (entry %zu)", field->title.en, place.row + 1);
	snprintf(zh, sizeof zh, "第 %zu 条明细的%s", place.row + 1, field->title.zh);
	problems_add(reading->problems, code, name, en, zh, expected);
}

// A name from outside is shown only where it cannot be a number of a person that got in its place.
static void add_unknown_member(struct reading *reading, struct place place, const char *member)
{
	char name[PROBLEM_COLUMN_BYTES * 2] = "";
	size_t digits = 0;
	for (const char *at = member; *at != 0; at++)
		digits += *at >= '0' && *at <= '9';
	bool showable = digits <= 4 && strlen(member) < PROBLEM_COLUMN_BYTES &&
			!text_has_controls(bytes_of_text(member));
	if (showable && place.list != NULL)
		snprintf(name, sizeof name, "%s[%zu].%s", place.list->name, place.row, member);
	else if (showable)
		snprintf(name, sizeof name, "%s", member);
	problems_add(reading->problems, PROBLEM_unknown_member, name, NULL, NULL, NULL);
}

// --- one input -----------------------------------------------------------------------------------

static bool is_blank(struct bytes text)
{
	return text_trim(text).size == 0;
}

static bool is_empty(const struct input *input)
{
	if (!input->given)
		return true;
	if (input->json == NULL)
		return is_blank(input->text);
	const char *text = json_string(input->json);
	return json_type(input->json) == JSON_NULL ||
	       (text != NULL && is_blank(bytes_of_text(text)));
}

// A scalar as a text; number holds a JSON number written out.
static bool input_text(const struct input *input, char number[NUMBER_TEXT_SIZE], struct bytes *text)
{
	if (input->json == NULL) {
		*text = input->text;
		return true;
	}
	switch (json_type(input->json)) {
	case JSON_STRING:
		*text = bytes_of_text(json_string(input->json));
		return true;
	case JSON_NUMBER:
		if (!json_decimal(input->json, number, NUMBER_TEXT_SIZE))
			return false;
		*text = bytes_of_text(number);
		return true;
	case JSON_BOOLEAN:
		*text = bytes_of_text(json_boolean(input->json) ? "true" : "false");
		return true;
	case JSON_NULL:
		*text = bytes_of_text("");
		return true;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return false;
}

static void read_list(struct reading *reading, const struct field *list, const struct input *input,
    struct value *value);

static void read_scalar(struct reading *reading, struct place place, const struct field *field,
    const struct input *input, struct value *value)
{
	char number[NUMBER_TEXT_SIZE];
	struct bytes text;
	struct value_reading result;
	if (!input_text(input, number, &text)) {
		add_problem(reading, place, field, value_form_problem(field), NULL);
		return;
	}
	if (!value_read(value, field, text, reading->context, &result))
		add_problem(reading, place, field, result.problem, result.expected);
	reading->record->old_id_number |= result.old_id_number;
	if (field == &reading->kind->subject)
		reading->record->birth_date = result.birth_date;
	explicit_bzero(number, sizeof number);
}

static void read_input(struct reading *reading, struct place place, const struct field *field,
    bool required, const struct input *input, struct value *value)
{
	size_t before = reading->problems->count;
	if (is_empty(input))
		value->present = false;
	else if (field->type != FIELD_LIST)
		read_scalar(reading, place, field, input, value);
	else if (place.list == NULL)
		read_list(reading, field, input, value);
	else
		add_problem(reading, place, field, PROBLEM_list_form, NULL); // no lists in lists
	if (required && !value->present && reading->problems->count == before)
		add_problem(reading, place, field, PROBLEM_missing_value, NULL);
}

// --- lists ---------------------------------------------------------------------------------------

static void read_entry(struct reading *reading, struct place place, const struct json_value *entry,
    struct value *values)
{
	const struct field *list = place.list;
	struct input inputs[CATALOGUE_FIELDS_MAX] = { 0 };
	for (const struct json_value *member = json_first(entry); member != NULL;
	     member = json_next(member)) {
		const struct field *field = field_column(list, bytes_of_text(json_name(member)));
		if (field == NULL) {
			add_unknown_member(reading, place, json_name(member));
			continue;
		}
		struct input *input = &inputs[field - list->fields];
		if (input->given)
			add_problem(reading, place, field, PROBLEM_given_twice, NULL);
		*input = (struct input){ .given = true, .json = member };
	}
	for (size_t i = 0; i < list->field_count; i++)
		read_input(reading, place, &list->fields[i], list->fields[i].required, &inputs[i],
		    &values[i]);
}

static void read_entries(struct reading *reading, const struct field *list,
    const struct json_value *array, struct value *value)
{
	char expected[32];
	size_t count = json_size(array);
	if (json_type(array) != JSON_ARRAY) {
		add_problem(reading, in_record, list, PROBLEM_list_form, NULL);
		return;
	}
	if (count > list->list_max) {
		snprintf(expected, sizeof expected, "≤ %zu", list->list_max);
		add_problem(reading, in_record, list, PROBLEM_list_too_long, expected);
		return;
	}
	value->present = true;
	value->integer = (int64_t)count;
	value->rows = allocate(count * list->field_count * sizeof(struct value));
	struct place place = { list, 0 };
	for (const struct json_value *entry = json_first(array); entry != NULL;
	     entry = json_next(entry), place.row++) {
		if (json_type(entry) == JSON_OBJECT)
			read_entry(
			    reading, place, entry, value->rows + place.row * list->field_count);
		else
			add_problem(reading, in_record, list, PROBLEM_list_form, NULL);
	}
}

// A spreadsheet's cell, and a database's JSON column on its way through a tool, hold the array as a
// text.
static void read_list(struct reading *reading, const struct field *list, const struct input *input,
    struct value *value)
{
	struct json *json = NULL;
	const char *string = json_string(input->json);
	if (input->json != NULL && string == NULL) {
		read_entries(reading, list, input->json, value);
		return;
	}
	struct bytes text = text_trim(string != NULL ? bytes_of_text(string) : input->text);
	if (json_parse(&json, text) == STATUS_OK)
		read_entries(reading, list, json_root(json), value);
	else
		add_problem(reading, in_record, list, PROBLEM_list_form, NULL);
	json_free(&json);
}

static int compare_by(const void *a, const void *b, void *by)
{
	int64_t left = ((const struct value *)a)[*(size_t *)by].integer;
	int64_t right = ((const struct value *)b)[*(size_t *)by].integer;
	return (left > right) - (left < right);
}

static bool is_repeated(const struct value *rows, size_t width, size_t by, size_t row)
{
	for (size_t earlier = 0; earlier < row; earlier++)
		if (rows[earlier * width + by].integer == rows[row * width + by].integer)
			return true;
	return false;
}

// A folding kind's list is a set by one of its fields: in any order it is the same list.
static void order_list(struct reading *reading)
{
	const struct fold *fold = reading->kind->fold;
	if (fold == NULL || reading->problems->count > 0)
		return;
	struct value *list = &reading->record->values[fold->list_index];
	size_t width = fold->list->field_count, by = fold->by;
	for (size_t row = 0; row < (size_t)list->integer; row++)
		if (is_repeated(list->rows, width, by, row))
			add_problem(reading, (struct place){ fold->list, row },
			    &fold->list->fields[by], PROBLEM_list_duplicate, NULL);
	if (list->integer > 1)
		qsort_r(list->rows, (size_t)list->integer, width * sizeof(struct value), compare_by,
		    &by);
}

// --- folding rows --------------------------------------------------------------------------------

static bool has_entry_input(const struct reading *reading)
{
	for (size_t i = 0; i < reading->kind->fold->list->field_count; i++)
		if (!is_empty(&reading->row.entry[i]))
			return true;
	return false;
}

static bool decide_folding(struct reading *reading)
{
	const struct fold *fold = reading->kind->fold;
	if (fold == NULL)
		return false;
	bool has_list = !is_empty(&reading->row.fields[fold->list_index]);
	bool has_from = !is_empty(&reading->row.from);
	bool has_entry = has_entry_input(reading);
	bool is_put = reading->record->operation == RECORD_PUT;
	if (has_list && (has_from || has_entry))
		add_problem(reading, in_record, fold->list, PROBLEM_given_twice, NULL);
	else if (!has_from && (has_entry || (is_put && !has_list && reading->row.offers_fold)))
		add_problem(reading, in_record, &fold->from, PROBLEM_missing_value, NULL);
	return has_from && !has_list;
}

// Puts a part of the month where the record wants it; a column that says the same thing may stand
// beside it.
static void read_derived(struct reading *reading, struct place place, const struct field *field,
    int64_t part, const struct input *beside, struct value *value)
{
	char text[YEAR_TEXT_SIZE];
	snprintf(text, sizeof text, "%lld", (long long)part);
	struct input derived = { .given = true, .text = bytes_of_text(text) };
	struct value other = { 0 };
	size_t before = reading->problems->count;
	read_input(reading, place, field, true, &derived, value);
	read_input(reading, place, field, false, beside, &other);
	if (reading->problems->count == before && other.present && other.integer != value->integer)
		add_problem(reading, place, field, PROBLEM_given_twice, NULL);
	value_deinit(&other, field);
}

static void read_fold(struct reading *reading)
{
	const struct fold *fold = reading->kind->fold;
	const struct field *list = fold->list;
	struct value month = { 0 }, *value = &reading->record->values[fold->list_index];
	struct place entry = { NULL, 0 }; // its fields are columns of the row
	read_input(reading, in_record, &fold->from, true, &reading->row.from, &month);
	if (!month.present)
		return;
	read_derived(reading, in_record, &reading->kind->fields[fold->into], month.integer / 100,
	    &reading->row.fields[fold->into], &reading->record->values[fold->into]);
	*value = (struct value){ .present = true, .integer = 1 };
	value->rows = allocate(list->field_count * sizeof(struct value));
	bool is_put = reading->record->operation == RECORD_PUT;
	for (size_t i = 0; i < list->field_count; i++) {
		if (i == fold->by)
			read_derived(reading, entry, &list->fields[i], month.integer % 100,
			    &reading->row.entry[i], &value->rows[i]);
		else if (is_put)
			read_input(reading, entry, &list->fields[i], list->fields[i].required,
			    &reading->row.entry[i], &value->rows[i]);
	}
	reading->record->folds = true;
}

// --- the whole row -------------------------------------------------------------------------------

static bool is_key(const struct kind *kind, size_t index)
{
	for (size_t i = 0; i < kind->key_count; i++)
		if (kind->key[i] == index)
			return true;
	return false;
}

static void read_subject(struct reading *reading)
{
	struct value subject = { 0 };
	struct record *record = reading->record;
	const struct kind *kind = reading->kind;
	if (is_empty(&reading->row.subject) && kind->subject_optional) {
		pseudonym_source(kind->catalogue->number, record->subject);
		return;
	}
	read_input(reading, in_record, &kind->subject, true, &reading->row.subject, &subject);
	if (subject.present)
		snprintf(record->subject, sizeof record->subject, "%s", subject.text);
	value_deinit(&subject, &kind->subject);
}

// An ID number that is kept is the subject's own; what is wrong with it was told there.
static const struct input *input_for(const struct reading *reading, size_t index)
{
	static const struct input none = { 0 };
	if (reading->kind->fields[index].type != FIELD_ID_NUMBER)
		return &reading->row.fields[index];
	return reading->record->subject[0] == SUBJECT_PERSON ? &reading->row.subject : &none;
}

static bool is_told_elsewhere(const struct reading *reading, size_t index)
{
	const struct kind *kind = reading->kind;
	if (kind->fields[index].type == FIELD_ID_NUMBER)
		return reading->record->subject[0] == 0;
	return kind->fold != NULL && index == kind->fold->list_index && reading->row.offers_fold;
}

static void read_fields(struct reading *reading)
{
	const struct kind *kind = reading->kind;
	struct record *record = reading->record;
	bool folds = decide_folding(reading);
	for (size_t i = 0; i < kind->field_count; i++) {
		bool key = is_key(kind, i);
		if (record->operation == RECORD_RETRACT && !key)
			continue;
		if (folds && (i == kind->fold->into || i == kind->fold->list_index))
			continue;
		bool required = (kind->fields[i].required || key) && !is_told_elsewhere(reading, i);
		read_input(reading, in_record, &kind->fields[i], required, input_for(reading, i),
		    &record->values[i]);
	}
	if (folds)
		read_fold(reading);
	order_list(reading);
}

static void make_key(struct reading *reading)
{
	struct record *record = reading->record;
	const struct kind *kind = reading->kind;
	struct buffer key = { 0 };
	char expected[32];
	record->key_known = true;
	for (size_t i = 0; i < kind->key_count; i++) {
		const struct value *value = &record->values[kind->key[i]];
		record->key_known = record->key_known && value->present;
		if (i > 0)
			buffer_append_byte(&key, '|');
		if (value->present)
			value_write_key(value, &kind->fields[kind->key[i]], &key);
	}
	if (record->key_known && key.size > CATALOGUE_KEY_BYTES_MAX) {
		snprintf(expected, sizeof expected, "≤ %d", CATALOGUE_KEY_BYTES_MAX);
		problems_add(reading->problems, PROBLEM_key_too_long, NULL, NULL, NULL, expected);
		record->key_known = false;
	}
	if (record->key_known)
		memcpy(record->key, buffer_text(&key), key.size + 1);
	buffer_wipe(&key);
}

static int64_t first_day(enum field_type type, int64_t value)
{
	return type == FIELD_MONTH  ? value * 100 + 1
	       : type == FIELD_YEAR ? value * 10000 + 101
				    : value;
}

static void set_valid_since(struct record *record)
{
	int index = record->kind->valid_since;
	if (index < 0 || !record->values[index].present)
		return;
	record->valid_since =
	    first_day(record->kind->fields[index].type, record->values[index].integer);
}

static bool read_row(struct reading *reading)
{
	read_subject(reading);
	read_fields(reading);
	make_key(reading);
	if (reading->record->operation == RECORD_PUT)
		set_valid_since(reading->record);
	return reading->problems->count == 0;
}

static struct reading reading_make(struct record *record, const struct kind *kind,
    const struct record_context *context, struct problems *problems)
{
	ENSURE(kind->field_count <= CATALOGUE_FIELDS_MAX);
	ENSURE(kind->fold == NULL || kind->fold->list->field_count <= CATALOGUE_FIELDS_MAX);
	*record = (struct record){ .kind = kind };
	*problems = (struct problems){ 0 };
	return (struct reading){
		.record = record,
		.kind = kind,
		.context = context,
		.problems = problems,
	};
}

static bool is_among(const struct field *field, const struct field *fields, size_t count)
{
	return field >= fields && field < fields + count;
}

static struct input *input_of(struct reading *reading, const struct field *field)
{
	const struct kind *kind = reading->kind;
	struct row *row = &reading->row;
	if (field == &kind->subject)
		return &row->subject;
	if (is_among(field, kind->fields, kind->field_count))
		return &row->fields[field - kind->fields];
	ENSURE(kind->fold != NULL);
	if (field == &kind->fold->from)
		return &row->from;
	ENSURE(is_among(field, kind->fold->list->fields, kind->fold->list->field_count));
	return &row->entry[field - kind->fold->list->fields];
}

// --- cells ---------------------------------------------------------------------------------------

// Which row in quarantine is mended by this one. What is no number leads to none: nobody has to
// mend that.
static void read_reject(struct record *record, struct bytes text)
{
	struct bytes digits = text_trim(text);
	uint64_t id = 0;
	for (size_t i = 0; i < digits.size; i++) {
		unsigned digit = (unsigned)digits.data[i] - '0';
		if (digit > 9 || __builtin_mul_overflow(id, (uint64_t)10, &id) ||
		    __builtin_add_overflow(id, (uint64_t)digit, &id))
			return;
	}
	record->reject = id;
}

// The columns of any kind; false: the column is another.
static bool take_common_cell(struct reading *reading, const struct field *column, struct bytes cell)
{
	struct record *record = reading->record;
	if (column != &operation_column && column != &version_column && column != &reject_column)
		return false;
	if (is_blank(cell))
		return true;
	if (column == &reject_column)
		read_reject(record, cell);
	if (column == &version_column)
		record->has_version =
		    row_column_version(cell, &record->version, &record->version_is_time);
	if (column == &version_column && !record->has_version)
		problems_add(reading->problems, PROBLEM_version_form, column->name,
		    column->title.en, column->title.zh, NULL);
	if (column == &operation_column && !row_column_operation(cell, &record->operation))
		problems_add(reading->problems, PROBLEM_unknown_operation, column->name,
		    column->title.en, column->title.zh, "新增 / 修改 / 删除");
	return true;
}

bool record_from_cells(struct record *record, const struct kind *kind,
    const struct field *const *header, const struct bytes *cells, size_t count,
    const struct record_context *context, struct problems *problems)
{
	struct reading reading = reading_make(record, kind, context, problems);
	for (size_t i = 0; i < count; i++) {
		if (header[i] == NULL || take_common_cell(&reading, header[i], cells[i]))
			continue;
		struct input *input = input_of(&reading, header[i]);
		if (input == &reading.row.from)
			reading.row.offers_fold = true;
		if (is_blank(cells[i]))
			continue;
		if (input->given && !bytes_equal(text_trim(input->text), text_trim(cells[i])))
			add_problem(&reading, in_record, header[i], PROBLEM_given_twice, NULL);
		*input = (struct input){ .given = true, .text = cells[i] };
	}
	return read_row(&reading);
}

// --- JSON ----------------------------------------------------------------------------------------

static void read_operation(struct reading *reading, const struct json_value *member)
{
	const char *operation = json_string(member);
	if (operation != NULL && strcmp(operation, "put") == 0)
		reading->record->operation = RECORD_PUT;
	else if (operation != NULL && strcmp(operation, "retract") == 0)
		reading->record->operation = RECORD_RETRACT;
	else
		problems_add(reading->problems, PROBLEM_unknown_operation, "_op", NULL, NULL,
		    "put / retract");
}

static bool version_of_digits(const char *text, uint64_t *version)
{
	*version = 0;
	if (*text == 0)
		return false;
	for (; *text != 0; text++)
		if (*text < '0' || *text > '9' ||
		    __builtin_mul_overflow(*version, (uint64_t)10, version) ||
		    __builtin_add_overflow(*version, (uint64_t)(*text - '0'), version))
			return false;
	return true;
}

static bool version_of_time(const char *text, uint64_t *version)
{
	int64_t wall_us;
	if (!time_parse(bytes_of_text(text), &wall_us) || wall_us < 0)
		return false;
	*version = (uint64_t)wall_us;
	return true;
}

static void read_version(struct reading *reading, const struct json_value *member)
{
	struct record *record = reading->record;
	const char *text = json_string(member);
	int64_t integer;
	if (json_type(member) == JSON_NULL)
		return;
	if (text != NULL && !version_of_digits(text, &record->version))
		record->version_is_time = version_of_time(text, &record->version);
	if (text != NULL)
		record->has_version =
		    record->version_is_time || version_of_digits(text, &record->version);
	else
		record->has_version = json_integer(member, &integer) && integer >= 0;
	if (!record->has_version) {
		record->version = 0;
		problems_add(reading->problems, PROBLEM_version_form, "_version", NULL, NULL, NULL);
	} else if (text == NULL) {
		record->version = (uint64_t)integer;
	}
}

static void read_reject_member(struct record *record, const struct json_value *member)
{
	const char *text = json_string(member);
	int64_t id;
	if (text != NULL)
		read_reject(record, bytes_of_text(text));
	else if (json_integer(member, &id) && id > 0)
		record->reject = (uint64_t)id;
}

static const struct field *member_field(const struct kind *kind, const char *name)
{
	const struct fold *fold = kind->fold;
	int index = kind_field_index(kind, name);
	if (strcmp(kind->subject.name, name) == 0)
		return &kind->subject;
	if (index >= 0)
		return &kind->fields[index];
	if (fold != NULL && strcmp(fold->from.name, name) == 0)
		return &fold->from;
	for (size_t i = 0; fold != NULL && i < fold->list->field_count; i++)
		if (strcmp(fold->list->fields[i].name, name) == 0)
			return &fold->list->fields[i];
	return kind_column(kind, bytes_of_text(name));
}

static void take_member(struct reading *reading, const struct json_value *member)
{
	const char *name = json_name(member);
	if (strcmp(name, "_op") == 0) {
		read_operation(reading, member);
		return;
	}
	if (strcmp(name, "_version") == 0) {
		read_version(reading, member);
		return;
	}
	if (strcmp(name, reject_column.name) == 0) {
		read_reject_member(reading->record, member);
		return;
	}
	const struct field *field = member_field(reading->kind, name);
	if (field == NULL) {
		add_unknown_member(reading, in_record, name);
		return;
	}
	struct input *input = input_of(reading, field);
	if (input->given)
		add_problem(reading, in_record, field, PROBLEM_given_twice, NULL);
	*input = (struct input){ .given = true, .json = member };
}

bool record_from_json(struct record *record, const struct kind *kind, const struct json_value *row,
    const struct record_context *context, struct problems *problems)
{
	struct reading reading = reading_make(record, kind, context, problems);
	if (json_type(row) != JSON_OBJECT) {
		problems_add(problems, PROBLEM_not_an_object, NULL, NULL, NULL, NULL);
		return false;
	}
	for (const struct json_value *member = json_first(row); member != NULL;
	     member = json_next(member))
		take_member(&reading, member);
	return read_row(&reading);
}

// --- a record's life -----------------------------------------------------------------------------

void record_deinit(struct record *record)
{
	for (size_t i = 0; record->kind != NULL && i < record->kind->field_count; i++)
		value_deinit(&record->values[i], &record->kind->fields[i]);
	explicit_bzero(record, sizeof *record);
}

// Moves the rows of the earlier list but for the one that the new row stands for.
static size_t move_other_rows(
    struct value *rows, struct value *earlier, const struct fold *fold, const struct value *new_row)
{
	size_t width = fold->list->field_count, count = 0;
	for (size_t row = 0; row < (size_t)earlier->integer; row++) {
		struct value *from = earlier->rows + row * width;
		if (from[fold->by].integer == new_row[fold->by].integer)
			continue;
		memcpy(rows + count++ * width, from, width * sizeof *from);
		memset(from, 0, width * sizeof *from);
	}
	return count;
}

static enum status merge_list(struct record *record, struct value *earlier)
{
	const struct fold *fold = record->kind->fold;
	struct value *list = &record->values[fold->list_index];
	size_t width = fold->list->field_count, by = fold->by;
	bool is_put = record->operation == RECORD_PUT;
	struct value merged = { .present = true };
	merged.rows = allocate(((size_t)earlier->integer + 1) * width * sizeof(struct value));
	size_t count = move_other_rows(merged.rows, earlier, fold, list->rows);
	if (is_put) {
		memcpy(merged.rows + count++ * width, list->rows, width * sizeof(struct value));
		memset(list->rows, 0, width * sizeof(struct value));
	}
	merged.integer = (int64_t)count;
	qsort_r(merged.rows, count, width * sizeof(struct value), compare_by, &by);
	value_deinit(list, fold->list);
	*list = merged;
	if (count > fold->list->list_max)
		return fail(STATUS_TOO_LARGE,
		    "list %s would have %zu rows, at most %zu are allowed", fold->list->name, count,
		    fold->list->list_max);
	return STATUS_OK;
}

enum status record_fold(struct record *record, struct bytes earlier)
{
	ENSURE(record->folds && record->kind->fold != NULL);
	size_t list = record->kind->fold->list_index;
	struct record before = { 0 };
	enum status status = STATUS_OK;
	if (earlier.size > 0)
		status = record_unpack(&before, record->kind, earlier);
	if (status != STATUS_OK)
		goto cleanup;
	status = merge_list(record, &before.values[list]);
	if (status != STATUS_OK)
		goto cleanup;
	for (size_t i = 0; i < record->kind->field_count; i++) {
		if (i == list || record->values[i].present)
			continue;
		record->values[i] = before.values[i];
		before.values[i] = (struct value){ 0 };
	}
	record->operation = record->values[list].integer > 0 ? RECORD_PUT : RECORD_RETRACT;
	record->folds = false;
	set_valid_since(record);
cleanup:
	record_deinit(&before);
	return status;
}
