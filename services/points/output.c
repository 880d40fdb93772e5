// SPDX-License-Identifier: Apache-2.0
// output: how scores and live ranks lie in Redis.
#include "output.h"

#include "pack.h"
#include "service_centre_fields.h"
#include "value.h"
#include "view_parts.h"

enum {
	FORMAT = 1,
	MEMBERS = 7
};

// --- names ---------------------------------------------------------------------------------------

void output_add_part(struct buffer *out, struct bytes part)
{
	if (out->size > 0)
		buffer_append_byte(out, '/');
	for (size_t i = 0; i < part.size; i++) {
		if (part.data[i] == '/' || part.data[i] == '%')
			buffer_printf(out, "%%%02X", part.data[i]);
		else
			buffer_append_byte(out, part.data[i]);
	}
}

static char *read_part(struct bytes part)
{
	struct buffer text = { 0 };
	for (size_t i = 0; i < part.size; i++) {
		bool is_escape = part.data[i] == '%' && i + 2 < part.size;
		if (is_escape)
			buffer_append_byte(&text, part.data[i + 2] == 'F' ? '/' : '%');
		else
			buffer_append_byte(&text, part.data[i]);
		i += is_escape ? 2 : 0;
	}
	char *copy = text_copy(buffer_text(&text));
	buffer_deinit(&text);
	return copy;
}

size_t output_split(struct bytes name, char *parts[OUTPUT_PARTS_MAX])
{
	size_t count = 0, begin = 0;
	for (size_t i = 0; i <= name.size && count < OUTPUT_PARTS_MAX; i++) {
		if (i < name.size && name.data[i] != '/')
			continue;
		parts[count++] = read_part(bytes_make(name.data + begin, i - begin));
		begin = i + 1;
	}
	return name.size > 0 ? count : 0;
}

void output_write_score_name(
    struct buffer *out, const char *table, const char *programme, const char *receipt)
{
	struct buffer name = { 0 };
	output_add_part(&name, bytes_of_text(table));
	output_add_part(&name, bytes_of_text(programme));
	output_add_part(&name, bytes_of_text(receipt));
	buffer_append_bytes(out, buffer_bytes(&name));
	buffer_wipe(&name);
}

void output_write_field(struct buffer *out, const struct record *application, const char *field)
{
	int index = kind_field_index(application->kind, field);
	if (index >= 0 && application->values[index].present)
		value_write_key(
		    &application->values[index], &application->kind->fields[index], out);
}

void output_write_list_name(struct buffer *out, const char *table,
    const struct programme *programme, const struct record *application)
{
	const struct ranking *ranking = programme_ranking(programme);
	const struct value *year = view_value(application, SERVICE_CENTRE_APPLICATION_YEAR);
	struct buffer name = { 0 }, part = { 0 };
	output_add_part(&name, bytes_of_text(table));
	output_add_part(&name, bytes_of_text(programme_id(programme)));
	buffer_printf(&part, "%d", year != NULL ? (int)year->integer : 0);
	output_add_part(&name, buffer_bytes(&part));
	for (size_t i = 0; i < ranking->among.count; i++) {
		buffer_clear(&part);
		output_write_field(&part, application, ranking->among.names[i]);
		output_add_part(&name, buffer_bytes(&part));
	}
	buffer_append_bytes(out, buffer_bytes(&name));
	buffer_deinit(&part);
	buffer_deinit(&name);
}

// --- scores --------------------------------------------------------------------------------------

void output_make_score(
    struct standing_score *out, const struct rules *rules, const struct score *score, int64_t as_of)
{
	*out = (struct standing_score){
		.final = score_is_final(score),
		.complete = score_is_complete(score),
		.outcome = score_outcome(score),
		.as_of = as_of,
	};
	exact_write(score_total(score), out->total);
	memcpy(out->hash, rules_hash(rules), sizeof out->hash);
}

void output_write_score(struct buffer *out, const struct standing_score *score)
{
	pack_array(out, MEMBERS);
	pack_unsigned(out, FORMAT);
	pack_text(out, bytes_of_text(score->total));
	pack_boolean(out, score->final);
	pack_boolean(out, score->complete);
	pack_text(out, bytes_of_text(outcome_name(score->outcome)));
	pack_integer(out, score->as_of);
	pack_text(out, bytes_of_text(score->hash));
}

static bool copy_text(char *to, size_t size, struct bytes text)
{
	if (text.size >= size)
		return false;
	if (text.size > 0)
		memcpy(to, text.data, text.size);
	return true;
}

static bool read_outcome(struct bytes text, enum outcome *outcome)
{
	for (*outcome = OUTCOME_REFUSED; *outcome <= OUTCOME_CANDIDATE; (*outcome)++)
		if (bytes_equal_text(text, outcome_name(*outcome)))
			return true;
	*outcome = OUTCOME_OPEN;
	return false;
}

enum status output_read_score(struct standing_score *score, struct bytes packed)
{
	struct pack_reader reader = pack_reader_make(packed);
	*score = (struct standing_score){ 0 };
	bool sound = pack_read_array(&reader) == MEMBERS && pack_read_unsigned(&reader) == FORMAT &&
		     copy_text(score->total, sizeof score->total, pack_read_text(&reader));
	score->final = pack_read_boolean(&reader);
	score->complete = pack_read_boolean(&reader);
	sound &= read_outcome(pack_read_text(&reader), &score->outcome);
	score->as_of = pack_read_integer(&reader);
	sound &= copy_text(score->hash, sizeof score->hash, pack_read_text(&reader));
	return sound && pack_ended(&reader) ? STATUS_OK
					    : fail(STATUS_CORRUPT, "a score cannot be read");
}

bool output_is_ranked(enum outcome outcome)
{
	return outcome == OUTCOME_CANDIDATE || outcome == OUTCOME_OPEN;
}
