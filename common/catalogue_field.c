// SPDX-License-Identifier: Apache-2.0
// catalogue_field: the attributes of a field, and which of them each type has.
#include "catalogue_field.h"

#include "catalogue_check.h"
#include "date.h"

#include <stdio.h>

enum {
	PATH_BYTES_MAX = 4096,
	CODES_MAX = 5000,
	LIST_ROWS_MAX = 200,
	FIELD_BYTES_MAX = 1024,
	FIELD_NUMBER_MAX = 200,
	SCALE_MAX = 6,
};

// --- code lists ---

struct code_draft {
	struct code code;
	struct rows aliases;
};

struct list_draft {
	struct code_list list;
	const struct json_value *codes;
};

static const struct attribute code_attributes[] = {
	{ "code", catalogue_read_text, offsetof(struct code_draft, code.code), true },
	{ "zh", catalogue_read_text, offsetof(struct code_draft, code.title.zh), true },
	{ "en", catalogue_read_text, offsetof(struct code_draft, code.title.en), true },
	{ "aliases", catalogue_read_aliases, offsetof(struct code_draft, aliases), false },
	{ "from", catalogue_read_date, offsetof(struct code_draft, code.from), false },
	{ "to", catalogue_read_date, offsetof(struct code_draft, code.to), false },
};

static const struct attribute list_attributes[] = {
	{ "name", catalogue_read_name, offsetof(struct list_draft, list.name), true },
	{ "standard", catalogue_read_text, offsetof(struct list_draft, list.standard), true },
	{ "title", catalogue_read_title, offsetof(struct list_draft, list.title), true },
	{ "codes", catalogue_read_later, offsetof(struct list_draft, codes), true },
};

static enum status read_code(
    struct catalogue_reader *reader, const struct json_value *value, void *place)
{
	struct code_draft draft = { 0 };
	enum status status = catalogue_read_members(
	    reader, value, code_attributes, COUNT_OF(code_attributes), &draft);
	if (status != STATUS_OK)
		return status;
	if (strlen(draft.code.code) > CATALOGUE_NAME_BYTES_MAX)
		return catalogue_refuse(
		    reader, value, "a code has at most %d bytes", CATALOGUE_NAME_BYTES_MAX);
	draft.code.aliases = draft.aliases.data;
	draft.code.alias_count = draft.aliases.count;
	*(struct code *)place = draft.code;
	return STATUS_OK;
}

// Each code's words are put in by itself, so that a double is refused at the line of the later one.
static enum status read_code_list_words(
    struct catalogue_reader *reader, const struct json_value *codes, struct code_list *list)
{
	struct words *words = catalogue_keep_words(reader->store, WORDS_OF_CODES);
	const struct json_value *value = json_first(codes);
	for (size_t i = 0; i < list->code_count; i++, value = json_next(value)) {
		if (code_put_words(words, &list->codes[i]) != STATUS_OK)
			return catalogue_refuse(reader, value, "%s", status_reason());
	}
	list->words = words;
	return STATUS_OK;
}

static enum status read_code_list(
    struct catalogue_reader *reader, const char *name, struct code_list *list)
{
	struct list_draft draft = { 0 };
	struct rows codes = { 0 };
	const struct json_value *root = json_root(reader->json);
	enum status status = catalogue_read_members(
	    reader, root, list_attributes, COUNT_OF(list_attributes), &draft);
	if (status != STATUS_OK)
		return status;
	if (strcmp(draft.list.name, name) != 0)
		return catalogue_refuse(
		    reader, root, "the file holds the code list \"%s\"", draft.list.name);
	status = catalogue_read_rows(
	    reader, draft.codes, CODES_MAX, sizeof(struct code), read_code, &codes);
	if (status != STATUS_OK)
		return status;
	if (codes.count == 0)
		return catalogue_refuse(reader, draft.codes, "a code list needs a code");
	*list = draft.list;
	list->codes = codes.data;
	list->code_count = codes.count;
	return read_code_list_words(reader, draft.codes, list);
}

static enum status find_code_list(
    struct catalogue_reader *reader, const char *name, const struct code_list **found)
{
	for (struct catalogue_list *node = reader->store->lists; node != NULL; node = node->next)
		if (strcmp(node->list.name, name) == 0) {
			*found = &node->list;
			return STATUS_OK;
		}
	char path[PATH_BYTES_MAX];
	struct catalogue_reader nested;
	struct catalogue_list *node = catalogue_keep(reader->store, sizeof *node);
	snprintf(path, sizeof path, "%s/codes/%s.json", reader->directory, name);
	enum status status = catalogue_open_file(reader, path, &nested);
	if (status == STATUS_OK)
		status = read_code_list(&nested, name, &node->list);
	json_free(&nested.json);
	if (status != STATUS_OK)
		return status;
	node->next = reader->store->lists;
	reader->store->lists = node;
	*found = &node->list;
	return STATUS_OK;
}

// --- fields ---

struct field_draft {
	int64_t number, scale, bytes_max, list_max;
	const char *name, *type, *codes, *sensitivity;
	struct title title;
	struct rows aliases;
	bool required, not_future, optional;
	const struct json_value *minimum, *maximum, *fields;
};

static const struct attribute field_attributes[] = {
	{ "number", catalogue_read_integer, offsetof(struct field_draft, number), true },
	{ "name", catalogue_read_name, offsetof(struct field_draft, name), true },
	{ "type", catalogue_read_text, offsetof(struct field_draft, type), true },
	{ "codes", catalogue_read_name, offsetof(struct field_draft, codes), false },
	{ "title", catalogue_read_title, offsetof(struct field_draft, title), true },
	{ "aliases", catalogue_read_aliases, offsetof(struct field_draft, aliases), false },
	{ "required", catalogue_read_flag, offsetof(struct field_draft, required), false },
	{ "sensitivity", catalogue_read_text, offsetof(struct field_draft, sensitivity), true },
	{ "minimum", catalogue_read_later, offsetof(struct field_draft, minimum), false },
	{ "maximum", catalogue_read_later, offsetof(struct field_draft, maximum), false },
	{ "scale", catalogue_read_integer, offsetof(struct field_draft, scale), false },
	{ "bytes_max", catalogue_read_integer, offsetof(struct field_draft, bytes_max), false },
	{ "not_future", catalogue_read_flag, offsetof(struct field_draft, not_future), false },
	{ "list_max", catalogue_read_integer, offsetof(struct field_draft, list_max), false },
	{ "fields", catalogue_read_later, offsetof(struct field_draft, fields), false },
};

static const struct attribute subject_attributes[] = {
	{ "type", catalogue_read_text, offsetof(struct field_draft, type), true },
	{ "name", catalogue_read_name, offsetof(struct field_draft, name), true },
	{ "title", catalogue_read_title, offsetof(struct field_draft, title), true },
	{ "aliases", catalogue_read_aliases, offsetof(struct field_draft, aliases), false },
	{ "optional", catalogue_read_flag, offsetof(struct field_draft, optional), false },
};

static const struct attribute from_attributes[] = {
	{ "name", catalogue_read_name, offsetof(struct field_draft, name), true },
	{ "title", catalogue_read_title, offsetof(struct field_draft, title), true },
	{ "aliases", catalogue_read_aliases, offsetof(struct field_draft, aliases), false },
};

// Attributes that only some types have.
enum {
	CODES = 1 << 0,
	MINIMUM = 1 << 1,
	MAXIMUM = 1 << 2,
	SCALE = 1 << 3,
	BYTES_MAX = 1 << 4,
	NOT_FUTURE = 1 << 5,
	LIST_MAX = 1 << 6,
	FIELDS = 1 << 7,
};

static const struct {
	const char *name;
	unsigned bit;
} special_attributes[] = {
	{ "codes", CODES },
	{ "minimum", MINIMUM },
	{ "maximum", MAXIMUM },
	{ "scale", SCALE },
	{ "bytes_max", BYTES_MAX },
	{ "not_future", NOT_FUTURE },
	{ "list_max", LIST_MAX },
	{ "fields", FIELDS },
};

static const struct {
	unsigned allowed, needed;
	int64_t minimum, maximum; // where the file says none
} traits[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = { BYTES_MAX, 0, 0, 0 },
	[FIELD_CODE] = { CODES, CODES, 0, 0 },
	[FIELD_INTEGER] = { MINIMUM | MAXIMUM | CODES, MINIMUM | MAXIMUM, 0, 0 },
	[FIELD_DECIMAL] = { MINIMUM | MAXIMUM | SCALE, MINIMUM | MAXIMUM | SCALE, 0, 0 },
	[FIELD_MONEY] = { MINIMUM | MAXIMUM, 0, -99999999999999, 99999999999999 },
	[FIELD_DATE] = { MINIMUM | MAXIMUM | NOT_FUTURE, 0, DATE_MINIMUM, DATE_MAXIMUM },
	[FIELD_MONTH] = { NOT_FUTURE, 0, DATE_MINIMUM / 100, DATE_MAXIMUM / 100 },
	[FIELD_YEAR] = { MINIMUM | MAXIMUM | NOT_FUTURE, 0, DATE_MINIMUM / 10000,
	    DATE_MAXIMUM / 10000 },
	[FIELD_LIST] = { LIST_MAX | FIELDS, LIST_MAX | FIELDS, 0, 0 },
};

static enum status find_type(const struct catalogue_reader *reader, const struct json_value *object,
    const char *name, enum field_type *type)
{
	for (size_t i = 0; i < FIELD_TYPE_COUNT; i++)
		if (strcmp(field_type_name((enum field_type)i), name) == 0) {
			*type = (enum field_type)i;
			return STATUS_OK;
		}
	return catalogue_refuse(
	    reader, json_member(object, "type"), "\"%s\" is no type of a field", name);
}

static enum status find_sensitivity(const struct catalogue_reader *reader,
    const struct json_value *object, const char *name, enum sensitivity *sensitivity)
{
	for (size_t i = 0; i <= SENSITIVITY_SENSITIVE; i++)
		if (strcmp(sensitivity_name((enum sensitivity)i), name) == 0) {
			*sensitivity = (enum sensitivity)i;
			return STATUS_OK;
		}
	return catalogue_refuse(reader, json_member(object, "sensitivity"),
	    "\"%s\" is none of public, personal, sensitive", name);
}

static enum status check_specials(
    const struct catalogue_reader *reader, const struct json_value *object, enum field_type type)
{
	for (size_t i = 0; i < COUNT_OF(special_attributes); i++) {
		const char *name = special_attributes[i].name;
		const struct json_value *given = json_member(object, name);
		if (given != NULL && !(traits[type].allowed & special_attributes[i].bit))
			return catalogue_refuse(reader, given, "a field of type %s has no \"%s\"",
			    field_type_name(type), name);
		if (given == NULL && (traits[type].needed & special_attributes[i].bit))
			return catalogue_refuse(reader, object, "a field of type %s needs \"%s\"",
			    field_type_name(type), name);
	}
	return STATUS_OK;
}

// "12.5" with scale 2: 1250.
static bool scale_number(const char *text, int scale, int64_t *scaled)
{
	bool negative = *text == '-', behind_point = false;
	int64_t number = 0;
	int places = 0;
	for (text += negative; *text != 0; text++) {
		if (*text == '.') {
			behind_point = true;
			continue;
		}
		number = number * 10 + (*text - '0'); // at most 15 digits come out of json_decimal
		places += behind_point;
	}
	for (; places < scale; places++)
		if (__builtin_mul_overflow(number, (int64_t)10, &number))
			return false;
	*scaled = negative ? -number : number;
	return places == scale;
}

static enum status read_bound(struct catalogue_reader *reader, const struct json_value *value,
    const struct field *field, int64_t *bound)
{
	char text[32];
	if (value == NULL)
		return STATUS_OK;
	if (field->type == FIELD_DATE)
		return catalogue_read_date(reader, value, bound);
	if (!json_decimal(value, text, sizeof text) || !scale_number(text, field->scale, bound))
		return catalogue_refuse(
		    reader, value, "a number with at most %d decimals is expected", field->scale);
	return STATUS_OK;
}

static enum status read_bounds(struct catalogue_reader *reader, const struct json_value *object,
    const struct field_draft *draft, struct field *field)
{
	field->minimum = traits[field->type].minimum;
	field->maximum = traits[field->type].maximum;
	field->scale = field->type == FIELD_MONEY ? 2 : (int)draft->scale;
	enum status status = read_bound(reader, draft->minimum, field, &field->minimum);
	if (status == STATUS_OK)
		status = read_bound(reader, draft->maximum, field, &field->maximum);
	if (status == STATUS_OK && field->minimum > field->maximum)
		status = catalogue_refuse(reader, object, "the minimum is above the maximum");
	return status;
}

static enum status read_list(
    struct catalogue_reader *reader, const struct field_draft *draft, struct field *field)
{
	struct rows rows = { 0 };
	if (draft->fields == NULL)
		return STATUS_OK;
	enum status status = catalogue_read_fields(reader, draft->fields, &rows);
	if (status != STATUS_OK)
		return status;
	field->fields = rows.data;
	field->field_count = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		if (field->fields[i].type == FIELD_LIST)
			return catalogue_refuse(
			    reader, draft->fields, "a list has no lists inside");
	struct words *columns = catalogue_keep_words(reader->store, WORDS_OF_COLUMNS);
	field->columns = columns;
	if (list_put_columns(columns, field) != STATUS_OK)
		return catalogue_refuse(reader, draft->fields, "%s", status_reason());
	return STATUS_OK;
}

static enum status check_field_numbers(const struct catalogue_reader *reader,
    const struct json_value *object, const struct field_draft *draft)
{
	const struct {
		const char *name;
		int64_t number, minimum, maximum;
	} checks[] = {
		{ "number", draft->number, 1, FIELD_NUMBER_MAX },
		{ "scale", draft->scale, 0, SCALE_MAX },
		{ "bytes_max", draft->bytes_max, 1, FIELD_BYTES_MAX },
		{ "list_max", draft->list_max, 1, LIST_ROWS_MAX },
	};
	for (size_t i = 0; i < COUNT_OF(checks); i++) {
		const struct json_value *given = json_member(object, checks[i].name);
		if (given == NULL)
			continue;
		enum status status = catalogue_check_range(reader, given, checks[i].name,
		    checks[i].number, checks[i].minimum, checks[i].maximum);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static struct field field_of(const struct field_draft *draft)
{
	return (struct field){
		.number = (unsigned)draft->number,
		.name = draft->name,
		.title = draft->title,
		.aliases = draft->aliases.data,
		.alias_count = draft->aliases.count,
		.required = draft->required,
		.not_future = draft->not_future,
		.list_max = (size_t)draft->list_max,
	};
}

static enum status complete_field(struct catalogue_reader *reader, const struct json_value *object,
    const struct field_draft *draft, struct field *field)
{
	enum status status = find_type(reader, object, draft->type, &field->type);
	if (status == STATUS_OK)
		status = find_sensitivity(reader, object, draft->sensitivity, &field->sensitivity);
	if (status == STATUS_OK)
		status = check_specials(reader, object, field->type);
	if (status == STATUS_OK)
		status = check_field_numbers(reader, object, draft);
	if (status == STATUS_OK)
		status = read_bounds(reader, object, draft, field);
	if (status == STATUS_OK && draft->codes != NULL) {
		status = find_code_list(reader, draft->codes, &field->codes);
		if (status != STATUS_OK)
			fail_while(status, "reading the codes of %s:%d", reader->path,
			    json_line(reader->json, object));
	}
	if (status == STATUS_OK)
		status = read_list(reader, draft, field);
	return status;
}

static enum status read_field(
    struct catalogue_reader *reader, const struct json_value *value, void *place)
{
	enum {
		BYTES_MAX_UNSAID = 128
	};
	struct field_draft draft = { 0 };
	struct field *field = place;
	enum status status = catalogue_read_members(
	    reader, value, field_attributes, COUNT_OF(field_attributes), &draft);
	if (status != STATUS_OK)
		return status;
	*field = field_of(&draft);
	status = complete_field(reader, value, &draft, field);
	if (status == STATUS_OK && field->type == FIELD_TEXT)
		field->bytes_max = draft.bytes_max ? (size_t)draft.bytes_max : BYTES_MAX_UNSAID;
	return status;
}

enum status catalogue_read_fields(
    struct catalogue_reader *reader, const struct json_value *array, struct rows *rows)
{
	enum status status = catalogue_read_rows(
	    reader, array, CATALOGUE_FIELDS_MAX, sizeof(struct field), read_field, rows);
	if (status != STATUS_OK)
		return status;
	const struct field *fields = rows->data;
	const struct json_value *value = json_first(array);
	if (rows->count == 0)
		return catalogue_refuse(reader, array, "a field is expected");
	for (size_t i = 1; i < rows->count; i++) {
		value = json_next(value);
		if (fields[i].number <= fields[i - 1].number)
			return catalogue_refuse(reader, value,
			    "number %u comes after %u: numbers rise, and none is used twice",
			    fields[i].number, fields[i - 1].number);
	}
	return STATUS_OK;
}

enum status catalogue_read_subject(
    struct catalogue_reader *reader, const struct json_value *object, struct kind *kind)
{
	static const struct {
		enum field_type type;
		enum sensitivity sensitivity;
	} types[] = {
		{ FIELD_PERSON, SENSITIVITY_SENSITIVE },
		{ FIELD_DWELLING, SENSITIVITY_PERSONAL },
		{ FIELD_ENTERPRISE, SENSITIVITY_PUBLIC },
	};
	struct field_draft draft = { 0 };
	enum status status = catalogue_read_members(
	    reader, object, subject_attributes, COUNT_OF(subject_attributes), &draft);
	if (status != STATUS_OK)
		return status;
	kind->subject = field_of(&draft);
	kind->subject.required = !draft.optional;
	kind->subject_optional = draft.optional;
	status = find_type(reader, object, draft.type, &kind->subject.type);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (types[i].type == kind->subject.type) {
			kind->subject.sensitivity = types[i].sensitivity;
			return STATUS_OK;
		}
	return catalogue_refuse(
	    reader, object, "a subject is a person, a dwelling or an enterprise");
}

enum status catalogue_read_month(
    struct catalogue_reader *reader, const struct json_value *value, void *place)
{
	struct field_draft draft = { 0 };
	struct field *from = place;
	enum status status = catalogue_read_members(
	    reader, value, from_attributes, COUNT_OF(from_attributes), &draft);
	*from = field_of(&draft);
	from->type = FIELD_MONTH;
	from->sensitivity = SENSITIVITY_PERSONAL;
	from->minimum = traits[FIELD_MONTH].minimum;
	from->maximum = traits[FIELD_MONTH].maximum;
	return status;
}
