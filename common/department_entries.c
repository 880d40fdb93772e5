// SPDX-License-Identifier: Apache-2.0
// department_entries: one entry of the journal over HTTP, for who was led to it by its number.
//
// What identifies somebody, what is sensitive and free text are withheld; the profiles service is
// the door through which facts are read whole.
#include "date.h"
#include "department_parts.h"
#include "json.h"
#include "key_mask.h"
#include "log.h"
#include "record.h"

enum {
	DIGITS_MAX = 15 // what JSON carries exactly
};

static const char *const operation_names[OPERATION_COUNT] = {
	[OPERATION_PUT] = "put",
	[OPERATION_RETRACT] = "retract",
	[OPERATION_REJECT] = "reject",
	[OPERATION_SETTLE] = "settle",
};

static bool read_sequence(const char *text, uint64_t *sequence)
{
	size_t size = strlen(text);
	*sequence = 0;
	if (size > DIGITS_MAX || strspn(text, "0123456789") != size)
		return false;
	*sequence = strtoull(text, NULL, 10);
	return *sequence > 0;
}

// A personal text may hold anything that somebody typed.
static bool is_shown(const struct field *field, void *context)
{
	(void)context;
	return field->sensitivity == SENSITIVITY_PUBLIC ||
	       (field->sensitivity == SENSITIVITY_PERSONAL && field->type != FIELD_TEXT);
}

static void write_title(struct json_writer *json, const char *name, struct title title)
{
	json_write_name(json, name);
	json_write_begin_object(json);
	json_write_member_text(json, "zh", title.zh);
	json_write_member_text(json, "en", title.en);
	json_write_end_object(json);
}

static void write_number_or_null(
    struct json_writer *json, const char *name, bool present, uint64_t number)
{
	json_write_name(json, name);
	if (present)
		json_write_integer(json, (int64_t)number);
	else
		json_write_null(json);
}

static void write_kind(struct json_writer *json, const struct kind *kind, const struct entry *entry)
{
	struct buffer key = { 0 };
	json_write_member_integer(json, "kind_number", entry->kind);
	if (kind != NULL) {
		json_write_member_text(json, "kind", kind->name);
		write_title(json, "title", kind->title);
	}
	key_mask_write(kind, entry->key, &key);
	json_write_name(json, "key");
	json_write_bytes(json, buffer_bytes(&key));
	buffer_deinit(&key);
}

static void write_day(struct json_writer *json, const char *name, int64_t day)
{
	char text[16];
	json_write_name(json, name);
	date_format(day, text, sizeof text);
	if (date_valid(day))
		json_write_text(json, text);
	else
		json_write_null(json);
}

static void write_note(struct json_writer *json, struct bytes note)
{
	char *code = bytes_copy_text(note);
	struct problem problem = { 0 };
	json_write_name(json, "note");
	json_write_begin_object(json);
	json_write_member_text(json, "code", code);
	if (problem_named(code, &problem.code)) {
		struct buffer chinese = { 0 }, english = { 0 };
		problem_write_text(&problem, true, &chinese);
		problem_write_text(&problem, false, &english);
		json_write_member_text(json, "zh", buffer_text(&chinese));
		json_write_member_text(json, "en", buffer_text(&english));
		buffer_deinit(&chinese);
		buffer_deinit(&english);
	}
	json_write_end_object(json);
	free(code);
}

// null: the entry has no body, or it was erased.
static void write_fields(
    struct json_writer *json, const struct kind *kind, const struct entry *entry)
{
	json_write_name(json, "fields");
	bool written = kind != NULL && !entry->erased && entry->body.size > 0 &&
		       record_write_json(kind, entry->body, is_shown, NULL, json) == STATUS_OK;
	if (!written)
		json_write_null(json);
}

static void write_entry(struct json_writer *json, const struct department *department,
    uint64_t sequence, const struct entry *entry)
{
	const struct kind *kind = catalogue_kind(department->catalogue, entry->kind);
	json_write_begin_object(json);
	json_write_member_text(json, "department", department->catalogue->name);
	json_write_member_integer(json, "sequence", (int64_t)sequence);
	department_write_time(json, "recorded", entry->recorded_ms);
	json_write_member_text(json, "operation", operation_names[entry->operation]);
	write_kind(json, kind, entry);
	json_write_name(json, "subject");
	json_write_bytes(json, entry->subject);
	write_day(json, "valid_since", entry->valid_since);
	write_number_or_null(json, "version", entry->has_version, entry->version);
	write_number_or_null(json, "previous", entry->previous > 0, entry->previous);
	if (entry->note.size > 0)
		write_note(json, entry->note);
	json_write_member_boolean(json, "erased", entry->erased);
	write_fields(json, kind, entry);
	json_write_end_object(json);
}

static void answer_entry(struct department *department, struct http_request *request,
    uint64_t sequence, const struct entry *entry)
{
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	write_entry(&json, department, sequence, entry);
	department_answer(request, 200, &out);
}

// What is not durable yet may never have been.
static enum status read_durable(
    struct department *department, uint64_t sequence, struct buffer *packed, struct entry *entry)
{
	if (sequence == 0 || sequence > journal_durable(department->journal).sequence)
		return fail(STATUS_NOT_FOUND, "the journal has no entry of this number");
	return journal_read(department->journal, sequence, packed, entry);
}

void department_get_entry(struct http_request *request, void *context)
{
	struct department *department = context;
	struct buffer packed = { 0 };
	struct entry entry;
	uint64_t sequence;
	enum status status = STATUS_NOT_FOUND;
	if (read_sequence(http_path_tail(request), &sequence))
		status = read_durable(department, sequence, &packed, &entry);
	if (status == STATUS_OK) {
		answer_entry(department, request, sequence, &entry);
	} else if (status == STATUS_NOT_FOUND) {
		http_answer_problem(request, 404, "no_such_entry",
		    "The department's journal has no entry of this number",
		    "该部门日志中没有此序号");
	} else {
		log_error("an entry cannot be read: %s", status_reason());
		http_answer_problem(request, 500, "journal_damaged",
		    "The entry cannot be read; the service's log says more",
		    "该条日志无法读取，详见服务日志");
	}
	buffer_wipe(&packed);
}
