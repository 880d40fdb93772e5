// SPDX-License-Identifier: Apache-2.0
// catalogue_check: a row of small checks, and the tables of words.
#include "catalogue_check.h"

#include "pseudonym.h"

static const char *const sensitivity_names[] = {
	[SENSITIVITY_PUBLIC] = "public",
	[SENSITIVITY_PERSONAL] = "personal",
	[SENSITIVITY_SENSITIVE] = "sensitive",
};

const char *sensitivity_name(enum sensitivity sensitivity)
{
	ENSURE(sensitivity < COUNT_OF(sensitivity_names));
	return sensitivity_names[sensitivity];
}

// --- kinds ---

static bool is_kept_number(const struct field *field)
{
	return field->type == FIELD_ID_NUMBER;
}

static size_t code_bytes_max(const struct field *field)
{
	size_t longest = 0;
	for (size_t i = 0; i < field->codes->code_count; i++)
		if (strlen(field->codes->codes[i].code) > longest)
			longest = strlen(field->codes->codes[i].code);
	return longest;
}

// The most that a value takes in a key; 0: not fit for one.
static size_t key_bytes_max(const struct field *field)
{
	enum {
		NUMBER_BYTES_MAX = 20
	};
	static const size_t sizes[FIELD_TYPE_COUNT] = {
		[FIELD_BOOLEAN] = sizeof "false" - 1,
		[FIELD_INTEGER] = NUMBER_BYTES_MAX,
		[FIELD_DECIMAL] = NUMBER_BYTES_MAX,
		[FIELD_MONEY] = NUMBER_BYTES_MAX,
		[FIELD_DATE] = sizeof "20181231" - 1,
		[FIELD_MONTH] = sizeof "201812" - 1,
		[FIELD_YEAR] = sizeof "2018" - 1,
		[FIELD_CREDIT_CODE] = sizeof "91350200MA2YJ1XR9G" - 1,
		[FIELD_PERSON] = SUBJECT_SIZE - 1,
		[FIELD_DWELLING] = SUBJECT_SIZE - 1,
		[FIELD_ENTERPRISE] = SUBJECT_SIZE - 1,
		[FIELD_REFERENCE] = SUBJECT_SIZE - 1,
	};
	if (field->type == FIELD_TEXT)
		return field->bytes_max;
	return field->type == FIELD_CODE ? code_bytes_max(field) : sizes[field->type];
}

static enum status check_key(const struct kind *kind)
{
	size_t bytes = 0;
	for (size_t i = 0; i < kind->key_count; i++) {
		const struct field *field = &kind->fields[kind->key[i]];
		if (key_bytes_max(field) == 0)
			return fail(STATUS_INVALID, "\"%s\": a %s cannot be part of a key",
			    field->name, field_type_name(field->type));
		for (size_t j = 0; j < i; j++)
			if (kind->key[j] == kind->key[i])
				return fail(
				    STATUS_INVALID, "\"%s\" is in the key twice", field->name);
		bytes += key_bytes_max(field) + (i > 0);
	}
	if (bytes > CATALOGUE_KEY_BYTES_MAX)
		return fail(STATUS_INVALID, "the key may take %zu bytes, more than %d", bytes,
		    CATALOGUE_KEY_BYTES_MAX);
	return STATUS_OK;
}

static enum status check_predecessor(const struct kind *kind)
{
	if (kind->predecessor >= 0 && (kind->fields[kind->predecessor].type != FIELD_PERSON ||
					  kind->subject.type != FIELD_PERSON))
		return fail(STATUS_INVALID, "\"predecessor\" must name a person, of a person");
	return STATUS_OK;
}

static enum status check_valid_since(const struct kind *kind)
{
	if (kind->valid_since >= 0 && kind->fields[kind->valid_since].type != FIELD_DATE)
		return fail(STATUS_INVALID, "\"valid_since\" must name a date");
	return STATUS_OK;
}

static enum status check_attested_by(const struct kind *kind)
{
	if (kind->attested_by < 0)
		return STATUS_OK;
	enum field_type type = kind->fields[kind->attested_by].type;
	if (type != FIELD_TEXT && type != FIELD_CODE)
		return fail(STATUS_INVALID, "\"attested_by\" must name a text or a code");
	return STATUS_OK;
}

// The number is what the subject was computed from, so it has no column of its own.
static enum status check_kept_number(const struct kind *kind, const struct field *field)
{
	if (!is_kept_number(field))
		return STATUS_OK;
	if (kind->subject.type != FIELD_PERSON || strcmp(field->name, kind->subject.name) != 0)
		return fail(STATUS_INVALID,
		    "\"%s\": an id_number keeps the subject's own number, and has its name",
		    field->name);
	if (field->sensitivity != SENSITIVITY_SENSITIVE || !field->required)
		return fail(
		    STATUS_INVALID, "\"%s\": an id_number is sensitive and required", field->name);
	return STATUS_OK;
}

static enum status check_privacy(const struct field *field)
{
	if (field->type == FIELD_PERSON && field->sensitivity == SENSITIVITY_PUBLIC)
		return fail(STATUS_INVALID, "\"%s\": a person is never public", field->name);
	return STATUS_OK;
}

static enum status check_list(const struct field *list)
{
	for (size_t i = 0; i < list->field_count; i++) {
		enum status status = check_privacy(&list->fields[i]);
		if (status != STATUS_OK)
			return status;
		if (is_kept_number(&list->fields[i]))
			return fail(
			    STATUS_INVALID, "\"%s\": no id_number in a list", list->fields[i].name);
	}
	return STATUS_OK;
}

static enum status check_fields(const struct kind *kind)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < kind->field_count; i++) {
		status = check_kept_number(kind, &kind->fields[i]);
		if (status == STATUS_OK)
			status = check_privacy(&kind->fields[i]);
		if (status == STATUS_OK)
			status = check_list(&kind->fields[i]);
	}
	return status;
}

static bool key_has(const struct kind *kind, size_t index)
{
	for (size_t i = 0; i < kind->key_count; i++)
		if (kind->key[i] == index)
			return true;
	return false;
}

static enum status check_fold(const struct kind *kind)
{
	const struct fold *fold = kind->fold;
	if (fold == NULL)
		return STATUS_OK;
	const struct field *by = &fold->list->fields[fold->by];
	if (by->type != FIELD_INTEGER || by->minimum != 1 || by->maximum != 12 || !by->required)
		return fail(
		    STATUS_INVALID, "\"by\" must name a required integer of 1..12 in the list");
	if (kind->fields[fold->into].type != FIELD_YEAR || !key_has(kind, fold->into))
		return fail(STATUS_INVALID, "\"into\" must name a year of the key");
	if (fold->list->list_max != 12)
		return fail(STATUS_INVALID, "the list must hold 12 rows, one for each month");
	return STATUS_OK;
}

enum status kind_check(const struct kind *kind)
{
	static enum status (*const checks[])(const struct kind *kind) = { check_key,
		check_valid_since, check_predecessor, check_attested_by, check_fields, check_fold };
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(checks); i++)
		status = checks[i](kind);
	return status;
}

// --- words ---

static enum status put_column_word(
    struct words *columns, const char *word, const struct field *field)
{
	const struct field *before = words_put(columns, word, field);
	if (before != NULL && before != field)
		return fail(STATUS_INVALID, "the column \"%s\" would mean both \"%s\" and \"%s\"",
		    word, before->name, field->name);
	return STATUS_OK;
}

static enum status put_column(struct words *columns, const struct field *field)
{
	if (is_kept_number(field))
		return STATUS_OK;
	enum status status = put_column_word(columns, field->name, field);
	if (status == STATUS_OK)
		status = put_column_word(columns, field->title.zh, field);
	if (status == STATUS_OK)
		status = put_column_word(columns, field->title.en, field);
	for (size_t i = 0; status == STATUS_OK && i < field->alias_count; i++)
		status = put_column_word(columns, field->aliases[i], field);
	return status;
}

static enum status put_columns(struct words *columns, const struct field *fields, size_t count)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = put_column(columns, &fields[i]);
	return status;
}

enum status list_put_columns(struct words *columns, const struct field *list)
{
	return put_columns(columns, list->fields, list->field_count);
}

enum status kind_put_columns(struct words *columns, const struct kind *kind)
{
	enum status status = put_column(columns, &kind->subject);
	if (status == STATUS_OK)
		status = put_columns(columns, kind->fields, kind->field_count);
	if (status == STATUS_OK && kind->fold != NULL)
		status = put_column(columns, &kind->fold->from);
	if (status == STATUS_OK && kind->fold != NULL)
		status = list_put_columns(columns, kind->fold->list);
	return status;
}

// Did one go out of force before the other came into it?
static bool is_earlier(const struct code *a, const struct code *b)
{
	return a->to != 0 && b->from != 0 && a->to < b->from;
}

static enum status put_code_word(struct words *words, const char *word, const struct code *code)
{
	const struct code *before = words_put(words, word, code);
	if (before == NULL || before == code || is_earlier(before, code))
		return STATUS_OK;
	if (!is_earlier(code, before))
		return fail(STATUS_INVALID, "\"%s\" would mean both code \"%s\" and \"%s\"", word,
		    before->code, code->code);
	words_put(words, word, before);
	return STATUS_OK;
}

enum status code_put_words(struct words *words, const struct code *code)
{
	enum status status = put_code_word(words, code->code, code);
	if (status == STATUS_OK)
		status = put_code_word(words, code->title.zh, code);
	if (status == STATUS_OK)
		status = put_code_word(words, code->title.en, code);
	for (size_t i = 0; status == STATUS_OK && i < code->alias_count; i++)
		status = put_code_word(words, code->aliases[i], code);
	return status;
}
