// SPDX-License-Identifier: Apache-2.0
// scope: values are compared as keys write them.
#include "scope.h"

#include "value.h"

static bool says_who(const struct field *field)
{
	return field->type == FIELD_ID_NUMBER || field->type == FIELD_PERSON ||
	       (field->type == FIELD_TEXT && field->sensitivity != SENSITIVITY_PUBLIC);
}

static enum status find_field(struct scope *scope, const struct kind *kind, struct bytes name)
{
	const struct field *field = kind_column(kind, name);
	for (scope->index = 0; scope->index < kind->field_count; scope->index++)
		if (&kind->fields[scope->index] == field && field->type != FIELD_LIST &&
		    !says_who(field))
			return STATUS_OK;
	return fail(STATUS_INVALID, "the scope names no field of %s that may be one", kind->name);
}

enum status scope_read(struct scope *scope, const struct kind *kind, const char *text,
    const struct record_context *context)
{
	*scope = (struct scope){ 0 };
	const char *equals = strchr(text, '=');
	if (equals == NULL)
		return fail(STATUS_INVALID, "a scope is written FIELD=VALUE");
	enum status status = find_field(scope, kind, bytes_make(text, (size_t)(equals - text)));
	if (status != STATUS_OK)
		return status;
	const struct field *field = &kind->fields[scope->index];
	struct value value = { 0 };
	struct value_reading reading;
	if (!value_read(&value, field, bytes_of_text(equals + 1), context, &reading) ||
	    !value.present)
		return fail(STATUS_INVALID, "the scope's value is none of %s", field->name);
	value_write_key(&value, field, &scope->value);
	value_deinit(&value, field);
	scope->given = true;
	return STATUS_OK;
}

void scope_deinit(struct scope *scope)
{
	buffer_wipe(&scope->value);
	*scope = (struct scope){ 0 };
}

bool scope_holds(const struct scope *scope, const struct record *record)
{
	const struct value *value = &record->values[scope->index];
	struct buffer text = { 0 };
	if (!scope->given)
		return true;
	if (!value->present)
		return false;
	value_write_key(value, &record->kind->fields[scope->index], &text);
	bool holds = bytes_equal(buffer_bytes(&text), buffer_bytes(&scope->value));
	buffer_wipe(&text);
	return holds;
}
