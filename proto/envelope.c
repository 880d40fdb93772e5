// SPDX-License-Identifier: Apache-2.0
// envelope: what travels on the bus and lies in the journals.
#include "envelope.h"

#include <inttypes.h>

enum {
	ENTRY_MEMBERS = 11,
	BATCH_MEMBERS = 11,
	INPUT_MEMBERS = 4,
	REPLAY_MEMBERS = 5
};

static void write_or_nil(struct buffer *out, bool present, uint64_t value)
{
	if (present)
		pack_unsigned(out, value);
	else
		pack_nil(out);
}

static uint64_t read_or_nil(struct pack_reader *reader, bool *present)
{
	*present = !pack_read_nil(reader);
	return *present ? pack_read_unsigned(reader) : 0;
}

static int64_t read_time_or_nil(struct pack_reader *reader)
{
	int64_t time_ms = pack_read_nil(reader) ? 0 : pack_read_integer(reader);
	if (time_ms < 0)
		reader->failed = true;
	return time_ms;
}

static void write_body(struct buffer *out, const struct entry *entry)
{
	if (entry->salt.size > 0)
		pack_binary(out, entry->salt);
	else
		pack_nil(out);
	if (entry->body.size > 0)
		pack_binary(out, entry->body);
	else
		pack_nil(out);
}

void envelope_write_entry(struct buffer *out, const struct entry *entry)
{
	ENSURE(entry->subject.size == SUBJECT_BYTES && entry->key.size <= KEY_BYTES_MAX);
	ENSURE(entry->note.size <= NOTE_BYTES_MAX && entry->body.size <= BODY_BYTES_MAX);
	pack_array(out, ENTRY_MEMBERS);
	pack_unsigned(out, entry->operation);
	pack_integer(out, entry->recorded_ms);
	pack_unsigned(out, entry->kind);
	pack_text(out, entry->subject);
	pack_text(out, entry->key);
	write_or_nil(out, entry->has_version, entry->version);
	write_or_nil(out, entry->valid_since != 0, (uint64_t)entry->valid_since);
	pack_unsigned(out, entry->previous);
	if (entry->note.size > 0)
		pack_text(out, entry->note);
	else
		pack_nil(out);
	write_body(out, entry);
}

static bool body_is_sound(const struct entry *entry)
{
	if (entry->erased)
		return entry->body.size == BODY_HASH_BYTES;
	if (entry->body.size == 0)
		return entry->salt.size == 0;
	return entry->salt.size == SALT_BYTES && entry->body.size <= BODY_BYTES_MAX;
}

static bool entry_is_sound(const struct entry *entry)
{
	return entry->operation < OPERATION_COUNT && entry->kind > 0 &&
	       entry->subject.size == SUBJECT_BYTES && entry->key.size <= KEY_BYTES_MAX &&
	       entry->note.size <= NOTE_BYTES_MAX && entry->valid_since >= 0 &&
	       body_is_sound(entry) &&
	       (entry->operation == OPERATION_PUT) == (entry->body.size > 0);
}

static void read_entry_header(struct pack_reader *reader, struct entry *entry)
{
	bool present;
	uint64_t operation = pack_read_unsigned(reader);
	entry->operation =
	    operation < OPERATION_COUNT ? (enum operation)operation : OPERATION_COUNT;
	entry->recorded_ms = pack_read_integer(reader);
	uint64_t kind = pack_read_unsigned(reader);
	entry->kind = kind <= UINT16_MAX ? (unsigned)kind : 0;
	entry->subject = pack_read_text(reader);
	entry->key = pack_read_text(reader);
	entry->version = read_or_nil(reader, &entry->has_version);
	entry->valid_since = (int64_t)read_or_nil(reader, &present);
	entry->previous = pack_read_unsigned(reader);
	if (!pack_read_nil(reader))
		entry->note = pack_read_text(reader);
}

enum status envelope_read_entry(struct entry *entry, struct bytes packed)
{
	*entry = (struct entry){ 0 };
	struct pack_reader reader = pack_reader_make(packed);
	if (packed.size > ENTRY_BYTES_MAX || pack_read_array(&reader) != ENTRY_MEMBERS)
		return fail(STATUS_CORRUPT, "%zu bytes are not an entry", packed.size);
	const uint8_t *start = reader.at;
	read_entry_header(&reader, entry);
	entry->header = bytes_make(start, (size_t)(reader.at - start));
	bool salted = !pack_read_nil(&reader);
	if (salted)
		entry->salt = pack_read_binary(&reader);
	if (!pack_read_nil(&reader)) {
		entry->body = pack_read_binary(&reader);
		entry->erased = !salted;
	}
	if (!pack_ended(&reader) || !entry_is_sound(entry))
		return fail(STATUS_CORRUPT, "%zu bytes are not a sound entry", packed.size);
	return STATUS_OK;
}

static void write_inputs(struct buffer *out, const struct input *inputs, size_t count)
{
	pack_array(out, count);
	for (size_t i = 0; i < count; i++) {
		pack_array(out, INPUT_MEMBERS);
		pack_unsigned(out, inputs[i].kind);
		pack_unsigned(out, inputs[i].quarantined);
		write_or_nil(out, inputs[i].oldest_quarantined_ms != 0,
		    (uint64_t)inputs[i].oldest_quarantined_ms);
		write_or_nil(out, inputs[i].last_input_ms != 0, (uint64_t)inputs[i].last_input_ms);
	}
}

void envelope_write_batch(
    struct buffer *out, const struct batch *batch, const struct input *inputs, size_t input_count)
{
	ENSURE(batch->count <= BATCH_ENTRIES_MAX && input_count <= BATCH_INPUTS_MAX);
	buffer_clear(out);
	pack_array(out, BATCH_MEMBERS);
	pack_unsigned(out, ENVELOPE_FORMAT);
	pack_unsigned(out, batch->department);
	pack_binary(out, bytes_make(batch->epoch, EPOCH_BYTES));
	pack_unsigned(out, batch->first);
	pack_unsigned(out, batch->count);
	pack_unsigned(out, batch->head);
	pack_integer(out, batch->time_ms);
	pack_binary(out, bytes_make(batch->chain, CHAIN_BYTES));
	pack_unsigned(out, batch->answer);
	pack_array(out, batch->count);
	buffer_append_bytes(out, batch->entries);
	write_inputs(out, inputs, input_count);
}

static bool read_exactly(struct pack_reader *reader, uint8_t *data, size_t size)
{
	struct bytes read = pack_read_binary(reader);
	if (read.size != size)
		return false;
	memcpy(data, read.data, size);
	return true;
}

// So that an older program says "newer", not "damaged".
static enum status check_format(struct pack_reader *reader, size_t members, size_t expected)
{
	uint64_t format = pack_read_unsigned(reader);
	if (!reader->failed && format > ENVELOPE_FORMAT)
		return fail(STATUS_INVALID,
		    "format %" PRIu64 " is newer than this program knows (%d): update it", format,
		    ENVELOPE_FORMAT);
	if (reader->failed || format != ENVELOPE_FORMAT || members != expected)
		return fail(STATUS_CORRUPT, "the message is not in a known format");
	return STATUS_OK;
}

static struct bytes skip_array(struct pack_reader *reader, size_t count)
{
	const uint8_t *start = reader->at;
	for (size_t i = 0; i < count && !reader->failed; i++)
		pack_read_any(reader);
	return bytes_make(start, (size_t)(reader->at - start));
}

static bool batch_is_sound(const struct batch *batch)
{
	static const uint8_t none[EPOCH_BYTES];
	uint64_t last = batch->first + batch->count - 1; // both are bounded first
	return batch->department > 0 && batch->count <= BATCH_ENTRIES_MAX && batch->first > 0 &&
	       batch->first <= INT64_MAX && batch->head <= INT64_MAX &&
	       memcmp(batch->epoch, none, EPOCH_BYTES) != 0 &&
	       (batch->count > 0 ? last <= batch->head : last == batch->head);
}

enum status envelope_read_batch(struct batch *batch, struct bytes message)
{
	*batch = (struct batch){ 0 };
	if (message.size > MESSAGE_BYTES_MAX)
		return fail(STATUS_CORRUPT, "a message of %zu bytes is over the limit of %d",
		    message.size, MESSAGE_BYTES_MAX);
	struct pack_reader reader = pack_reader_make(message);
	size_t members = pack_read_array(&reader);
	enum status status = check_format(&reader, members, BATCH_MEMBERS);
	if (status != STATUS_OK)
		return status;
	uint64_t department = pack_read_unsigned(&reader);
	batch->department = department <= UINT16_MAX ? (unsigned)department : 0;
	bool sound = read_exactly(&reader, batch->epoch, EPOCH_BYTES);
	batch->first = pack_read_unsigned(&reader);
	batch->count = pack_read_unsigned(&reader);
	batch->head = pack_read_unsigned(&reader);
	batch->time_ms = pack_read_integer(&reader);
	sound = read_exactly(&reader, batch->chain, CHAIN_BYTES) && sound;
	batch->answer = pack_read_unsigned(&reader);
	sound = sound && !reader.failed && batch_is_sound(batch) &&
		pack_read_array(&reader) == batch->count;
	batch->entries = skip_array(&reader, batch->count);
	batch->inputs = pack_read_any(&reader);
	if (!sound || !pack_ended(&reader))
		return fail(STATUS_CORRUPT, "a message of %zu bytes is not a batch", message.size);
	return STATUS_OK;
}

enum status envelope_read_inputs(struct bytes packed, struct input *inputs, size_t *count)
{
	struct pack_reader reader = pack_reader_make(packed);
	*count = pack_read_array(&reader);
	if (*count > BATCH_INPUTS_MAX)
		reader.failed = true;
	for (size_t i = 0; i < *count && !reader.failed; i++) {
		if (pack_read_array(&reader) != INPUT_MEMBERS)
			reader.failed = true;
		uint64_t kind = pack_read_unsigned(&reader);
		if (kind == 0 || kind > UINT16_MAX)
			reader.failed = true;
		inputs[i].kind = (unsigned)kind;
		inputs[i].quarantined = pack_read_unsigned(&reader);
		inputs[i].oldest_quarantined_ms = read_time_or_nil(&reader);
		inputs[i].last_input_ms = read_time_or_nil(&reader);
	}
	if (pack_ended(&reader))
		return STATUS_OK;
	*count = 0;
	return fail(STATUS_CORRUPT, "the inputs of a heartbeat cannot be read");
}

enum status envelope_next_entry(struct entry *entry, struct bytes *entries, struct bytes *packed)
{
	struct pack_reader reader = pack_reader_make(*entries);
	*packed = pack_read_any(&reader);
	if (reader.failed)
		return fail(STATUS_CORRUPT, "an entry in a batch cannot be read");
	*entries = bytes_make(reader.at, (size_t)(reader.end - reader.at));
	return envelope_read_entry(entry, *packed);
}

void envelope_write_replay(struct buffer *out, const struct replay_request *request)
{
	buffer_clear(out);
	pack_array(out, REPLAY_MEMBERS);
	pack_unsigned(out, ENVELOPE_FORMAT);
	if (request->has_epoch)
		pack_binary(out, bytes_make(request->epoch, EPOCH_BYTES));
	else
		pack_nil(out);
	pack_unsigned(out, request->from);
	pack_unsigned(out, request->credit);
	pack_unsigned(out, request->request);
}

enum status envelope_read_replay(struct replay_request *request, struct bytes message)
{
	*request = (struct replay_request){ 0 };
	struct pack_reader reader = pack_reader_make(message);
	size_t members = pack_read_array(&reader);
	enum status status = check_format(&reader, members, REPLAY_MEMBERS);
	if (status != STATUS_OK)
		return status;
	bool sound = true;
	request->has_epoch = !pack_read_nil(&reader);
	if (request->has_epoch)
		sound = read_exactly(&reader, request->epoch, EPOCH_BYTES);
	request->from = pack_read_unsigned(&reader);
	request->credit = pack_read_unsigned(&reader);
	request->request = pack_read_unsigned(&reader);
	sound = sound && request->from > 0 && request->from <= INT64_MAX && request->credit > 0 &&
		request->request > 0;
	if (!sound || !pack_ended(&reader))
		return fail(
		    STATUS_CORRUPT, "a message of %zu bytes is not a replay request", message.size);
	return STATUS_OK;
}
