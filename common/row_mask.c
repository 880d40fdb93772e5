// SPDX-License-Identifier: Apache-2.0
// row_mask: each value of a row by what its column means.
#include "row_mask.h"

#include "mask.h"
#include "row_columns.h"
#include "value.h"

enum {
	NUMBER_TEXT_SIZE = 40
};

struct masking {
	const struct kind *kind;
	const struct record_context *context;
	struct json_writer *writer;
};

static bool is_good(const struct masking *masking, const struct field *field, struct bytes text)
{
	struct value value = { 0 };
	struct value_reading reading;
	bool good = value_read(&value, field, text, masking->context, &reading);
	value_deinit(&value, field);
	return good;
}

static bool has_letters(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] >= 'A')
			return true;
	return false;
}

static enum mask mask_of(const struct field *field, struct bytes text)
{
	static const bool identifies[FIELD_TYPE_COUNT] = {
		[FIELD_ID_NUMBER] = true,
		[FIELD_CREDIT_CODE] = true,
		[FIELD_PERSON] = true,
		[FIELD_DWELLING] = true,
		[FIELD_ENTERPRISE] = true,
		[FIELD_REFERENCE] = true,
	};
	if (field == &operation_column || field == &version_column || field == &reject_column)
		return MASK_TEXT;
	if (field == NULL || field->type == FIELD_LIST) // a list that is written as a text
		return MASK_ALL;
	if (identifies[field->type])
		return MASK_ID_NUMBER;
	if (field->type == FIELD_TEXT)
		return field->sensitivity == SENSITIVITY_PUBLIC ? MASK_TEXT : MASK_NAME;
	if (field->sensitivity == SENSITIVITY_SENSITIVE)
		return MASK_ALL;
	return has_letters(text) ? MASK_NAME : MASK_TEXT;
}

static void write_text(const struct masking *masking, const struct field *field, struct bytes text)
{
	struct buffer masked = { 0 };
	bool is_shown = field != NULL && field->type == FIELD_CODE &&
			field->sensitivity != SENSITIVITY_SENSITIVE &&
			is_good(masking, field, text);
	if (is_shown) // a word of a list
		buffer_append_bytes(&masked, text);
	else
		mask_write(mask_of(field, text), text, &masked);
	json_write_bytes(masking->writer, buffer_bytes(&masked));
	buffer_wipe(&masked);
}

static void write_value(
    const struct masking *masking, const struct field *field, const struct json_value *value);

static const struct field *find_column(
    const struct masking *masking, const struct field *list, const char *name)
{
	struct bytes header = bytes_of_text(name);
	if (list != NULL)
		return field_column(list, header);
	const struct field *field = kind_column(masking->kind, header);
	return field != NULL ? field : row_column_named(header);
}

// A member's name that nobody knows may be anything too; its place keeps it apart from others that
// are masked alike.
static void write_name(
    const struct masking *masking, const struct field *field, const char *name, size_t place)
{
	struct buffer shown = { 0 };
	if (field != NULL) {
		buffer_append_text(&shown, name);
	} else {
		mask_write(MASK_NAME, bytes_of_text(name), &shown);
		buffer_printf(&shown, " #%zu", place);
	}
	json_write_name(masking->writer, buffer_text(&shown));
	buffer_wipe(&shown);
}

static void write_object(
    const struct masking *masking, const struct field *list, const struct json_value *object)
{
	size_t place = 0;
	json_write_begin_object(masking->writer);
	for (const struct json_value *member = json_first(object); member != NULL;
	     member = json_next(member)) {
		const struct field *field = find_column(masking, list, json_name(member));
		write_name(masking, field, json_name(member), ++place);
		write_value(masking, field, member);
	}
	json_write_end_object(masking->writer);
}

static void write_array(
    const struct masking *masking, const struct field *list, const struct json_value *array)
{
	json_write_begin_array(masking->writer);
	for (const struct json_value *entry = json_first(array); entry != NULL;
	     entry = json_next(entry)) {
		if (json_type(entry) == JSON_OBJECT)
			write_object(masking, list, entry);
		else
			json_write_text(masking->writer, "***");
	}
	json_write_end_array(masking->writer);
}

static void write_value(
    const struct masking *masking, const struct field *field, const struct json_value *value)
{
	char number[NUMBER_TEXT_SIZE];
	switch (json_type(value)) {
	case JSON_STRING:
		write_text(masking, field, bytes_of_text(json_string(value)));
		break;
	case JSON_NUMBER:
		if (json_decimal(value, number, sizeof number))
			write_text(masking, field, bytes_of_text(number));
		else
			json_write_text(masking->writer, "***");
		break;
	case JSON_BOOLEAN:
		json_write_boolean(masking->writer, json_boolean(value));
		break;
	case JSON_ARRAY:
		if (field != NULL && field->type == FIELD_LIST) {
			write_array(masking, field, value);
			break;
		}
		json_write_text(masking->writer, "***");
		break;
	case JSON_OBJECT:
		json_write_text(masking->writer, "***");
		break;
	case JSON_NULL:
		json_write_null(masking->writer);
		break;
	}
}

void row_mask_write(const struct kind *kind, struct bytes payload,
    const struct record_context *context, struct json_writer *writer)
{
	struct masking masking = { kind, context, writer };
	struct json *json = NULL;
	if (json_parse(&json, payload) == STATUS_OK && json_type(json_root(json)) == JSON_OBJECT)
		write_object(&masking, NULL, json_root(json));
	else
		json_write_null(writer);
	json_free(&json);
}
