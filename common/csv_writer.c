// SPDX-License-Identifier: Apache-2.0
// csv_writer: a result file in the encoding and form its original came in.
#include "csv_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum {
	WRITER_ROW_BYTES_MAX = 4 * CSV_ROW_BYTES_MAX,
	TEMPORARY_NAMES_MAX = 100,
};

struct csv_writer {
	char *path;
	char *temporary; // beside path
	int file;
	char separator;
	enum status broken; // no more can be written
	struct charset_encoder *encoder;
	struct buffer row; // UTF-8
	struct buffer out; // encoded, not yet in the file
};

static enum status writer_create_file(struct csv_writer *writer)
{
	struct buffer name = { 0 };
	writer->file = -1;
	errno = EEXIST;
	for (int number = 0; writer->file < 0 && errno == EEXIST; number++) {
		if (number == TEMPORARY_NAMES_MAX)
			break;
		buffer_clear(&name);
		buffer_printf(&name, "%s.%ld-%d.part", writer->path, (long)getpid(), number);
		writer->file = open(
		    buffer_text(&name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0660);
	}
	enum status status = STATUS_OK;
	if (writer->file < 0)
		status = csv_fail_system("create the file");
	else
		writer->temporary = text_copy(buffer_text(&name));
	buffer_deinit(&name);
	return status;
}

static enum status writer_flush(struct csv_writer *writer)
{
	size_t written = 0;
	while (written < writer->out.size && writer->broken == STATUS_OK) {
		ssize_t got =
		    write(writer->file, writer->out.data + written, writer->out.size - written);
		if (got >= 0)
			written += (size_t)got;
		else if (errno != EINTR)
			writer->broken = csv_fail_system("write the file");
	}
	buffer_clear(&writer->out);
	return writer->broken;
}

enum status csv_writer_open(
    struct csv_writer **writer, const char *path, enum csv_encoding encoding, char separator)
{
	ENSURE(csv_is_separator(separator));
	struct csv_writer *made = allocate(sizeof *made);
	*writer = NULL;
	made->path = text_copy(path);
	made->separator = separator;
	enum status status = writer_create_file(made);
	if (status == STATUS_OK)
		status = charset_encoder_open(&made->encoder, csv_charset(encoding));
	if (status == STATUS_OK && csv_has_mark(encoding))
		status = charset_encode(made->encoder, bytes_of_text("\uFEFF"), &made->out);
	if (status != STATUS_OK)
		csv_writer_abandon(&made);
	*writer = made;
	return status;
}

static bool is_plain_negative_number(struct bytes cell)
{
	size_t at = 1, digits = 0;
	bool point = false;
	for (; at < cell.size; at++) {
		bool digit = cell.data[at] >= '0' && cell.data[at] <= '9';
		if (!digit && (point || digits == 0 || cell.data[at] != '.'))
			return false;
		point |= !digit;
		digits = digit ? digits + 1 : 0;
	}
	return cell.size > 0 && cell.data[0] == '-' && digits > 0;
}

// Chinese Excel takes the full-width signs for the plain ones.
static bool needs_apostrophe(struct bytes cell)
{
	static const char *const beginnings[] = { "=", "+", "-", "@", "'", "＝", "＋", "－", "＠" };
	if (cell.size == 0 || is_plain_negative_number(cell))
		return false;
	if (cell.data[0] < ' ' || cell.data[0] == 0x7F)
		return true;
	for (size_t i = 0; i < COUNT_OF(beginnings); i++)
		if (bytes_begin_with(cell, beginnings[i]))
			return true;
	return false;
}

static bool needs_quotes(struct bytes cell, char separator)
{
	for (size_t at = 0; at < cell.size; at++) {
		uint8_t byte = cell.data[at];
		if (byte == (uint8_t)separator || byte == '"' || is_line_end(byte))
			return true;
	}
	return false;
}

static void append_cell(struct buffer *row, struct bytes cell, char separator)
{
	bool quoted = needs_quotes(cell, separator);
	if (quoted)
		buffer_append_byte(row, '"');
	if (needs_apostrophe(cell))
		buffer_append_byte(row, '\'');
	for (size_t at = 0; at < cell.size; at++) {
		if (cell.data[at] == '"')
			buffer_append_byte(row, '"');
		buffer_append_byte(row, cell.data[at]);
	}
	if (quoted)
		buffer_append_byte(row, '"');
}

static enum status writer_build_row(
    struct csv_writer *writer, const struct bytes *cells, size_t count)
{
	buffer_clear(&writer->row);
	for (size_t i = 0; i < count; i++) {
		size_t left = WRITER_ROW_BYTES_MAX - writer->row.size;
		if (i > 0)
			buffer_append_byte(&writer->row, (uint8_t)writer->separator);
		if (cells[i].size > WRITER_ROW_BYTES_MAX || 2 * cells[i].size + 4 > left)
			return fail(STATUS_TOO_LARGE,
			    "column %zu makes a row of more than %d bytes", i + 1,
			    WRITER_ROW_BYTES_MAX);
		append_cell(&writer->row, cells[i], writer->separator);
	}
	buffer_append_text(&writer->row, "\r\n");
	return STATUS_OK;
}

enum status csv_writer_row(struct csv_writer *writer, const struct bytes *cells, size_t count)
{
	if (writer->broken != STATUS_OK)
		return fail(writer->broken, "an earlier row could not be written");
	enum status status = writer_build_row(writer, cells, count);
	if (status == STATUS_OK)
		status = charset_encode(writer->encoder, buffer_bytes(&writer->row), &writer->out);
	if (status == STATUS_OK && writer->out.size >= CSV_CHUNK_BYTES)
		status = writer_flush(writer);
	return status;
}

static enum status sync_directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t size = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
	char *directory = size > 0 ? bytes_copy_text(bytes_make(path, size)) : text_copy(".");
	int file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum status status = STATUS_OK;
	if (file < 0 || fsync(file) != 0)
		status = csv_fail_system("sync the directory");
	if (file >= 0)
		close(file);
	free(directory);
	return status;
}

static enum status writer_close_file(struct csv_writer *writer)
{
	int closed = close(writer->file);
	writer->file = -1;
	return closed == 0 ? STATUS_OK : csv_fail_system("close the file");
}

static enum status writer_publish(struct csv_writer *writer)
{
	if (rename(writer->temporary, writer->path) != 0)
		return csv_fail_system("rename the file into place");
	free(writer->temporary);
	writer->temporary = NULL;
	return sync_directory_of(writer->path);
}

enum status csv_writer_finish(struct csv_writer **writer)
{
	struct csv_writer *made = *writer;
	enum status status = made->broken;
	if (status != STATUS_OK)
		status = fail(status, "an earlier row could not be written");
	else
		status = writer_flush(made);
	if (status == STATUS_OK && fsync(made->file) != 0)
		status = csv_fail_system("sync the file");
	if (status == STATUS_OK)
		status = writer_close_file(made);
	if (status == STATUS_OK)
		status = writer_publish(made);
	csv_writer_abandon(writer);
	return status;
}

void csv_writer_abandon(struct csv_writer **writer)
{
	if (*writer == NULL)
		return;
	if ((*writer)->file >= 0)
		close((*writer)->file);
	if ((*writer)->temporary != NULL)
		unlink((*writer)->temporary);
	charset_encoder_close(&(*writer)->encoder);
	buffer_wipe(&(*writer)->row);
	buffer_wipe(&(*writer)->out);
	free((*writer)->temporary);
	free((*writer)->path);
	free(*writer);
	*writer = NULL;
}
