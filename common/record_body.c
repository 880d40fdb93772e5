// SPDX-License-Identifier: Apache-2.0
// record_body: a record's values as the bytes of an entry, back again, and as JSON for readers.
//
// Field number n is at n - 1, so that a reader of any age finds what it knows. How deep a body is
// read follows the catalogue, never the bytes.
#include "record.h"

#include "date.h"
#include "pack.h"
#include "text.h"
#include "value.h"

#include <stdio.h>

enum {
	BODY_TEXT_BYTES_MAX = 4096
};

// --- writing -------------------------------------------------------------------------------------

static void pack_values(
    const struct field *fields, size_t count, const struct value *values, struct buffer *out);

static void pack_value(const struct field *field, const struct value *value, struct buffer *out)
{
	if (field->type == FIELD_LIST) {
		pack_array(out, (size_t)value->integer);
		for (size_t row = 0; row < (size_t)value->integer; row++)
			pack_values(field->fields, field->field_count,
			    value->rows + row * field->field_count, out);
	} else if (value->text != NULL) {
		pack_text(out, bytes_of_text(value->text));
	} else if (field->type == FIELD_BOOLEAN) {
		pack_boolean(out, value->integer != 0);
	} else {
		pack_integer(out, value->integer);
	}
}

static void pack_values(
    const struct field *fields, size_t count, const struct value *values, struct buffer *out)
{
	while (count > 0 && !values[count - 1].present)
		count--;
	pack_array(out, count > 0 ? fields[count - 1].number : 0);
	unsigned number = 1;
	for (size_t i = 0; i < count; i++) {
		for (; number < fields[i].number; number++)
			pack_nil(out);
		if (values[i].present)
			pack_value(&fields[i], &values[i], out);
		else
			pack_nil(out);
		number++;
	}
}

void record_pack(const struct record *record, struct buffer *body)
{
	pack_values(record->kind->fields, record->kind->field_count, record->values, body);
}

// --- reading -------------------------------------------------------------------------------------

static bool is_any_integer(int64_t integer)
{
	(void)integer;
	return true;
}

static bool is_year(int64_t year)
{
	return year >= DATE_MINIMUM / 10000 && year <= DATE_MAXIMUM / 10000;
}

static bool is_clean_text(struct bytes text)
{
	return text_valid(text) && !text_has_controls(text);
}

static const struct shape {
	enum pack_type type;
	bool (*good_integer)(int64_t integer);
	bool (*good_text)(struct bytes text);
} shapes[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = { PACK_TEXT, NULL, is_clean_text },
	[FIELD_CODE] = { PACK_TEXT, NULL, is_clean_text },
	[FIELD_BOOLEAN] = { PACK_BOOLEAN, NULL, NULL },
	[FIELD_INTEGER] = { PACK_INTEGER, is_any_integer, NULL },
	[FIELD_DECIMAL] = { PACK_INTEGER, is_any_integer, NULL },
	[FIELD_MONEY] = { PACK_INTEGER, is_any_integer, NULL },
	[FIELD_DATE] = { PACK_INTEGER, date_valid, NULL },
	[FIELD_MONTH] = { PACK_INTEGER, month_valid, NULL },
	[FIELD_YEAR] = { PACK_INTEGER, is_year, NULL },
	[FIELD_ID_NUMBER] = { PACK_TEXT, NULL, is_clean_text },
	[FIELD_CREDIT_CODE] = { PACK_TEXT, NULL, is_clean_text },
	[FIELD_PERSON] = { PACK_TEXT, NULL, subject_valid },
	[FIELD_DWELLING] = { PACK_TEXT, NULL, subject_valid },
	[FIELD_ENTERPRISE] = { PACK_TEXT, NULL, subject_valid },
	[FIELD_REFERENCE] = { PACK_TEXT, NULL, subject_valid },
	[FIELD_LIST] = { PACK_ARRAY, NULL, NULL },
};

static bool unpack_values(
    struct pack_reader *reader, const struct field *fields, size_t count, struct value *values);

static bool unpack_rows(struct pack_reader *reader, const struct field *field, struct value *value)
{
	size_t count = pack_read_array(reader);
	if (reader->failed || count > field->list_max)
		return false;
	value->rows = allocate(count * field->field_count * sizeof(struct value));
	value->integer = (int64_t)count;
	for (size_t row = 0; row < count; row++)
		if (!unpack_values(reader, field->fields, field->field_count,
			value->rows + row * field->field_count))
			return false;
	return true;
}

static size_t text_bytes_max(const struct field *field)
{
	return field->bytes_max > 0 ? field->bytes_max : BODY_TEXT_BYTES_MAX;
}

static bool unpack_text(struct pack_reader *reader, const struct field *field, struct value *value)
{
	struct bytes text = pack_read_text(reader);
	if (reader->failed || text.size > text_bytes_max(field) ||
	    !shapes[field->type].good_text(text))
		return false;
	value->text = bytes_copy_text(text);
	return true;
}

static bool unpack_value(struct pack_reader *reader, const struct field *field, struct value *value)
{
	const struct shape *shape = &shapes[field->type];
	if (pack_read_nil(reader))
		return true;
	if (pack_next_type(reader) != shape->type)
		return false;
	value->present = true;
	if (shape->type == PACK_ARRAY)
		return unpack_rows(reader, field, value);
	if (shape->type == PACK_TEXT)
		return unpack_text(reader, field, value);
	if (shape->type == PACK_BOOLEAN) {
		value->integer = pack_read_boolean(reader);
		return !reader->failed;
	}
	value->integer = pack_read_integer(reader);
	return !reader->failed && shape->good_integer(value->integer);
}

// Numbers that the catalogue does not know were written under a later one, and are passed over.
static bool unpack_values(
    struct pack_reader *reader, const struct field *fields, size_t count, struct value *values)
{
	size_t places = pack_read_array(reader), next = 0;
	for (size_t number = 1; number <= places && !reader->failed; number++) {
		bool is_known = next < count && fields[next].number == number;
		if (!is_known)
			pack_read_any(reader);
		else if (!unpack_value(reader, &fields[next], &values[next]))
			return false;
		next += is_known;
	}
	return !reader->failed;
}

enum status record_unpack(struct record *record, const struct kind *kind, struct bytes body)
{
	ENSURE(kind->field_count <= CATALOGUE_FIELDS_MAX);
	*record = (struct record){ .kind = kind };
	struct pack_reader reader = pack_reader_make(body);
	if (unpack_values(&reader, kind->fields, kind->field_count, record->values) &&
	    pack_ended(&reader))
		return STATUS_OK;
	record_deinit(record);
	return fail(
	    STATUS_CORRUPT, "a body of %zu bytes is no record of kind %s", body.size, kind->name);
}

// --- JSON ----------------------------------------------------------------------------------------

struct showing {
	record_allow *allow;
	void *context;
	struct json_writer *writer;
};

static bool is_allowed(const struct showing *showing, const struct field *field)
{
	return showing->allow == NULL || showing->allow(field, showing->context);
}

static void write_text(
    const struct showing *showing, const struct field *field, const struct value *value)
{
	(void)field;
	json_write_text(showing->writer, value->text);
}

static void write_optional_text(struct json_writer *writer, const char *name, const char *text)
{
	json_write_name(writer, name);
	if (text != NULL)
		json_write_text(writer, text);
	else
		json_write_null(writer);
}

static struct title title_of_code(const struct field *field, const char *text)
{
	for (size_t i = 0; i < field->codes->code_count; i++)
		if (strcmp(field->codes->codes[i].code, text) == 0)
			return field->codes->codes[i].title;
	return (struct title){ NULL, NULL }; // of a later catalogue
}

static void write_code(
    const struct showing *showing, const struct field *field, const struct value *value)
{
	struct title title = title_of_code(field, value->text);
	json_write_begin_object(showing->writer);
	json_write_member_text(showing->writer, "code", value->text);
	write_optional_text(showing->writer, "zh", title.zh);
	write_optional_text(showing->writer, "en", title.en);
	json_write_end_object(showing->writer);
}

static void write_boolean(
    const struct showing *showing, const struct field *field, const struct value *value)
{
	(void)field;
	json_write_boolean(showing->writer, value->integer != 0);
}

static void write_titled_integer(
    const struct showing *showing, const struct field *field, int64_t integer)
{
	char code[24];
	snprintf(code, sizeof code, "%lld", (long long)integer);
	struct title title = title_of_code(field, code);
	json_write_begin_object(showing->writer);
	json_write_member_integer(showing->writer, "code", integer);
	write_optional_text(showing->writer, "zh", title.zh);
	write_optional_text(showing->writer, "en", title.en);
	json_write_end_object(showing->writer);
}

static void write_integer(
    const struct showing *showing, const struct field *field, const struct value *value)
{
	if (field->codes != NULL)
		write_titled_integer(showing, field, value->integer);
	else
		json_write_integer(showing->writer, value->integer);
}

static void write_decimal(
    const struct showing *showing, const struct field *field, const struct value *value)
{
	int scale = field->type == FIELD_MONEY ? 2 : field->scale;
	json_write_decimal(showing->writer, value->integer, scale);
}

static void write_date(
    const struct showing *showing, const struct field *field, const struct value *value)
{
	char text[16];
	(void)field;
	date_format(value->integer, text, sizeof text);
	json_write_text(showing->writer, text);
}

static void write_month(
    const struct showing *showing, const struct field *field, const struct value *value)
{
	char text[16];
	(void)field;
	date_format(value->integer * 100 + 1, text, sizeof text);
	text[strlen("2026-11")] = 0;
	json_write_text(showing->writer, text);
}

static void write_list(
    const struct showing *showing, const struct field *field, const struct value *value);

static void (*const writers[FIELD_TYPE_COUNT])(
    const struct showing *showing, const struct field *field, const struct value *value) = {
	[FIELD_TEXT] = write_text,
	[FIELD_CODE] = write_code,
	[FIELD_BOOLEAN] = write_boolean,
	[FIELD_INTEGER] = write_integer,
	[FIELD_DECIMAL] = write_decimal,
	[FIELD_MONEY] = write_decimal,
	[FIELD_DATE] = write_date,
	[FIELD_MONTH] = write_month,
	[FIELD_YEAR] = write_integer,
	[FIELD_ID_NUMBER] = write_text,
	[FIELD_CREDIT_CODE] = write_text,
	[FIELD_PERSON] = write_text,
	[FIELD_DWELLING] = write_text,
	[FIELD_ENTERPRISE] = write_text,
	[FIELD_REFERENCE] = write_text,
	[FIELD_LIST] = write_list,
};

static void write_members(const struct showing *showing, const struct field *fields, size_t count,
    const struct value *values)
{
	for (size_t i = 0; i < count; i++) {
		bool allowed = is_allowed(showing, &fields[i]);
		if (allowed && !values[i].present)
			continue;
		json_write_name(showing->writer, fields[i].name);
		if (allowed)
			writers[fields[i].type](showing, &fields[i], &values[i]);
		else
			json_write_null(showing->writer);
	}
}

static void write_list(
    const struct showing *showing, const struct field *field, const struct value *value)
{
	json_write_begin_array(showing->writer);
	for (size_t row = 0; row < (size_t)value->integer; row++) {
		json_write_begin_object(showing->writer);
		write_members(showing, field->fields, field->field_count,
		    value->rows + row * field->field_count);
		json_write_end_object(showing->writer);
	}
	json_write_end_array(showing->writer);
}

static void write_withheld_of_list(const struct showing *showing, const struct field *list)
{
	char name[128];
	for (size_t i = 0; i < list->field_count; i++) {
		if (is_allowed(showing, &list->fields[i]))
			continue;
		snprintf(name, sizeof name, "%s.%s", list->name, list->fields[i].name);
		json_write_text(showing->writer, name);
	}
}

// Absent fields are named too: that there is nothing to withhold would be told otherwise.
static void write_withheld(const struct showing *showing, const struct kind *kind)
{
	json_write_name(showing->writer, "withheld");
	json_write_begin_array(showing->writer);
	for (size_t i = 0; i < kind->field_count; i++) {
		const struct field *field = &kind->fields[i];
		if (!is_allowed(showing, field))
			json_write_text(showing->writer, field->name);
		else if (field->type == FIELD_LIST)
			write_withheld_of_list(showing, field);
	}
	json_write_end_array(showing->writer);
}

enum status record_write_json(const struct kind *kind, struct bytes body, record_allow *allow,
    void *context, struct json_writer *writer)
{
	struct record record;
	struct showing showing = { allow, context, writer };
	enum status status = record_unpack(&record, kind, body);
	if (status != STATUS_OK)
		return status;
	json_write_begin_object(writer);
	write_members(&showing, kind->fields, kind->field_count, record.values);
	if (allow != NULL)
		write_withheld(&showing, kind);
	json_write_end_object(writer);
	record_deinit(&record);
	return STATUS_OK;
}
