// SPDX-License-Identifier: Apache-2.0
// profile: how a subject's facts, and what is known of the departments, lie in Redis.
#include "profile.h"

enum {
	FACT_MEMBERS = 4,
	MARK_MEMBERS = 3,
	SOURCE_MEMBERS = 10,
	SOURCE_FORMAT = 1,
	INPUT_MEMBERS = 4
};

void profile_key(struct buffer *out, unsigned partition, const char *subject)
{
	buffer_printf(out, "oc:{%u}:%s", partition, subject);
}

void profile_position_key(struct buffer *out, unsigned partition)
{
	profile_key(out, partition, "position");
}

void profile_changes_key(struct buffer *out, unsigned partition)
{
	profile_key(out, partition, "changes");
}

void profile_source_key(struct buffer *out, unsigned department)
{
	buffer_printf(out, "oc:source:%u", department);
}

// On the path of every fact: no printf.
static void write_number(struct buffer *out, unsigned number)
{
	char digits[10];
	size_t count = 0;
	do
		digits[count++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	while (count > 0)
		buffer_append_byte(out, (uint8_t)digits[--count]);
}

void profile_write_field(
    struct buffer *out, bool mark, unsigned department, unsigned kind, struct bytes key)
{
	if (mark)
		buffer_append_byte(out, '!');
	write_number(out, department);
	buffer_append_byte(out, '.');
	write_number(out, kind);
	if (key.size > 0) {
		buffer_append_byte(out, ':');
		buffer_append_bytes(out, key);
	}
}

static bool read_number(struct bytes *text, unsigned *number)
{
	size_t at = 0;
	*number = 0;
	for (; at < text->size && at < 5 && text->data[at] >= '0' && text->data[at] <= '9'; at++)
		*number = *number * 10 + (text->data[at] - '0');
	*text = bytes_make(text->data + at, text->size - at);
	return at > 0;
}

static bool read_character(struct bytes *text, char character)
{
	if (text->size == 0 || text->data[0] != character)
		return false;
	*text = bytes_make(text->data + 1, text->size - 1);
	return true;
}

enum status profile_read_field(struct profile_field *field, struct bytes name)
{
	*field = (struct profile_field){ .mark = read_character(&name, '!') };
	bool sound = read_number(&name, &field->department) && read_character(&name, '.') &&
		     read_number(&name, &field->kind);
	bool keyed = sound && read_character(&name, ':');
	if (!sound || (!keyed && name.size > 0))
		return fail(STATUS_CORRUPT, "a field of a profile has a name that is none");
	field->key = name;
	return STATUS_OK;
}

void profile_write_fact(struct buffer *out, uint64_t sequence, const struct entry *entry)
{
	pack_array(out, FACT_MEMBERS);
	pack_unsigned(out, sequence);
	pack_integer(out, entry->recorded_ms);
	if (entry->valid_since != 0)
		pack_integer(out, entry->valid_since);
	else
		pack_nil(out);
	if (entry->erased)
		pack_nil(out);
	else
		pack_binary(out, entry->body);
}

void profile_write_mark(struct buffer *out, uint64_t sequence, const struct entry *entry)
{
	pack_array(out, MARK_MEMBERS);
	pack_unsigned(out, sequence);
	pack_integer(out, entry->recorded_ms);
	pack_text(out, entry->note);
}

enum status profile_read_value(struct profile_value *value, bool mark, struct bytes packed)
{
	struct pack_reader reader = pack_reader_make(packed);
	*value = (struct profile_value){ 0 };
	if (pack_read_array(&reader) != (mark ? MARK_MEMBERS : FACT_MEMBERS))
		reader.failed = true;
	value->sequence = pack_read_unsigned(&reader);
	value->recorded_ms = pack_read_integer(&reader);
	if (mark) {
		value->code = pack_read_text(&reader);
	} else {
		if (!pack_read_nil(&reader))
			value->valid_since = pack_read_integer(&reader);
		if (!pack_read_nil(&reader))
			value->body = pack_read_binary(&reader);
	}
	return pack_ended(&reader) ? STATUS_OK
				   : fail(STATUS_CORRUPT, "a fact of a profile cannot be read");
}

void profile_write_source(struct buffer *out, const struct profile_source *source)
{
	pack_array(out, SOURCE_MEMBERS);
	pack_unsigned(out, SOURCE_FORMAT);
	pack_integer(out, source->written_ms);
	pack_text(out, source->state);
	pack_boolean(out, source->silent);
	pack_boolean(out, source->rebuilding);
	pack_unsigned(out, source->position);
	pack_unsigned(out, source->head);
	pack_integer(out, source->heard_ms);
	pack_integer(out, source->recorded_ms);
	pack_array(out, source->input_count);
	for (size_t i = 0; i < source->input_count; i++) {
		pack_array(out, INPUT_MEMBERS);
		pack_unsigned(out, source->inputs[i].kind);
		pack_unsigned(out, source->inputs[i].quarantined);
		pack_integer(out, source->inputs[i].oldest_quarantined_ms);
		pack_integer(out, source->inputs[i].last_input_ms);
	}
}

static void read_source_inputs(struct pack_reader *reader, struct profile_source *source)
{
	source->input_count = pack_read_array(reader);
	if (source->input_count > BATCH_INPUTS_MAX)
		reader->failed = true;
	for (size_t i = 0; i < source->input_count && !reader->failed; i++) {
		if (pack_read_array(reader) != INPUT_MEMBERS)
			reader->failed = true;
		source->inputs[i].kind = (unsigned)pack_read_unsigned(reader);
		source->inputs[i].quarantined = pack_read_unsigned(reader);
		source->inputs[i].oldest_quarantined_ms = pack_read_integer(reader);
		source->inputs[i].last_input_ms = pack_read_integer(reader);
	}
}

enum status profile_read_source(struct profile_source *source, struct bytes packed)
{
	struct pack_reader reader = pack_reader_make(packed);
	*source = (struct profile_source){ 0 };
	if (pack_read_array(&reader) != SOURCE_MEMBERS ||
	    pack_read_unsigned(&reader) != SOURCE_FORMAT)
		reader.failed = true;
	source->written_ms = pack_read_integer(&reader);
	source->state = pack_read_text(&reader);
	source->silent = pack_read_boolean(&reader);
	source->rebuilding = pack_read_boolean(&reader);
	source->position = pack_read_unsigned(&reader);
	source->head = pack_read_unsigned(&reader);
	source->heard_ms = pack_read_integer(&reader);
	source->recorded_ms = pack_read_integer(&reader);
	read_source_inputs(&reader, source);
	return pack_ended(&reader)
		   ? STATUS_OK
		   : fail(STATUS_CORRUPT, "what is known of a department cannot be read");
}
