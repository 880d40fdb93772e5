// SPDX-License-Identifier: Apache-2.0
// event: one entry of the stream as operators see it.
#include "event.h"

#include "date.h"
#include "key_mask.h"
#include "problem.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	TIME_SIZE = 32
};

static const char *const operation_names[OPERATION_COUNT] = {
	[OPERATION_PUT] = "put",
	[OPERATION_RETRACT] = "retract",
	[OPERATION_REJECT] = "reject",
	[OPERATION_SETTLE] = "settle",
};

const char *event_operation_name(enum operation operation)
{
	ENSURE(operation < OPERATION_COUNT);
	return operation_names[operation];
}

// --- making -------------------------------------------------------------------------------------

static void copy_key(struct event *event, struct bytes key)
{
	struct buffer masked = { 0 };
	key_mask_write(event->kind, key, &masked);
	size_t size = text_fit(buffer_text(&masked), sizeof event->key - 1);
	memcpy(event->key, masked.data, size);
	event->key[size] = 0;
	buffer_deinit(&masked);
}

// A code is of small letters; what people wrote behind it is not shown.
static void copy_note(struct event *event, struct bytes note)
{
	size_t size = 0;
	while (size < note.size && size < sizeof event->note - 1 &&
	       ((note.data[size] >= 'a' && note.data[size] <= 'z') || note.data[size] == '_'))
		size++;
	if (size > 0)
		memcpy(event->note, note.data, size);
	event->note[size] = 0;
}

void event_make(struct event *event, const struct catalogue *catalogue, uint64_t sequence,
    const struct entry *entry, int64_t received_ms)
{
	*event = (struct event){
		.catalogue = catalogue,
		.sequence = sequence,
		.operation = entry->operation,
		.kind_number = entry->kind,
		.kind = catalogue_kind(catalogue, entry->kind),
		.recorded_ms = entry->recorded_ms,
		.received_ms = received_ms,
	};
	copy_key(event, entry->key);
	copy_note(event, entry->note);
}

void event_make_skipped(struct event *event, const struct catalogue *catalogue, uint64_t first,
    uint64_t count, int64_t received_ms)
{
	ENSURE(count > 0);
	*event = (struct event){
		.catalogue = catalogue,
		.sequence = first,
		.skipped = count,
		.received_ms = received_ms,
	};
}

bool event_passes(const struct event *event, const struct stream_filter *filter)
{
	const struct stream_subject subject = { event->catalogue, event->kind, event->operation,
		event->note };
	if (event->skipped > 0)
		return stream_filter_passes_source(filter, event->catalogue);
	return stream_filter_passes(filter, &subject);
}

// --- ids ----------------------------------------------------------------------------------------

void event_format_id(const char *run, uint64_t number, char id[EVENT_ID_SIZE])
{
	snprintf(id, EVENT_ID_SIZE, "%s-%" PRIu64, run, number);
}

bool event_parse_id(const char *id, const char *run, bool *run_is_ours, uint64_t *number)
{
	size_t run_size = strspn(id, "0123456789abcdef");
	const char *digits = id + run_size + 1;
	if (run_size == 0 || run_size >= EVENT_RUN_SIZE || id[run_size] != '-')
		return false;
	size_t size = strspn(digits, "0123456789");
	if (size == 0 || size > 15 || digits[size] != 0)
		return false;
	*number = strtoull(digits, NULL, 10);
	*run_is_ours = strlen(run) == run_size && memcmp(id, run, run_size) == 0;
	return true;
}

// --- writing ------------------------------------------------------------------------------------

void event_write_time(struct json_writer *json, const char *name, int64_t wall_ms)
{
	char text[TIME_SIZE];
	json_write_name(json, name);
	if (wall_ms <= 0) {
		json_write_null(json);
		return;
	}
	time_format(wall_ms, text, sizeof text);
	json_write_text(json, text);
}

void event_write_title(struct json_writer *json, struct title title)
{
	json_write_name(json, "title");
	json_write_begin_object(json);
	json_write_member_text(json, "zh", title.zh);
	json_write_member_text(json, "en", title.en);
	json_write_end_object(json);
}

void event_write_note_texts(struct json_writer *json, const char *note)
{
	struct problem problem = { 0 };
	if (!problem_named(note, &problem.code))
		return;
	for (int chinese = 0; chinese <= 1; chinese++) {
		struct buffer text = { 0 };
		problem_write_text(&problem, chinese, &text);
		json_write_member_text(json, chinese ? "zh" : "en", buffer_text(&text));
		buffer_deinit(&text);
	}
}

static void write_skipped(const struct event *event, struct json_writer *json)
{
	json_write_member_integer(json, "skipped", (int64_t)event->skipped);
	json_write_member_integer(json, "from", (int64_t)event->sequence);
	json_write_member_integer(json, "to", (int64_t)(event->sequence + event->skipped - 1));
}

static void write_entry(const struct event *event, struct json_writer *json)
{
	json_write_member_integer(json, "sequence", (int64_t)event->sequence);
	json_write_member_text(json, "operation", event_operation_name(event->operation));
	if (event->kind != NULL)
		json_write_member_text(json, "kind", event->kind->name);
	else
		json_write_member_integer(json, "kind_number", event->kind_number);
	if (event->key[0] != 0) {
		json_write_name(json, "key");
		json_write_bytes(json, bytes_of_text(event->key));
	}
	if (event->note[0] != 0) {
		json_write_member_text(json, "note", event->note);
		event_write_note_texts(json, event->note);
	}
	event_write_time(json, "recorded", event->recorded_ms);
}

void event_write_json(const struct event *event, const char *run, struct json_writer *json)
{
	char id[EVENT_ID_SIZE];
	event_format_id(run, event->number, id);
	json_write_begin_object(json);
	json_write_member_text(json, "id", id);
	json_write_member_text(json, "department", event->catalogue->name);
	if (event->skipped > 0)
		write_skipped(event, json);
	else
		write_entry(event, json);
	event_write_time(json, "received", event->received_ms);
	json_write_end_object(json);
}

// What a spreadsheet would take for a formula is text; quotes are doubled.
static void write_cell(struct buffer *out, const char *text)
{
	buffer_append_text(out, ",\"");
	if (text[0] != 0 && strchr("=+-@\t\r", text[0]) != NULL)
		buffer_append_byte(out, '\'');
	for (; *text != 0; text++) {
		if (*text == '"')
			buffer_append_byte(out, '"');
		buffer_append_byte(out, (uint8_t)*text);
	}
	buffer_append_byte(out, '"');
}

void event_write_csv(const struct event *event, const char *run, struct buffer *out)
{
	char recorded[TIME_SIZE], id[EVENT_ID_SIZE];
	time_format(event->recorded_ms, recorded, sizeof recorded);
	event_format_id(run, event->number, id);
	buffer_printf(out, "%s,%s,%" PRIu64 ",%s", recorded, event->catalogue->name,
	    event->sequence, event_operation_name(event->operation));
	write_cell(out, event->kind != NULL ? event->kind->name : "");
	write_cell(out, event->key);
	write_cell(out, event->note);
	buffer_printf(out, ",%s\r\n", id);
}
