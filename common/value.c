// SPDX-License-Identifier: Apache-2.0
// value: a table of readers, one for each type of field.
#include "value.h"

#include "citizen_id.h"
#include "credit_code.h"
#include "date.h"
#include "text.h"
#include "written.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	FOLDED_SIZE = 256,
	CODE_WIDTH_MAX = 6,
	TEXT_BYTES_MAX = 4096,
	NUMBER_SIZE = 32
};

// One text on its way to becoming a value.
struct job {
	const struct field *field;
	const struct record_context *context;
	struct bytes text;        // trimmed UTF-8
	char folded[FOLDED_SIZE]; // the same in ASCII forms; "" for texts, which are kept as they
				  // are
	struct value *value;
	struct value_reading *reading;
};

static bool refuse(struct job *job, enum problem_code problem, const char *format, ...)
    PRINTF_LIKE(3, 4);

static bool refuse(struct job *job, enum problem_code problem, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(job->reading->expected, sizeof job->reading->expected, format, arguments);
	va_end(arguments);
	job->reading->problem = problem;
	return false;
}

static bool refuse_plainly(struct job *job, enum problem_code problem)
{
	return refuse(job, problem, "%s", "");
}

static bool keep_text(struct job *job, struct bytes text)
{
	job->value->text = bytes_copy_text(text);
	return true;
}

static bool keep_hashed(struct job *job, enum subject_type type, const char *normalised)
{
	char subject[SUBJECT_SIZE];
	ENSURE(job->context->pseudonym != NULL);
	pseudonym_subject(job->context->pseudonym, type, bytes_of_text(normalised), subject);
	return keep_text(job, bytes_of_text(subject));
}

// --- limits --------------------------------------------------------------------------------------

static bool has_limits(const struct field *field)
{
	return field->minimum != 0 || field->maximum != 0;
}

static bool is_within_limits(const struct field *field, int64_t integer)
{
	return !has_limits(field) || (integer >= field->minimum && integer <= field->maximum);
}

// From the last digit to the first.
static void write_scaled(int64_t scaled, int scale, char text[NUMBER_SIZE])
{
	uint64_t rest = scaled < 0 ? -(uint64_t)scaled : (uint64_t)scaled;
	char *at = text + NUMBER_SIZE;
	*--at = 0;
	for (int place = 0; place <= scale || rest > 0; place++, rest /= 10) {
		if (place == scale && scale > 0)
			*--at = '.';
		*--at = (char)('0' + rest % 10);
	}
	if (scaled < 0)
		*--at = '-';
	memmove(text, at, strlen(at) + 1);
}

static int scale_of(const struct field *field)
{
	return field->type == FIELD_MONEY ? 2 : field->type == FIELD_DECIMAL ? field->scale : 0;
}

static bool refuse_outside(struct job *job, enum problem_code problem,
    void (*write)(const struct field *field, int64_t integer, char text[NUMBER_SIZE]))
{
	const struct field *field = job->field;
	char minimum[NUMBER_SIZE], maximum[NUMBER_SIZE];
	write(field, field->minimum, minimum);
	write(field, field->maximum, maximum);
	if (field->minimum == INT64_MIN)
		return refuse(job, problem, "≤ %s", maximum);
	if (field->maximum == INT64_MAX)
		return refuse(job, problem, "≥ %s", minimum);
	return refuse(job, problem, "%s..%s", minimum, maximum);
}

static void write_number(const struct field *field, int64_t integer, char text[NUMBER_SIZE])
{
	write_scaled(integer, scale_of(field), text);
}

static void write_day(const struct field *field, int64_t date, char text[NUMBER_SIZE])
{
	(void)field;
	date_format(date, text, NUMBER_SIZE);
}

// --- one reader for each type --------------------------------------------------------------------

static bool read_text(struct job *job)
{
	size_t bytes_max = job->field->bytes_max ? job->field->bytes_max : TEXT_BYTES_MAX;
	if (text_has_controls(job->text))
		return refuse_plainly(job, PROBLEM_text_form);
	if (job->text.size > bytes_max)
		return refuse(job, PROBLEM_too_long, "≤ %zu", bytes_max);
	if (citizen_id_inside(job->text))
		return refuse_plainly(job, PROBLEM_id_number_in_text);
	return keep_text(job, job->text);
}

// Excel makes 1 of 01.
static const struct code *find_code_without_zeros(const struct job *job)
{
	char padded[CODE_WIDTH_MAX + 1];
	size_t size = strlen(job->folded);
	if (strspn(job->folded, "0123456789") != size)
		return NULL;
	for (size_t width = size + 1; width <= CODE_WIDTH_MAX; width++) {
		memset(padded, '0', width - size);
		memcpy(padded + width - size, job->folded, size + 1);
		const struct code *code = code_list_find(job->field->codes, bytes_of_text(padded));
		if (code != NULL)
			return code;
	}
	return NULL;
}

// As many of the list's codes with their titles as there is room for.
static bool refuse_code(struct job *job)
{
	const struct code_list *list = job->field->codes;
	char expected[sizeof job->reading->expected] = "";
	size_t used = 0;
	for (size_t i = 0; i < list->code_count; i++) {
		char item[sizeof expected];
		const char *title = list->codes[i].title.zh;
		int size = snprintf(item, sizeof item, "%s%s%s%s", i > 0 ? ", " : "",
		    list->codes[i].code, title != NULL ? " " : "", title != NULL ? title : "");
		if (used + (size_t)size + strlen(", …") >= sizeof expected) {
			memcpy(expected + used, ", …", sizeof ", …");
			break;
		}
		memcpy(expected + used, item, (size_t)size + 1);
		used += (size_t)size;
	}
	return refuse(job, PROBLEM_unknown_code, "%s", expected);
}

// A code that was in force once is taken: records tell of the past.
static bool read_code(struct job *job)
{
	const struct code *code = code_list_find(job->field->codes, bytes_of_text(job->folded));
	if (code == NULL)
		code = find_code_without_zeros(job);
	if (code == NULL)
		return refuse_code(job);
	if (code->from > job->context->today)
		return refuse_plainly(job, PROBLEM_code_not_in_force);
	return keep_text(job, bytes_of_text(code->code));
}

static bool read_boolean(struct job *job)
{
	static const struct {
		const char *word;
		bool boolean;
	} words[] = {
		{ "TRUE", true },
		{ "YES", true },
		{ "Y", true },
		{ "T", true },
		{ "1", true },
		{ "是", true },
		{ "有", true },
		{ "FALSE", false },
		{ "NO", false },
		{ "N", false },
		{ "F", false },
		{ "0", false },
		{ "否", false },
		{ "无", false },
	};
	text_upper(job->folded);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(job->folded, words[i].word) == 0) {
			job->value->integer = words[i].boolean;
			return true;
		}
	return refuse_plainly(job, PROBLEM_boolean_form);
}

static bool keep_number(struct job *job, bool is_number, int64_t number, enum problem_code problem)
{
	if (!is_number && problem == PROBLEM_decimals)
		return refuse(
		    job, problem, scale_of(job->field) > 0 ? "≤ %d" : "%d", scale_of(job->field));
	if (!is_number)
		return refuse_plainly(job, problem);
	if (!is_within_limits(job->field, number))
		return refuse_outside(job, PROBLEM_number_range, write_number);
	job->value->integer = number;
	return true;
}

// An integer may have titles for some of its values: 张家港市 for 320582.
static bool read_number(struct job *job)
{
	int64_t number;
	enum problem_code problem;
	const struct code *code = NULL;
	if (job->field->codes != NULL)
		code = code_list_find(job->field->codes, bytes_of_text(job->folded));
	bool is_number = written_number(
	    code != NULL ? code->code : job->folded, scale_of(job->field), &number, &problem);
	return keep_number(job, is_number, number, problem);
}

static bool read_money(struct job *job)
{
	int64_t fen;
	enum problem_code problem;
	bool is_money = written_money(job->folded, &fen, &problem);
	return keep_number(job, is_money, fen, problem);
}

static bool read_date(struct job *job)
{
	int64_t date;
	char today[16];
	if (!written_date(job->folded, &date))
		return refuse(job, PROBLEM_date_form, "2026-11-23");
	date_format(job->context->today, today, sizeof today);
	if (job->field->not_future && date > job->context->today)
		return refuse(job, PROBLEM_future_date, "≤ %s", today);
	if (!is_within_limits(job->field, date))
		return refuse_outside(job, PROBLEM_date_range, write_day);
	job->value->integer = date;
	return true;
}

static bool read_month(struct job *job)
{
	int64_t month, this_month = job->context->today / 100;
	if (!written_month(job->folded, &month))
		return refuse(job, PROBLEM_month_form, "2026-11");
	if (job->field->not_future && month > this_month)
		return refuse(job, PROBLEM_month_in_future, "≤ %04d-%02d", (int)(this_month / 100),
		    (int)(this_month % 100));
	job->value->integer = month;
	return true;
}

static bool read_year(struct job *job)
{
	int64_t year, this_year = job->context->today / 10000;
	if (!written_year(job->folded, &year))
		return refuse(job, PROBLEM_year_form, "2026");
	if (job->field->not_future && year > this_year)
		return refuse(job, PROBLEM_future_date, "≤ %d", (int)this_year);
	if (!is_within_limits(job->field, year))
		return refuse_outside(job, PROBLEM_date_range, write_number);
	job->value->integer = year;
	return true;
}

static bool read_citizen(struct job *job, struct citizen_id *id)
{
	enum problem_code problem;
	if (!citizen_id_parse(id, job->text, &problem))
		return refuse_plainly(job, problem);
	if (id->birth_date > job->context->today)
		return refuse_plainly(job, PROBLEM_id_number_date);
	job->reading->old_id_number = id->was_15_digits;
	job->reading->birth_date = id->birth_date;
	return true;
}

static bool read_id_number(struct job *job)
{
	struct citizen_id id;
	bool good = read_citizen(job, &id) && keep_text(job, bytes_of_text(id.number));
	explicit_bzero(&id, sizeof id);
	return good;
}

static bool read_person(struct job *job)
{
	struct citizen_id id;
	bool good = read_citizen(job, &id) && keep_hashed(job, SUBJECT_PERSON, id.number);
	explicit_bzero(&id, sizeof id);
	return good;
}

// Small traders were registered by their owner's ID number, which has the very form of a credit
// code or an old licence. In an open field it would be on the bus. An old licence has a check
// digit, an old ID number has none.
static bool may_be_id_number(const char *code, bool checks)
{
	struct citizen_id id;
	enum problem_code problem;
	struct bytes text = bytes_of_text(code);
	bool found = citizen_id_inside(text) || (!checks && citizen_id_parse(&id, text, &problem));
	explicit_bzero(&id, sizeof id);
	return found;
}

static bool read_credit_code(struct job *job)
{
	char code[CREDIT_CODE_SIZE];
	bool checks;
	if (!credit_code_parse(job->text, code, &checks))
		return refuse_plainly(job, PROBLEM_credit_code_form);
	if (may_be_id_number(code, checks))
		return refuse_plainly(job, PROBLEM_id_number_in_text);
	return keep_text(job, bytes_of_text(code));
}

static bool read_enterprise(struct job *job)
{
	char code[CREDIT_CODE_SIZE];
	bool checks;
	if (!credit_code_parse(job->text, code, &checks))
		return refuse_plainly(job, PROBLEM_credit_code_form);
	return keep_hashed(job, SUBJECT_ENTERPRISE, code);
}

// The number of a paper: what people type differently in it (spaces, case, width) must not make two
// of one.
static bool read_paper(struct job *job, enum subject_type type)
{
	if (text_has_controls(job->text))
		return refuse_plainly(job, PROBLEM_text_form);
	if (!text_fold(job->text, TEXT_DROP_SPACES, job->folded, sizeof job->folded))
		return refuse(job, PROBLEM_too_long, "≤ %d", FOLDED_SIZE - 1);
	text_upper(job->folded);
	return keep_hashed(job, type, job->folded);
}

static bool read_dwelling(struct job *job)
{
	return read_paper(job, SUBJECT_DWELLING);
}

static bool read_reference(struct job *job)
{
	return read_paper(job, SUBJECT_REFERENCE);
}

static const struct reader {
	bool (*read)(struct job *job);
	enum problem_code form; // what a text too long for the type, or no text at all, is
	bool keeps_text;        // reads job->text, as it was written
} readers[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = { read_text, PROBLEM_text_form, true },
	[FIELD_CODE] = { read_code, PROBLEM_unknown_code, false },
	[FIELD_BOOLEAN] = { read_boolean, PROBLEM_boolean_form, false },
	[FIELD_INTEGER] = { read_number, PROBLEM_number_form, false },
	[FIELD_DECIMAL] = { read_number, PROBLEM_number_form, false },
	[FIELD_MONEY] = { read_money, PROBLEM_number_form, false },
	[FIELD_DATE] = { read_date, PROBLEM_date_form, false },
	[FIELD_MONTH] = { read_month, PROBLEM_month_form, false },
	[FIELD_YEAR] = { read_year, PROBLEM_year_form, false },
	[FIELD_ID_NUMBER] = { read_id_number, PROBLEM_id_number_form, true },
	[FIELD_CREDIT_CODE] = { read_credit_code, PROBLEM_credit_code_form, false },
	[FIELD_PERSON] = { read_person, PROBLEM_id_number_form, true },
	[FIELD_DWELLING] = { read_dwelling, PROBLEM_too_long, false },
	[FIELD_ENTERPRISE] = { read_enterprise, PROBLEM_credit_code_form, false },
	[FIELD_REFERENCE] = { read_reference, PROBLEM_too_long, false },
	[FIELD_LIST] = { NULL, PROBLEM_list_form, false },
};

enum problem_code value_form_problem(const struct field *field)
{
	return readers[field->type].form;
}

static bool read_job(struct job *job)
{
	const struct reader *reader = &readers[job->field->type];
	if (!text_valid(job->text))
		return refuse_plainly(job, PROBLEM_encoding);
	if (reader->keeps_text)
		return reader->read(job);
	if (!text_fold(job->text, TEXT_KEEP_SPACES, job->folded, sizeof job->folded))
		return refuse_plainly(job, reader->form);
	if (written_is_damaged(job->folded))
		return refuse_plainly(job, PROBLEM_numeric_damage);
	return reader->read(job);
}

// Nothing but what folding takes away.
static bool is_blank(struct bytes text)
{
	char nothing[1];
	return text_fold(text, TEXT_DROP_SPACES, nothing, sizeof nothing);
}

bool value_read(struct value *value, const struct field *field, struct bytes text,
    const struct record_context *context, struct value_reading *reading)
{
	ENSURE(field->type < FIELD_TYPE_COUNT && field->type != FIELD_LIST);
	struct job job = {
		.field = field,
		.context = context,
		.text = text_trim(text),
		.value = value,
		.reading = reading,
	};
	*value = (struct value){ 0 };
	*reading = (struct value_reading){ 0 };
	if (is_blank(text))
		return true;
	value->present = read_job(&job);
	explicit_bzero(job.folded, sizeof job.folded);
	return value->present;
}

void value_deinit(struct value *value, const struct field *field)
{
	if (value->text != NULL)
		explicit_bzero(value->text, strlen(value->text));
	free(value->text);
	if (value->rows != NULL) {
		size_t count = (size_t)value->integer * field->field_count;
		for (size_t i = 0; i < count; i++)
			value_deinit(&value->rows[i], &field->fields[i % field->field_count]);
		free(value->rows);
	}
	*value = (struct value){ 0 };
}

static void write_escaped(const char *text, struct buffer *out)
{
	for (; *text != 0; text++) {
		if (*text == '%' || *text == '|')
			buffer_printf(out, "%%%02X", (unsigned)*text);
		else
			buffer_append_byte(out, (uint8_t)*text);
	}
}

void value_write_key(const struct value *value, const struct field *field, struct buffer *out)
{
	char number[NUMBER_SIZE];
	ENSURE(field->type != FIELD_LIST);
	if (value->text != NULL) {
		write_escaped(value->text, out);
	} else if (field->type == FIELD_BOOLEAN) {
		buffer_append_text(out, value->integer ? "true" : "false");
	} else {
		write_scaled(value->integer, scale_of(field), number);
		buffer_append_text(out, number);
	}
}
