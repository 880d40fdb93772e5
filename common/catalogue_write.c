// SPDX-License-Identifier: Apache-2.0
// catalogue_write: a catalogue as JSON, and a kind as a JSON Schema.
#include "catalogue.h"

#include "catalogue_check.h"
#include "json.h"

#include <stdio.h>

static void write_title(struct json_writer *writer, const char *name, struct title title)
{
	json_write_name(writer, name);
	json_write_begin_object(writer);
	json_write_member_text(writer, "zh", title.zh);
	json_write_member_text(writer, "en", title.en);
	json_write_end_object(writer);
}

static void write_texts(
    struct json_writer *writer, const char *name, const char *const *texts, size_t count)
{
	json_write_name(writer, name);
	json_write_begin_array(writer);
	for (size_t i = 0; i < count; i++)
		json_write_text(writer, texts[i]);
	json_write_end_array(writer);
}

// "2018-03-27"; nothing where a date is open.
static void write_date(struct json_writer *writer, const char *name, int64_t date)
{
	char text[32];
	if (date == 0)
		return;
	snprintf(text, sizeof text, "%04d-%02d-%02d", (int)(date / 10000), (int)(date / 100 % 100),
	    (int)(date % 100));
	json_write_member_text(writer, name, text);
}

static bool has_bounds(const struct field *field)
{
	return field->type == FIELD_INTEGER || field->type == FIELD_DECIMAL ||
	       field->type == FIELD_MONEY || field->type == FIELD_YEAR;
}

static void write_bounds(struct json_writer *writer, const struct field *field)
{
	if (!has_bounds(field))
		return;
	json_write_name(writer, "minimum");
	json_write_decimal(writer, field->minimum, field->scale);
	json_write_name(writer, "maximum");
	json_write_decimal(writer, field->maximum, field->scale);
}

// --- the catalogue ---

static void write_fields(struct json_writer *writer, const struct field *fields, size_t count);

static void write_limits(struct json_writer *writer, const struct field *field)
{
	write_bounds(writer, field);
	if (field->type == FIELD_DATE) {
		write_date(writer, "minimum", field->minimum);
		write_date(writer, "maximum", field->maximum);
	}
	if (field->type == FIELD_DECIMAL)
		json_write_member_integer(writer, "scale", field->scale);
	if (field->type == FIELD_TEXT)
		json_write_member_integer(writer, "bytes_max", (int64_t)field->bytes_max);
	if (field->type == FIELD_LIST) {
		json_write_member_integer(writer, "list_max", (int64_t)field->list_max);
		write_fields(writer, field->fields, field->field_count);
	}
}

static void write_field_members(struct json_writer *writer, const struct field *field)
{
	json_write_member_text(writer, "name", field->name);
	json_write_member_text(writer, "type", field_type_name(field->type));
	write_title(writer, "title", field->title);
	write_texts(writer, "aliases", field->aliases, field->alias_count);
}

static void write_field(struct json_writer *writer, const struct field *field)
{
	json_write_begin_object(writer);
	json_write_member_integer(writer, "number", field->number);
	write_field_members(writer, field);
	json_write_member_boolean(writer, "required", field->required);
	json_write_member_text(writer, "sensitivity", sensitivity_name(field->sensitivity));
	if (field->codes != NULL)
		json_write_member_text(writer, "codes", field->codes->name);
	if (field->not_future)
		json_write_member_boolean(writer, "not_future", true);
	write_limits(writer, field);
	json_write_end_object(writer);
}

static void write_fields(struct json_writer *writer, const struct field *fields, size_t count)
{
	json_write_name(writer, "fields");
	json_write_begin_array(writer);
	for (size_t i = 0; i < count; i++)
		write_field(writer, &fields[i]);
	json_write_end_array(writer);
}

static void write_subject(struct json_writer *writer, const struct kind *kind)
{
	json_write_name(writer, "subject");
	json_write_begin_object(writer);
	write_field_members(writer, &kind->subject);
	json_write_member_boolean(writer, "optional", kind->subject_optional);
	json_write_end_object(writer);
}

static void write_attested_by(struct json_writer *writer, const struct kind *kind)
{
	if (kind->attested_by >= 0)
		json_write_member_text(writer, "attested_by", kind->fields[kind->attested_by].name);
	else if (kind->attested.zh != NULL)
		write_title(writer, "attested_by", kind->attested);
}

static void write_fold(struct json_writer *writer, const struct kind *kind)
{
	const struct fold *fold = kind->fold;
	if (fold == NULL)
		return;
	json_write_name(writer, "fold");
	json_write_begin_object(writer);
	json_write_member_text(writer, "list", fold->list->name);
	json_write_name(writer, "from");
	json_write_begin_object(writer);
	write_field_members(writer, &fold->from);
	json_write_end_object(writer);
	json_write_member_text(writer, "by", fold->list->fields[fold->by].name);
	json_write_member_text(writer, "into", kind->fields[fold->into].name);
	json_write_end_object(writer);
}

static void write_kind(struct json_writer *writer, const struct kind *kind)
{
	json_write_begin_object(writer);
	json_write_member_text(writer, "kind", kind->name);
	json_write_member_integer(writer, "number", kind->number);
	write_title(writer, "title", kind->title);
	write_title(writer, "legal_basis", kind->legal_basis);
	json_write_member_integer(writer, "cadence_days", kind->cadence_days);
	json_write_member_boolean(writer, "off_by_default", kind->off_by_default);
	write_subject(writer, kind);
	json_write_name(writer, "key");
	json_write_begin_array(writer);
	for (size_t i = 0; i < kind->key_count; i++)
		json_write_text(writer, kind->fields[kind->key[i]].name);
	json_write_end_array(writer);
	if (kind->valid_since >= 0)
		json_write_member_text(writer, "valid_since", kind->fields[kind->valid_since].name);
	if (kind->predecessor >= 0)
		json_write_member_text(writer, "predecessor", kind->fields[kind->predecessor].name);
	write_attested_by(writer, kind);
	write_fold(writer, kind);
	write_fields(writer, kind->fields, kind->field_count);
	json_write_end_object(writer);
}

static void write_code(struct json_writer *writer, const struct code *code)
{
	json_write_begin_object(writer);
	json_write_member_text(writer, "code", code->code);
	json_write_member_text(writer, "zh", code->title.zh);
	json_write_member_text(writer, "en", code->title.en);
	write_texts(writer, "aliases", code->aliases, code->alias_count);
	write_date(writer, "from", code->from);
	write_date(writer, "to", code->to);
	json_write_end_object(writer);
}

static void write_code_list(struct json_writer *writer, const struct code_list *list)
{
	json_write_name(writer, list->name);
	json_write_begin_object(writer);
	json_write_member_text(writer, "standard", list->standard);
	write_title(writer, "title", list->title);
	json_write_name(writer, "codes");
	json_write_begin_array(writer);
	for (size_t i = 0; i < list->code_count; i++)
		write_code(writer, &list->codes[i]);
	json_write_end_array(writer);
	json_write_end_object(writer);
}

// The lists written so far: a list that many fields share is written once.
struct written_lists {
	const struct code_list *lists[CATALOGUE_KINDS_MAX * CATALOGUE_FIELDS_MAX];
	size_t count;
};

static void write_new_list(
    struct json_writer *writer, const struct code_list *list, struct written_lists *written)
{
	for (size_t i = 0; i < written->count; i++)
		if (written->lists[i] == list)
			return;
	ENSURE(written->count < COUNT_OF(written->lists));
	written->lists[written->count++] = list;
	write_code_list(writer, list);
}

static void write_lists_of_fields(struct json_writer *writer, const struct field *fields,
    size_t count, struct written_lists *written)
{
	for (size_t i = 0; i < count; i++) {
		if (fields[i].codes != NULL)
			write_new_list(writer, fields[i].codes, written);
		write_lists_of_fields(writer, fields[i].fields, fields[i].field_count, written);
	}
}

static void write_code_lists(struct json_writer *writer, const struct catalogue *catalogue)
{
	struct written_lists *written = allocate(sizeof *written);
	json_write_name(writer, "codes");
	json_write_begin_object(writer);
	for (size_t i = 0; i < catalogue->kind_count; i++)
		write_lists_of_fields(
		    writer, catalogue->kinds[i].fields, catalogue->kinds[i].field_count, written);
	json_write_end_object(writer);
	free(written);
}

static void write_department_titles(struct json_writer *writer, const struct catalogue *catalogue)
{
	json_write_name(writer, "titles");
	json_write_begin_array(writer);
	for (size_t i = 0; i < catalogue->title_count; i++) {
		json_write_begin_object(writer);
		json_write_member_text(writer, "zh", catalogue->titles[i].title.zh);
		json_write_member_text(writer, "en", catalogue->titles[i].title.en);
		write_date(writer, "from", catalogue->titles[i].from);
		write_date(writer, "to", catalogue->titles[i].to);
		json_write_end_object(writer);
	}
	json_write_end_array(writer);
}

void catalogue_write_json(const struct catalogue *catalogue, struct buffer *out)
{
	struct json_writer writer = json_writer_make(out);
	json_write_begin_object(&writer);
	json_write_member_text(&writer, "department", catalogue->name);
	json_write_member_integer(&writer, "number", catalogue->number);
	write_department_titles(&writer, catalogue);
	json_write_name(&writer, "kinds");
	json_write_begin_array(&writer);
	for (size_t i = 0; i < catalogue->kind_count; i++)
		write_kind(&writer, &catalogue->kinds[i]);
	json_write_end_array(&writer);
	write_code_lists(&writer, catalogue);
	json_write_end_object(&writer);
}

// --- the schema of a row ---

static const struct {
	const char *type, *pattern, *format;
} schema_types[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = { "string", NULL, NULL },
	[FIELD_CODE] = { "string", NULL, NULL },
	[FIELD_BOOLEAN] = { "boolean", NULL, NULL },
	[FIELD_INTEGER] = { "integer", NULL, NULL },
	[FIELD_DECIMAL] = { "number", NULL, NULL },
	[FIELD_MONEY] = { "number", NULL, NULL },
	[FIELD_DATE] = { "string", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "date" },
	[FIELD_MONTH] = { "string", "^[0-9]{4}-(0[1-9]|1[0-2])$", NULL },
	[FIELD_YEAR] = { "integer", NULL, NULL },
	[FIELD_ID_NUMBER] = { "string", NULL, NULL },
	[FIELD_CREDIT_CODE] = { "string", "^([0-9A-Za-z]{18}|[0-9]{15})$", NULL },
	[FIELD_PERSON] = { "string", "^[0-9A-Za-z]{8,18}$", NULL },
	[FIELD_DWELLING] = { "string", NULL, NULL },
	[FIELD_ENTERPRISE] = { "string", "^([0-9A-Za-z]{18}|[0-9]{15})$", NULL },
	[FIELD_REFERENCE] = { "string", NULL, NULL },
	[FIELD_LIST] = { "array", NULL, NULL },
};

static void write_codes_schema(struct json_writer *writer, const struct code_list *list)
{
	json_write_name(writer, "enum");
	json_write_begin_array(writer);
	for (size_t i = 0; i < list->code_count; i++)
		json_write_text(writer, list->codes[i].code);
	json_write_end_array(writer);
}

static void write_field_schema(struct json_writer *writer, const struct field *field);

static void write_list_schema(struct json_writer *writer, const struct field *list)
{
	json_write_member_integer(writer, "maxItems", (int64_t)list->list_max);
	json_write_name(writer, "items");
	json_write_begin_object(writer);
	json_write_member_text(writer, "type", "object");
	json_write_member_boolean(writer, "additionalProperties", false);
	json_write_name(writer, "properties");
	json_write_begin_object(writer);
	for (size_t i = 0; i < list->field_count; i++)
		write_field_schema(writer, &list->fields[i]);
	json_write_end_object(writer);
	json_write_name(writer, "required");
	json_write_begin_array(writer);
	for (size_t i = 0; i < list->field_count; i++)
		if (list->fields[i].required)
			json_write_text(writer, list->fields[i].name);
	json_write_end_array(writer);
	json_write_end_object(writer);
}

static void write_field_schema(struct json_writer *writer, const struct field *field)
{
	json_write_name(writer, field->name);
	json_write_begin_object(writer);
	json_write_member_text(writer, "title", field->title.en);
	json_write_member_text(writer, "description", field->title.zh);
	json_write_member_text(writer, "type", schema_types[field->type].type);
	if (schema_types[field->type].pattern != NULL)
		json_write_member_text(writer, "pattern", schema_types[field->type].pattern);
	if (schema_types[field->type].format != NULL)
		json_write_member_text(writer, "format", schema_types[field->type].format);
	if (field->type == FIELD_CODE)
		write_codes_schema(writer, field->codes);
	if (field->type == FIELD_TEXT)
		json_write_member_integer(writer, "maxLength", (int64_t)field->bytes_max);
	write_bounds(writer, field);
	if (field->type == FIELD_LIST)
		write_list_schema(writer, field);
	json_write_end_object(writer);
}

static bool is_column(const struct field *field)
{
	return field->type != FIELD_ID_NUMBER;
}

static void write_operation_schema(struct json_writer *writer)
{
	static const char *const operations[] = { "put", "retract" };
	json_write_name(writer, "_op");
	json_write_begin_object(writer);
	json_write_member_text(writer, "description", "put where it is not said");
	write_texts(writer, "enum", operations, COUNT_OF(operations));
	json_write_end_object(writer);
	json_write_name(writer, "_version");
	json_write_begin_object(writer);
	json_write_member_text(writer, "description",
	    "the source's own version: a number that rises, or the time of the change");
	static const char *const types[] = { "integer", "string" };
	write_texts(writer, "type", types, COUNT_OF(types));
	json_write_end_object(writer);
	json_write_name(writer, "_reject");
	json_write_begin_object(writer);
	json_write_member_text(writer, "description",
	    "the number in quarantine of the row that this one is a mended form of");
	write_texts(writer, "type", types, COUNT_OF(types));
	json_write_end_object(writer);
}

static void write_properties(struct json_writer *writer, const struct kind *kind)
{
	json_write_name(writer, "properties");
	json_write_begin_object(writer);
	write_operation_schema(writer);
	write_field_schema(writer, &kind->subject);
	for (size_t i = 0; i < kind->field_count; i++)
		if (is_column(&kind->fields[i]))
			write_field_schema(writer, &kind->fields[i]);
	if (kind->fold != NULL) {
		write_field_schema(writer, &kind->fold->from);
		for (size_t i = 0; i < kind->fold->list->field_count; i++)
			write_field_schema(writer, &kind->fold->list->fields[i]);
	}
	json_write_end_object(writer);
}

// Is a field in the rows of a folding kind only in one of their two forms?
static bool is_folded(const struct kind *kind, size_t index)
{
	return kind->fold != NULL && (index == kind->fold->list_index || index == kind->fold->into);
}

static bool is_in_key(const struct kind *kind, size_t index)
{
	for (size_t i = 0; i < kind->key_count; i++)
		if (kind->key[i] == index)
			return true;
	return false;
}

static void write_required(struct json_writer *writer, const struct kind *kind, bool key_only)
{
	json_write_name(writer, "required");
	json_write_begin_array(writer);
	if (!kind->subject_optional)
		json_write_text(writer, kind->subject.name);
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].required && is_column(&kind->fields[i]) &&
		    !is_folded(kind, i) && (!key_only || is_in_key(kind, i)))
			json_write_text(writer, kind->fields[i].name);
	json_write_end_array(writer);
}

static void write_whole_form(
    struct json_writer *writer, const struct fold *fold, const struct kind *kind, bool key_only)
{
	const char *names[] = { kind->fields[fold->into].name, fold->list->name };
	json_write_begin_object(writer);
	write_texts(writer, "required", names, fold->list->required && !key_only ? 2 : 1);
	json_write_end_object(writer);
}

static void write_monthly_form(struct json_writer *writer, const struct fold *fold, bool key_only)
{
	json_write_begin_object(writer);
	json_write_name(writer, "required");
	json_write_begin_array(writer);
	json_write_text(writer, fold->from.name);
	for (size_t i = 0; i < fold->list->field_count; i++)
		if (fold->list->fields[i].required && i != fold->by && !key_only)
			json_write_text(writer, fold->list->fields[i].name);
	json_write_end_array(writer);
	json_write_end_object(writer);
}

// A folding kind is sent as a whole year, or month by month.
static void write_needs(struct json_writer *writer, const struct kind *kind, bool key_only)
{
	json_write_begin_object(writer);
	write_required(writer, kind, key_only);
	if (kind->fold != NULL) {
		json_write_name(writer, "oneOf");
		json_write_begin_array(writer);
		write_whole_form(writer, kind->fold, kind, key_only);
		write_monthly_form(writer, kind->fold, key_only);
		json_write_end_array(writer);
	}
	json_write_end_object(writer);
}

static const char retraction[] =
    "{\"properties\":{\"_op\":{\"const\":\"retract\"}},\"required\":[\"_op\"]}";

void kind_write_schema(const struct kind *kind, struct buffer *out)
{
	struct json_writer writer = json_writer_make(out);
	json_write_begin_object(&writer);
	json_write_member_text(&writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
	json_write_member_text(&writer, "title", kind->title.en);
	json_write_member_text(&writer, "description", kind->title.zh);
	json_write_member_text(&writer, "type", "object");
	json_write_member_boolean(&writer, "additionalProperties", false);
	write_properties(&writer, kind);
	json_write_name(&writer, "if");
	json_write_raw(&writer, bytes_of_text(retraction));
	json_write_name(&writer, "then");
	write_needs(&writer, kind, true);
	json_write_name(&writer, "else");
	write_needs(&writer, kind, false);
	json_write_end_object(&writer);
}
