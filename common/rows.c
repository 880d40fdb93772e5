// SPDX-License-Identifier: Apache-2.0
// rows: one row at a time, of a JSON text that is read as a whole or of lines.
#include "rows.h"

#include "json.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	CHUNK_BYTES = 64 * 1024
};

struct rows {
	enum rows_form form;
	int file;                 // -1: memory
	struct stat opened;       // the file, when it was opened
	struct buffer read;       // of the file
	struct buffer read_aside; // the beginning of a line too long
	struct bytes memory;      // what there is to be read: of read, or the caller's
	size_t at;                // in memory
	uint64_t line;
	struct json *json; // of the row last given; of all, where the form is JSON
	const struct json_value *next;
	bool begun;
};

// --- where the bytes come from -------------------------------------------------------------------

// File names may hold a person's name, so the path is in no reason.
static enum status fail_system(const char *action)
{
	enum status status = errno == ENOENT                     ? STATUS_NOT_FOUND
			     : errno == EACCES || errno == EPERM ? STATUS_DENIED
								 : STATUS_IO;
	return fail(status, "cannot %s: %s", action, strerror(errno));
}

// Appends one chunk; *ended: there was nothing more.
static enum status read_chunk(struct rows *rows, bool *ended)
{
	ssize_t size;
	do
		size = read(rows->file, buffer_reserve(&rows->read, CHUNK_BYTES), CHUNK_BYTES);
	while (size < 0 && errno == EINTR);
	*ended = size <= 0;
	if (size < 0)
		return fail_system("read the file");
	rows->read.size += (size_t)size;
	rows->memory = buffer_bytes(&rows->read);
	return STATUS_OK;
}

static enum status check_unchanged(const struct rows *rows)
{
	struct stat now;
	if (rows->file < 0)
		return STATUS_OK;
	if (fstat(rows->file, &now) != 0)
		return fail_system("examine the file");
	if (now.st_size != rows->opened.st_size ||
	    now.st_mtim.tv_sec != rows->opened.st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != rows->opened.st_mtim.tv_nsec)
		return fail(STATUS_BUSY, "the file was changed while it was read");
	return STATUS_OK;
}

static enum status read_whole(struct rows *rows)
{
	bool ended = false;
	while (!ended) {
		enum status status = read_chunk(rows, &ended);
		if (status != STATUS_OK)
			return status;
		if (rows->read.size > ROWS_JSON_FILE_BYTES_MAX)
			return fail(STATUS_TOO_LARGE,
			    "the file is larger than %d MiB: send NDJSON, or several files",
			    ROWS_JSON_FILE_BYTES_MAX >> 20);
	}
	return STATUS_OK;
}

static struct rows *rows_new(enum rows_form form, struct bytes memory)
{
	struct rows *rows = allocate(sizeof *rows);
	*rows = (struct rows){ .form = form, .file = -1, .memory = memory };
	return rows;
}

struct rows *rows_open_memory(struct bytes body, enum rows_form form)
{
	return rows_new(form, body);
}

enum status rows_open_file(struct rows **rows, const char *path, enum rows_form form)
{
	struct rows *fresh = rows_new(form, bytes_make(NULL, 0));
	enum status status = STATUS_OK;
	*rows = NULL;
	fresh->file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	if (fresh->file < 0)
		status = fail_system("open the file");
	else if (fstat(fresh->file, &fresh->opened) != 0)
		status = fail_system("examine the file");
	else if (!S_ISREG(fresh->opened.st_mode))
		status = fail(STATUS_INVALID, "not a regular file");
	else if (form == ROWS_JSON)
		status = read_whole(fresh);
	if (status == STATUS_OK)
		*rows = fresh;
	else
		rows_close(&fresh);
	return status;
}

void rows_close(struct rows **rows)
{
	if (*rows == NULL)
		return;
	json_free(&(*rows)->json);
	if ((*rows)->file >= 0)
		close((*rows)->file);
	buffer_wipe(&(*rows)->read);
	buffer_wipe(&(*rows)->read_aside);
	free(*rows);
	*rows = NULL;
}

// --- JSON ----------------------------------------------------------------------------------------

static enum problem_code problem_of_fault(void)
{
	static const enum problem_code problems[] = {
		[JSON_FAULT_FORM] = PROBLEM_json_form,
		[JSON_FAULT_ENCODING] = PROBLEM_row_encoding,
		[JSON_FAULT_DUPLICATE] = PROBLEM_duplicate_member,
		[JSON_FAULT_LONG_NUMBER] = PROBLEM_long_number,
	};
	return problems[json_fault()];
}

static void begin_json(struct rows *rows, struct row *row)
{
	rows->begun = true;
	if (json_parse(&rows->json, rows->memory) != STATUS_OK) {
		*row = (struct row){ NULL, rows->memory, status_reason(), problem_of_fault(), 1 };
		return;
	}
	const struct json_value *root = json_root(rows->json);
	rows->next = json_type(root) == JSON_ARRAY ? json_first(root) : root;
}

static void next_json(struct rows *rows, struct row *row)
{
	if (!rows->begun)
		begin_json(rows, row);
	if (rows->next == NULL)
		return;
	*row = (struct row){ .value = rows->next, .line = ++rows->line };
	bool is_root = rows->next == json_root(rows->json);
	rows->next = is_root ? NULL : json_next(rows->next);
}

// --- NDJSON --------------------------------------------------------------------------------------

static bool is_blank(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == 0 || strchr(" \t\r", text.data[i]) == NULL)
			return false;
	return true;
}

static bool has_line(const struct rows *rows)
{
	size_t size = rows->memory.size - rows->at;
	return size > 0 && memchr(rows->memory.data + rows->at, '\n', size) != NULL;
}

// Reads on until a line end is there, or more than a line may have.
static enum status fill(struct rows *rows)
{
	bool ended = rows->file < 0;
	if (rows->file >= 0 && !has_line(rows)) {
		buffer_drop(&rows->read, rows->at);
		rows->at = 0;
		rows->memory = buffer_bytes(&rows->read);
	}
	while (!ended && !has_line(rows) && rows->memory.size - rows->at <= ROWS_LINE_BYTES_MAX) {
		enum status status = read_chunk(rows, &ended);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

// What is left of a line too long, of which the beginning was given.
static enum status skip_line(struct rows *rows)
{
	bool ended = false;
	while (!ended && !has_line(rows)) {
		if (rows->file < 0)
			break;
		buffer_clear(&rows->read);
		rows->at = 0;
		enum status status = read_chunk(rows, &ended);
		if (status != STATUS_OK)
			return status;
	}
	const uint8_t *from = rows->memory.data + rows->at;
	const uint8_t *end =
	    has_line(rows) ? memchr(from, '\n', rows->memory.size - rows->at) : NULL;
	rows->at = end != NULL ? (size_t)(end - rows->memory.data) + 1 : rows->memory.size;
	return STATUS_OK;
}

static struct bytes take_line(struct rows *rows)
{
	const uint8_t *from = rows->memory.data + rows->at;
	size_t size = rows->memory.size - rows->at;
	const uint8_t *end = size > 0 ? memchr(from, '\n', size) : NULL;
	rows->line++;
	if (end != NULL)
		size = (size_t)(end - from);
	rows->at += size + (end != NULL);
	return bytes_make(from, size);
}

static void read_line(struct rows *rows, struct bytes text, struct row *row)
{
	json_free(&rows->json);
	*row = (struct row){ .text = text, .line = rows->line };
	if (json_parse(&rows->json, text) == STATUS_OK) {
		row->value = json_root(rows->json);
		return;
	}
	row->reason = status_reason();
	row->problem = problem_of_fault();
}

static enum status give_long_line(struct rows *rows, struct bytes text, struct row *row)
{
	// The text given is a copy: the rest of the line may take its place.
	struct buffer beginning = { 0 };
	buffer_append(&beginning, text.data, ROWS_LINE_BYTES_MAX);
	json_free(&rows->json);
	bool is_whole = text.data + text.size < rows->memory.data + rows->at;
	enum status status = is_whole ? STATUS_OK : skip_line(rows);
	buffer_wipe(&rows->read_aside);
	rows->read_aside = beginning;
	*row = (struct row){ NULL, buffer_bytes(&rows->read_aside),
		"the line is longer than 256 KiB", PROBLEM_too_large, rows->line };
	return status;
}

static enum status next_line(struct rows *rows, struct row *row)
{
	for (;;) {
		enum status status = fill(rows);
		if (status != STATUS_OK || rows->at == rows->memory.size)
			return status;
		struct bytes text = take_line(rows);
		if (text.size > ROWS_LINE_BYTES_MAX)
			return give_long_line(rows, text, row);
		if (is_blank(text))
			continue;
		read_line(rows, text, row);
		return STATUS_OK;
	}
}

// --- both ----------------------------------------------------------------------------------------

enum status rows_next(struct rows *rows, struct row *row, bool *ended)
{
	enum status status = STATUS_OK;
	*row = (struct row){ 0 };
	if (rows->form == ROWS_NDJSON)
		status = next_line(rows, row);
	else
		next_json(rows, row);
	*ended = row->line == 0;
	if (status == STATUS_OK && *ended)
		status = check_unchanged(rows);
	return status;
}

enum status rows_rewind(struct rows *rows)
{
	json_free(&rows->json);
	rows->next = NULL;
	rows->begun = false;
	rows->at = 0;
	rows->line = 0;
	if (rows->file < 0 || rows->form == ROWS_JSON)
		return STATUS_OK;
	buffer_clear(&rows->read);
	rows->memory = buffer_bytes(&rows->read);
	return lseek(rows->file, 0, SEEK_SET) == 0 ? STATUS_OK : fail_system("rewind the file");
}

enum status rows_read(struct bytes body, enum rows_form form, rows_visit *visit, void *context)
{
	struct rows *rows = rows_open_memory(body, form);
	struct row row;
	bool ended = false;
	enum status status = STATUS_OK;
	while (status == STATUS_OK) {
		status = rows_next(rows, &row, &ended);
		if (status != STATUS_OK || ended)
			break;
		struct bytes text = row.value == NULL ? row.text : bytes_make(NULL, 0);
		status = visit(row.value, text, row.reason, row.line, context);
	}
	rows_close(&rows);
	return status;
}
