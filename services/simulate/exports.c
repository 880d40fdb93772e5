// SPDX-License-Identifier: Apache-2.0
// exports: one file for each kind, and for those that come by months one for each month or year.
#include "exports.h"

#include "charset.h"
#include "date.h"
#include "json.h"
#include "mistakes.h"
#include "truth.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum {
	FILES_MAX = 256,
	LAYOUTS_MAX = 64,
	PATH_SIZE = 4096,
	NAME_SIZE_MAX = 128,
	MONTHS_APART = 12, // the last months have a file each, those before them one for a year
	OF_MISTAKES = 50,  // a stream of random numbers
};

struct export_format {
	const char *name;
	enum charset charset;
	bool mark, is_ndjson;
};

static const struct export_format formats[] = {
	{ "gb18030", CHARSET_GB18030, false, false },
	{ "utf8", CHARSET_UTF8, false, false },
	{ "utf8-bom", CHARSET_UTF8, true, false },
	{ "utf16", CHARSET_UTF16LE, true, false },
	{ "ndjson", CHARSET_UTF8, false, true },
};

const struct export_format *export_format_named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

struct export_file {
	const struct kind *kind;
	char name[NAME_SIZE_MAX];
	char path[2 * NAME_SIZE_MAX + 64]; // under the directory
	FILE *file;
	uint64_t rows;
};

struct exports {
	struct exports_options options;
	struct exports_counts counts;
	uint64_t taken; // rows so far, each once
	struct charset_encoder *encoder;
	struct truth *truth;
	FILE *mistakes;
	struct layout layouts[LAYOUTS_MAX];
	size_t layout_count;
	struct export_file files[FILES_MAX];
	struct written cells[COLUMNS_MAX];
	struct buffer line, encoded;
};

// --- folders and files ---------------------------------------------------------------------------

static enum status make_directory(const char *path, bool must_be_new)
{
	if (mkdir(path, 0700) == 0 || (errno == EEXIST && !must_be_new))
		return STATUS_OK;
	return fail(STATUS_IO, "%s: %s", path, strerror(errno));
}

static void path_in(const struct exports *exports, const char *name, char path[PATH_SIZE])
{
	int size = snprintf(path, PATH_SIZE, "%s/%s", exports->options.directory, name);
	ENSURE(size > 0 && size < PATH_SIZE);
}

enum status exports_open(struct exports **exports, const struct exports_options *options)
{
	char path[PATH_SIZE];
	struct exports *fresh = allocate(sizeof *fresh);
	*exports = fresh;
	fresh->options = *options;
	enum status status = STATUS_TOO_LARGE;
	if (strlen(options->directory) > PATH_SIZE / 2)
		status = fail(STATUS_TOO_LARGE, "the path of the folder is too long");
	else
		status = make_directory(options->directory, true);
	if (status == STATUS_OK)
		status = charset_encoder_open(&fresh->encoder, options->format->charset);
	if (status == STATUS_OK) {
		path_in(fresh, "truth.ndjson", path);
		status = truth_open(&fresh->truth, path);
	}
	if (status == STATUS_OK) {
		path_in(fresh, "mistakes.csv", path);
		fresh->mistakes = fopen(path, "wxe");
		if (fresh->mistakes == NULL)
			status = fail(STATUS_IO, "%s: %s", path, strerror(errno));
		else
			fputs("file,row,field,mistake,code\n", fresh->mistakes);
	}
	if (status != STATUS_OK)
		exports_close(exports);
	return status;
}

void exports_close(struct exports **exports)
{
	if (*exports == NULL)
		return;
	for (size_t i = 0; i < (*exports)->counts.files; i++)
		if ((*exports)->files[i].file != NULL)
			fclose((*exports)->files[i].file);
	if ((*exports)->mistakes != NULL)
		fclose((*exports)->mistakes);
	truth_abandon(&(*exports)->truth);
	charset_encoder_close(&(*exports)->encoder);
	for (size_t i = 0; i < COLUMNS_MAX; i++)
		buffer_wipe(&(*exports)->cells[i].text);
	buffer_wipe(&(*exports)->line);
	buffer_wipe(&(*exports)->encoded);
	free(*exports);
	*exports = NULL;
}

static const struct layout *layout_of(struct exports *exports, const struct kind *kind)
{
	for (size_t i = 0; i < exports->layout_count; i++)
		if (exports->layouts[i].kind == kind)
			return &exports->layouts[i];
	ENSURE(exports->layout_count < LAYOUTS_MAX);
	struct layout *layout = &exports->layouts[exports->layout_count++];
	layout_make(layout, kind, exports->options.format->is_ndjson);
	return layout;
}

static void name_file(const struct exports *exports, const struct row *row, char *name)
{
	int64_t today = exports->options.today;
	int64_t apart = date_add_months(today / 100 * 100 + 1, -MONTHS_APART) / 100;
	if (row->period == 0)
		snprintf(name, NAME_SIZE_MAX, "%s_%08d", row->kind->title.zh, (int)today);
	else if (row->period < apart)
		snprintf(name, NAME_SIZE_MAX, "%04d", (int)(row->period / 100));
	else
		snprintf(name, NAME_SIZE_MAX, "%04d-%02d", (int)(row->period / 100),
		    (int)(row->period % 100));
}

static enum status write_line(struct exports *exports, struct export_file *file)
{
	buffer_clear(&exports->encoded);
	enum status status =
	    charset_encode(exports->encoder, buffer_bytes(&exports->line), &exports->encoded);
	if (status != STATUS_OK)
		return fail_while(status, "writing %s", file->path);
	size_t size = exports->encoded.size;
	if (fwrite(exports->encoded.data, 1, size, file->file) != size)
		return fail(STATUS_IO, "%s: %s", file->path, strerror(errno));
	return STATUS_OK;
}

static void append_csv_cell(struct buffer *line, struct bytes text)
{
	bool quoted = false;
	for (size_t i = 0; i < text.size; i++)
		quoted |= strchr("\",\r\n", text.data[i]) != NULL;
	if (!quoted) {
		buffer_append_bytes(line, text);
		return;
	}
	buffer_append_byte(line, '"');
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == '"')
			buffer_append_byte(line, '"');
		buffer_append_byte(line, text.data[i]);
	}
	buffer_append_byte(line, '"');
}

static enum status write_header(
    struct exports *exports, const struct layout *layout, struct export_file *file)
{
	buffer_clear(&exports->line);
	if (exports->options.format->is_ndjson)
		return STATUS_OK;
	if (exports->options.format->mark)
		buffer_append_text(&exports->line, "\uFEFF");
	for (size_t i = 0; i < layout->count; i++) {
		if (i > 0)
			buffer_append_byte(&exports->line, ',');
		append_csv_cell(&exports->line, bytes_of_text(layout->columns[i].header));
	}
	buffer_append_text(&exports->line, "\r\n");
	return write_line(exports, file);
}

static enum status open_file(struct exports *exports, struct export_file *file,
    const struct layout *layout, const char *name)
{
	char path[PATH_SIZE];
	const struct kind *kind = layout->kind;
	path_in(exports, kind->catalogue->name, path);
	enum status status = make_directory(path, false);
	if (status != STATUS_OK)
		return status;
	snprintf(file->path, sizeof file->path, "%s/%s", kind->catalogue->name, kind->name);
	path_in(exports, file->path, path);
	status = make_directory(path, false);
	if (status != STATUS_OK)
		return status;
	file->kind = kind;
	snprintf(file->name, sizeof file->name, "%s", name);
	snprintf(file->path, sizeof file->path, "%s/%s/%s.%s", kind->catalogue->name, kind->name,
	    name, exports->options.format->is_ndjson ? "ndjson" : "csv");
	path_in(exports, file->path, path);
	file->file = fopen(path, "wxe");
	if (file->file == NULL)
		return fail(STATUS_IO, "%s: %s", file->path, strerror(errno));
	exports->counts.files++;
	return write_header(exports, layout, file);
}

static enum status file_for(struct exports *exports, const struct layout *layout,
    const struct row *row, struct export_file **file)
{
	char name[NAME_SIZE_MAX];
	name_file(exports, row, name);
	for (size_t i = 0; i < exports->counts.files; i++) {
		*file = &exports->files[i];
		if ((*file)->kind == row->kind && strcmp((*file)->name, name) == 0)
			return STATUS_OK;
	}
	ENSURE(exports->counts.files < FILES_MAX);
	*file = &exports->files[exports->counts.files];
	return open_file(exports, *file, layout, name);
}

// --- rows ----------------------------------------------------------------------------------------

static void write_as_json(struct exports *exports, const struct layout *layout)
{
	struct json_writer writer = json_writer_make(&exports->line);
	json_write_begin_object(&writer);
	for (size_t i = 0; i < layout->count; i++) {
		const struct written *cell = &exports->cells[i];
		if (cell->text.size == 0)
			continue;
		json_write_name(&writer, layout->columns[i].header);
		if (cell->bare)
			json_write_raw(&writer, buffer_bytes(&cell->text));
		else
			json_write_bytes(&writer, buffer_bytes(&cell->text));
	}
	json_write_end_object(&writer);
	buffer_append_byte(&exports->line, '\n');
}

static void write_as_csv(struct exports *exports, const struct layout *layout)
{
	for (size_t i = 0; i < layout->count; i++) {
		if (i > 0)
			buffer_append_byte(&exports->line, ',');
		append_csv_cell(&exports->line, buffer_bytes(&exports->cells[i].text));
	}
	buffer_append_text(&exports->line, "\r\n");
}

static enum status write_row(
    struct exports *exports, const struct layout *layout, struct export_file *file)
{
	buffer_clear(&exports->line);
	if (exports->options.format->is_ndjson)
		write_as_json(exports, layout);
	else
		write_as_csv(exports, layout);
	file->rows++;
	exports->counts.rows++;
	return write_line(exports, file);
}

// Mistakes are in the rows, whatever format they are written in.
static const struct mistake *maybe_mistake(
    struct exports *exports, const struct layout *layout, size_t *column)
{
	const struct exports_options *options = &exports->options;
	struct random random = random_make(options->seed, OF_MISTAKES, exports->taken++);
	if (layout->kind->subject_optional || !random_chance(&random, options->mistakes_permille))
		return NULL;
	return mistake_make(&random, layout, options->today, exports->cells, column);
}

static void note_mistake(struct exports *exports, const struct layout *layout,
    const struct export_file *file, const struct mistake *mistake, size_t column)
{
	const struct field *field = layout->columns[column].field;
	fprintf(exports->mistakes, "%s,%llu,%s,%s,%s\n", file->path, (unsigned long long)file->rows,
	    field != NULL && !mistake->repeats ? field->name : "", mistake->name,
	    mistake->code != NULL ? mistake->code : "");
	if (mistake->code != NULL)
		exports->counts.refused++;
	else
		exports->counts.harmless++;
}

enum status exports_take(const struct row *row, void *context)
{
	struct exports *exports = context;
	const struct layout *layout = layout_of(exports, row->kind);
	struct export_file *file;
	size_t column = 0;
	enum status status = file_for(exports, layout, row, &file);
	if (status != STATUS_OK)
		return status;
	layout_write(layout, row, file->rows + 1, exports->cells);
	const struct mistake *mistake = maybe_mistake(exports, layout, &column);
	status = write_row(exports, layout, file);
	if (status == STATUS_OK && mistake != NULL && mistake->repeats)
		status = write_row(exports, layout, file);
	if (status == STATUS_OK && mistake != NULL)
		note_mistake(exports, layout, file, mistake, column);
	if (mistake == NULL || mistake->code == NULL)
		truth_add(exports->truth, row);
	return status;
}

static enum status finish_file(FILE **file, const char *name)
{
	bool failed = ferror(*file) != 0;
	failed |= fclose(*file) != 0;
	*file = NULL;
	return failed ? fail(STATUS_IO, "%s: it could not be written", name) : STATUS_OK;
}

enum status exports_finish(struct exports *exports, struct exports_counts *counts)
{
	enum status status = STATUS_OK;
	*counts = exports->counts;
	for (size_t i = 0; i < exports->counts.files && status == STATUS_OK; i++)
		status = finish_file(&exports->files[i].file, exports->files[i].path);
	if (status == STATUS_OK)
		status = finish_file(&exports->mistakes, "mistakes.csv");
	return status == STATUS_OK ? truth_finish(&exports->truth) : status;
}
