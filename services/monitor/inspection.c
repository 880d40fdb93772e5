// SPDX-License-Identifier: Apache-2.0
// inspection: what was found out about an entry, as a document without personal data.
#include "inspection.h"

#include "date.h"
#include "event.h"
#include "key_mask.h"
#include "mask.h"
#include "record.h"

#include <stdio.h>

enum {
	CLOCK_SLACK_MS = 60 * 1000
};

// --- bodies -------------------------------------------------------------------------------------

// Of an entry that has one that can be read.
struct body {
	bool read;
	struct record record;
};

static void body_read(struct body *body, const struct kind *kind, const struct entry *entry)
{
	*body = (struct body){ 0 };
	bool has = kind != NULL && entry != NULL && !entry->erased && entry->body.size > 0;
	body->read = has && record_unpack(&body->record, kind, entry->body) == STATUS_OK;
}

static void body_deinit(struct body *body)
{
	if (body->read)
		record_deinit(&body->record);
}

static bool values_equal(const struct field *field, const struct value *a, const struct value *b)
{
	if (a->present != b->present)
		return false;
	if (!a->present)
		return true;
	if (a->integer != b->integer || (a->text == NULL) != (b->text == NULL) ||
	    (a->text != NULL && strcmp(a->text, b->text) != 0))
		return false;
	size_t cells = field->type == FIELD_LIST ? (size_t)a->integer * field->field_count : 0;
	for (size_t i = 0; i < cells; i++)
		if (!values_equal(&field->fields[i % field->field_count], &a->rows[i], &b->rows[i]))
			return false;
	return true;
}

// --- values -------------------------------------------------------------------------------------

static void write_text(struct json_writer *json, const char *text)
{
	struct buffer masked = { 0 };
	mask_write(MASK_TEXT, bytes_of_text(text), &masked);
	json_write_bytes(json, buffer_bytes(&masked));
	buffer_deinit(&masked);
}

static void write_day(struct json_writer *json, int64_t day, size_t size)
{
	char text[16];
	date_format(day, text, sizeof text);
	text[size] = 0;
	json_write_text(json, text);
}

static void write_value(
    struct json_writer *json, const struct field *field, const struct value *value)
{
	if (value->text != NULL)
		write_text(json, value->text);
	else if (field->type == FIELD_BOOLEAN)
		json_write_boolean(json, value->integer != 0);
	else if (field->type == FIELD_DATE)
		write_day(json, value->integer, strlen("2026-11-23"));
	else if (field->type == FIELD_MONTH)
		write_day(json, value->integer * 100 + 1, strlen("2026-11"));
	else if (field->type == FIELD_MONEY || field->type == FIELD_DECIMAL)
		json_write_decimal(
		    json, value->integer, field->type == FIELD_MONEY ? 2 : field->scale);
	else
		json_write_integer(json, value->integer); // of a list: its rows
}

static void write_side(struct json_writer *json, const char *name, const struct field *field,
    const struct value *value, bool shown)
{
	json_write_name(json, name);
	if (value == NULL || !value->present)
		json_write_null(json);
	else if (shown)
		write_value(json, field, value);
	else
		json_write_text(json, "***");
}

static bool is_in_key(const struct kind *kind, const struct field *field)
{
	for (size_t i = 0; i < kind->key_count; i++)
		if (&kind->fields[kind->key[i]] == field)
			return true;
	return false;
}

// What is public, and what the key shows anyway: the rest says something about somebody.
static bool is_shown(const struct kind *kind, const struct field *field)
{
	return field->sensitivity == SENSITIVITY_PUBLIC ||
	       (is_in_key(kind, field) && key_mask_shows(field));
}

static void write_field(struct json_writer *json, const struct kind *kind,
    const struct field *field, const struct value *before, const struct value *after, bool unknown)
{
	static const struct value none;
	bool shown = is_shown(kind, field);
	json_write_begin_object(json);
	json_write_member_text(json, "field", field->name);
	event_write_title(json, field->title);
	write_side(json, "before", field, before, shown);
	write_side(json, "after", field, after, shown);
	json_write_name(json, "changed");
	if (unknown)
		json_write_null(json);
	else
		json_write_boolean(json, !values_equal(field, before != NULL ? before : &none,
					     after != NULL ? after : &none));
	json_write_member_boolean(json, "masked", !shown);
	json_write_end_object(json);
}

static bool is_unknown(const struct found *found)
{
	return found->before_unavailable || found->entry->erased ||
	       (found->before != NULL && found->before->erased);
}

static void write_fields(
    struct json_writer *json, const struct found *found, const struct kind *kind)
{
	struct body after, before;
	body_read(&after, kind, found->entry);
	body_read(&before, kind, found->before);
	json_write_name(json, "fields");
	json_write_begin_array(json);
	for (size_t i = 0; kind != NULL && i < kind->field_count; i++) {
		const struct value *was = before.read ? &before.record.values[i] : NULL;
		const struct value *is = after.read ? &after.record.values[i] : NULL;
		if ((was != NULL && was->present) || (is != NULL && is->present))
			write_field(json, kind, &kind->fields[i], was, is, is_unknown(found));
	}
	json_write_end_array(json);
	body_deinit(&after);
	body_deinit(&before);
}

static const char *before_word(const struct found *found)
{
	if (found->before_unavailable)
		return "unavailable";
	if (found->before == NULL)
		return "none";
	return found->before->erased ? "erased" : "read";
}

// --- checks -------------------------------------------------------------------------------------

static enum check_result good_if(bool good)
{
	return good ? CHECK_GOOD : CHECK_BAD;
}

static enum check_result check_chain(const struct found *found, const struct kind *kind)
{
	(void)kind;
	return found->chain;
}

static enum check_result check_catalogue(const struct found *found, const struct kind *kind)
{
	struct body body;
	if (kind == NULL || found->entry->erased || found->entry->body.size == 0)
		return good_if(kind != NULL);
	body_read(&body, kind, found->entry);
	bool read = body.read;
	body_deinit(&body);
	return good_if(read);
}

static enum check_result check_order(const struct found *found, const struct kind *kind)
{
	(void)kind;
	return good_if(found->entry->previous < found->sequence);
}

static enum check_result check_clock(const struct found *found, const struct kind *kind)
{
	(void)kind;
	bool ordered =
	    found->before == NULL || found->before->recorded_ms <= found->entry->recorded_ms;
	return good_if(ordered && found->entry->recorded_ms <= found->now_ms + CLOCK_SLACK_MS);
}

static const struct {
	const char *name;
	enum check_result (*check)(const struct found *found, const struct kind *kind);
	const char *english, *chinese;
} checks[] = {
	{ "chain", check_chain, "The hash chain of the journal holds at its place",
	    "日志哈希链在此处连续" },
	{ "catalogue", check_catalogue, "Its kind and content are those of the catalogue",
	    "类别和内容符合数据目录" },
	{ "order", check_order, "It replaces an older entry, or none",
	    "替换的是更早的记录或为首条" },
	{ "clock", check_clock, "It was recorded after what it replaces, and not in the future",
	    "记录时间晚于被替换的记录，且不在未来" },
};

static void write_result(struct json_writer *json, const char *name, enum check_result result)
{
	json_write_name(json, name);
	if (result == CHECK_UNKNOWN)
		json_write_null(json);
	else
		json_write_boolean(json, result == CHECK_GOOD);
}

static void write_checks(
    struct json_writer *json, const struct found *found, const struct kind *kind)
{
	json_write_name(json, "checks");
	json_write_begin_array(json);
	for (size_t i = 0; i < COUNT_OF(checks); i++) {
		json_write_begin_object(json);
		json_write_member_text(json, "check", checks[i].name);
		write_result(json, "ok", checks[i].check(found, kind));
		json_write_member_text(json, "en", checks[i].english);
		json_write_member_text(json, "zh", checks[i].chinese);
		json_write_end_object(json);
	}
	json_write_end_array(json);
}

// --- the document -------------------------------------------------------------------------------

static const char *subject_word(struct bytes subject)
{
	static const struct {
		char letter;
		const char *word;
	} words[] = { { 'p', "person" }, { 'd', "dwelling" }, { 'e', "enterprise" } };
	for (size_t i = 0; i < COUNT_OF(words) && subject.size > 0; i++)
		if (subject.data[0] == (uint8_t)words[i].letter)
			return words[i].word;
	return "department";
}

static void write_lineage(
    struct json_writer *json, const struct found *found, const struct event *event)
{
	bool is_fact = event->operation == OPERATION_PUT || event->operation == OPERATION_RETRACT;
	char field[32];
	snprintf(field, sizeof field, "%u.%u", found->catalogue->number, event->kind_number);
	json_write_name(json, "lineage");
	json_write_begin_object(json);
	json_write_name(json, "profile");
	if (is_fact) {
		json_write_begin_object(json);
		json_write_member_text(json, "field", field);
		json_write_member_text(json, "key", event->key);
		json_write_end_object(json);
	} else {
		json_write_null(json);
	}
	write_result(json, "applied", found->applied);
	json_write_name(json, "rules");
	json_write_null(json);
	json_write_end_object(json);
}

static void write_valid_since(struct json_writer *json, int64_t day)
{
	json_write_name(json, "valid_since");
	if (date_valid(day))
		write_day(json, day, strlen("2026-11-23"));
	else
		json_write_null(json);
}

static void write_envelope(
    struct json_writer *json, const struct found *found, const struct event *event)
{
	const struct entry *entry = found->entry;
	json_write_member_text(json, "department", found->catalogue->name);
	json_write_member_integer(json, "sequence", (int64_t)found->sequence);
	json_write_member_text(json, "operation", event_operation_name(entry->operation));
	json_write_member_integer(json, "kind_number", entry->kind);
	if (event->kind != NULL) {
		json_write_member_text(json, "kind", event->kind->name);
		event_write_title(json, event->kind->title);
	}
	event_write_time(json, "recorded", entry->recorded_ms);
	write_valid_since(json, entry->valid_since);
	json_write_name(json, "version");
	if (entry->has_version)
		json_write_integer(json, (int64_t)entry->version);
	else
		json_write_null(json);
	json_write_member_integer(json, "previous", (int64_t)entry->previous);
	json_write_member_text(json, "subject", subject_word(entry->subject));
	json_write_name(json, "key");
	json_write_bytes(json, bytes_of_text(event->key));
	json_write_member_text(json, "note", event->note);
	event_write_note_texts(json, event->note);
	json_write_member_boolean(json, "erased", entry->erased);
	json_write_member_integer(json, "body_bytes", (int64_t)entry->body.size);
}

void inspection_write(const struct found *found, struct json_writer *json)
{
	struct event event;
	event_make(&event, found->catalogue, found->sequence, found->entry, 0);
	json_write_begin_object(json);
	write_envelope(json, found, &event);
	write_fields(json, found, event.kind);
	json_write_member_text(json, "before", before_word(found));
	write_checks(json, found, event.kind);
	write_lineage(json, found, &event);
	json_write_end_object(json);
}
