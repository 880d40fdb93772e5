// SPDX-License-Identifier: Apache-2.0
// truth: months are put together into years here as the departments will do it.
#include "truth.h"

#include "plain.h"

#include <errno.h>
#include <stdio.h>

enum {
	FOLDING_KINDS_MAX = 8
};

struct truth {
	FILE *file;
	char *path;
	struct row folding[FOLDING_KINDS_MAX]; // the record that is being put together
	size_t folding_count;
	struct buffer line;
};

enum status truth_open(struct truth **truth, const char *path)
{
	*truth = NULL;
	FILE *file = fopen(path, "wxe");
	if (file == NULL)
		return fail(STATUS_IO, "%s: %s", path, strerror(errno));
	*truth = allocate(sizeof **truth);
	(*truth)->file = file;
	(*truth)->path = text_copy(path);
	return STATUS_OK;
}

static void write_fields(const struct row *row, struct json_writer *writer)
{
	const struct kind *kind = row->kind;
	json_write_name(writer, "fields");
	json_write_begin_object(writer);
	for (size_t i = 0; i < kind->field_count; i++) {
		const struct field *field = &kind->fields[i];
		bool is_list = field->type == FIELD_LIST;
		if (is_list ? row->list_count == 0 : !row->cells[i].given)
			continue;
		json_write_name(writer, field->name);
		if (is_list)
			plain_write_list(row, false, writer);
		else
			plain_write_json(field, &row->cells[i], writer);
	}
	json_write_end_object(writer);
}

static void write_key(const struct row *row, struct json_writer *writer)
{
	const struct kind *kind = row->kind;
	struct buffer text = { 0 };
	json_write_name(writer, "key");
	json_write_begin_array(writer);
	for (size_t i = 0; i < kind->key_count; i++) {
		buffer_clear(&text);
		plain_write_text(&kind->fields[kind->key[i]], &row->cells[kind->key[i]], &text);
		json_write_bytes(writer, buffer_bytes(&text));
	}
	json_write_end_array(writer);
	buffer_deinit(&text);
}

static void write_record(struct truth *truth, const struct row *row)
{
	buffer_clear(&truth->line);
	struct json_writer writer = json_writer_make(&truth->line);
	json_write_begin_object(&writer);
	json_write_member_text(&writer, "department", row->kind->catalogue->name);
	json_write_member_text(&writer, "kind", row->kind->name);
	json_write_member_text(&writer, "subject", row->subject);
	write_key(row, &writer);
	write_fields(row, &writer);
	json_write_end_object(&writer);
	buffer_append_byte(&truth->line, '\n');
	fwrite(truth->line.data, 1, truth->line.size, truth->file); // looked at in the end
}

// --- folding -------------------------------------------------------------------------------------

static bool is_same_cell(const struct cell *a, const struct cell *b)
{
	bool same_text =
	    a->text == NULL ? b->text == NULL : b->text != NULL && strcmp(a->text, b->text) == 0;
	return a->given == b->given && a->number == b->number && same_text;
}

static bool is_same_record(const struct row *a, const struct row *b)
{
	const struct kind *kind = a->kind;
	bool same = strcmp(a->subject, b->subject) == 0;
	for (size_t i = 0; same && i < kind->key_count; i++)
		same = is_same_cell(&a->cells[kind->key[i]], &b->cells[kind->key[i]]);
	return same;
}

static struct row *folding_of(struct truth *truth, const struct kind *kind)
{
	for (size_t i = 0; i < truth->folding_count; i++)
		if (truth->folding[i].kind == kind)
			return &truth->folding[i];
	return NULL;
}

static void fold(struct truth *truth, const struct row *row)
{
	struct row *before = folding_of(truth, row->kind);
	if (before != NULL && is_same_record(before, row)) {
		row_copy_entry(before, row);
		return;
	}
	if (before != NULL)
		write_record(truth, before);
	else
		ENSURE(truth->folding_count < FOLDING_KINDS_MAX);
	row_copy(before != NULL ? before : &truth->folding[truth->folding_count++], row);
}

void truth_add(struct truth *truth, const struct row *row)
{
	if (row->kind->fold != NULL)
		fold(truth, row);
	else
		write_record(truth, row);
}

// --- the end -------------------------------------------------------------------------------------

void truth_abandon(struct truth **truth)
{
	if (*truth == NULL)
		return;
	if ((*truth)->file != NULL)
		fclose((*truth)->file);
	free((*truth)->path);
	buffer_deinit(&(*truth)->line);
	free(*truth);
	*truth = NULL;
}

enum status truth_finish(struct truth **truth)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < (*truth)->folding_count; i++)
		write_record(*truth, &(*truth)->folding[i]);
	bool failed = ferror((*truth)->file) != 0;
	failed |= fclose((*truth)->file) != 0;
	(*truth)->file = NULL;
	if (failed)
		status = fail(STATUS_IO, "%s: it could not be written", (*truth)->path);
	truth_abandon(truth);
	return status;
}
