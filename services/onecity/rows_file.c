// SPDX-License-Identifier: Apache-2.0
// rows_file: a file of rows, or a pipe, on its way to a department.
#include "rows_file.h"

#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum {
	READ_BYTES = 64 * 1024
};

static const struct rows_format formats[] = {
	{ "ndjson", "application/x-ndjson", true },
	{ "json", "application/json", false },
	{ "csv", "text/csv", false },
};

static const struct {
	const char *ending, *format;
} endings[] = {
	{ ".ndjson", "ndjson" },
	{ ".jsonl", "ndjson" },
	{ ".json", "json" },
	{ ".csv", "csv" },
};

static const struct rows_format *format_named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

const struct rows_format *rows_format_of(const char *type, const char *file_name)
{
	if (type != NULL)
		return format_named(type);
	if (strcmp(file_name, "-") == 0)
		return format_named("ndjson");
	size_t size = strlen(file_name);
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		size_t ending = strlen(endings[i].ending);
		if (size > ending && strcasecmp(file_name + size - ending, endings[i].ending) == 0)
			return format_named(endings[i].format);
	}
	return NULL;
}

const char *rows_format_missing(void)
{
	return say("say with --type what the rows are: ndjson, json or csv",
	    "请用 --type 指明格式：ndjson、json 或 csv");
}

enum status rows_file_open(int *file, const char *file_name)
{
	bool from_input = strcmp(file_name, "-") == 0;
	*file = from_input ? STDIN_FILENO : open(file_name, O_RDONLY | O_CLOEXEC);
	return *file >= 0 ? STATUS_OK : fail(STATUS_IO, "%s: %s", file_name, strerror(errno));
}

void rows_file_close(int file)
{
	if (file > STDIN_FILENO)
		close(file);
}

enum status rows_file_read(int file, struct buffer *content, size_t bytes_max, bool *ended)
{
	size_t room = bytes_max - content->size;
	size_t wanted = room < READ_BYTES ? room : READ_BYTES;
	ssize_t size;
	do
		size = read(file, buffer_reserve(content, wanted), wanted);
	while (size < 0 && errno == EINTR);
	if (size < 0)
		return fail(STATUS_IO, "reading the rows: %s", strerror(errno));
	content->size += (size_t)size;
	*ended = size == 0;
	return STATUS_OK;
}

enum status rows_file_read_whole(int file, struct buffer *content)
{
	bool ended = false;
	while (!ended) {
		enum status status =
		    rows_file_read(file, content, ROWS_FILE_WHOLE_BYTES_MAX + 1, &ended);
		if (status != STATUS_OK)
			return status;
		if (content->size > ROWS_FILE_WHOLE_BYTES_MAX)
			return fail(STATUS_TOO_LARGE,
			    "more than %d MiB in one piece; send NDJSON, which goes in pieces",
			    ROWS_FILE_WHOLE_BYTES_MAX >> 20);
	}
	return STATUS_OK;
}
